import assert from 'node:assert/strict';
import { looksLikeObject, mentionsUnderscore } from '../../daemon/host/repl-input.ts';

describe('host: REPL input', () => {
  it('that may be an object', () => {
    for (const source of ['{}', '{a: 1}', '  {a: 1}  ', '{\n a: 1\n}', '{ f() { return 1; } }']) {
      assert.equal(looksLikeObject(source), true, source);
    }
    for (const source of ['{a: 1};', '{ let x; };  ', '1', '[{}]', '', '({})']) {
      assert.equal(looksLikeObject(source), false, source);
    }
  });

  it('that may ask for the last value', () => {
    for (const source of ['_', '_.x', 'f(_)', '[_]', '_error', 'a+_', "globalThis['_']"]) {
      assert.equal(mentionsUnderscore(source), true, source);
    }
    for (const source of ['a_b', '_private', '$_', '__proto__', '_1', 'x_', '_errors']) {
      assert.equal(mentionsUnderscore(source), false, source);
    }
  });
});
