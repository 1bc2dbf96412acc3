import assert from 'node:assert/strict';
import { isIncomplete } from '../../daemon/terminal/incomplete-input.ts';

describe('incomplete input', () => {
  const incomplete = [
    'function f() {',
    'if (x) {\n  y(',
    'foo(1,',
    'await fetch(',
    'const a = [1,\n',
    '`a ${b}',
    '/* comment',
    '({ a: 1,',
    'x = ',
    'class A { m() {',
    'for (const a of b)',
    'import { a,',
  ];
  const complete = [
    '',
    '1 + 1',
    'await x',
    'const f = async () => { await 1 }',
    '{a: 1}',
    '`a`',
    'import fs from "fs"',
    'return 1',
    'let = ;',
    'foo)',
    "'unterminated",
    '// comment',
    'a\n.b',
  ];
  for (const input of incomplete) {
    it(`waits after ${JSON.stringify(input)}`, () => {
      assert.equal(isIncomplete(input), true);
    });
  }
  for (const input of complete) {
    it(`takes ${JSON.stringify(input)} as it is`, () => {
      assert.equal(isIncomplete(input), false);
    });
  }
});
