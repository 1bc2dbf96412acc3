import assert from 'node:assert/strict';
import { plainScript } from '../../daemon/host/plain-line.ts';

describe('host: lines that are plain', () => {
  it('are known', () => {
    const lines = [
      '1 + 1',
      '0.5',
      'x',
      ' total / count ;',
      '(a + b) * 2 - -c',
      'name === "x" && !done',
      "a + ', ' + b",
      'a ?? 1',
      'a<!b',
      'undefined',
      '~x >>> 1 | 2 ^ y & 3',
      'a\n+ b',
    ];
    for (const line of lines) assert.notEqual(plainScript(line), undefined, line);
  });

  it('have nothing in them that changes anything, calls anything or takes long', () => {
    const lines = [
      '',
      ';',
      'f()',
      'f (1)',
      'a.b',
      'a[0]',
      'a?.b',
      '(a)(b)',
      'a = 1',
      'a += 1',
      'a ??= 1',
      'a++',
      '--a',
      'a ++ b',
      'a - -- b',
      '- --a',
      '`a`',
      '/a/',
      'a / /b/',
      'a // b',
      'a /* b */',
      '1 <!-- 2',
      '() => a',
      'a => a',
      '[a]',
      '{a}',
      'a, b',
      'a ? b : c',
      'a; b',
      '1n',
      '2 ** 3',
      '1e9',
      '0x10',
      '010',
      '1.',
      '.5',
      '1.2.3',
      '1x',
      '"a\\n"',
      '"a\nb"',
      'a b',
      'typeof a',
      'delete a',
      'new A',
      'a in b',
      '...a',
      '#a',
      '@a',
      'é',
      '\\u0061',
    ];
    for (const line of lines) assert.equal(plainScript(line), undefined, line);
  });

  it('are closed in themselves', () => {
    for (const line of [
      '(',
      ')',
      '(a',
      'a)',
      ')(',
      'a)) || ((b',
      '()',
      '(a) b',
      '+',
      'a +',
      '* a',
      'a ! b',
      '"a',
      "'",
    ]) {
      assert.equal(plainScript(line), undefined, line);
    }
  });

  it('do not ask for what has to be told or awaited first', () => {
    for (const line of ['_', '_error + 1', 'await', 'await + 1', 'let', 'async + 1', 'import']) {
      assert.equal(plainScript(line), undefined, line);
    }
  });

  it('are no longer than somebody types', () => {
    assert.notEqual(plainScript('1 + '.repeat(49) + '1'), undefined);
    assert.equal(plainScript('1 + '.repeat(50) + '1'), undefined);
    assert.notEqual(plainScript('a+b+c+d+e+f+g+h+a'), undefined);
    assert.equal(plainScript('a+b+c+d+e+f+g+h+i'), undefined);
  });
});
