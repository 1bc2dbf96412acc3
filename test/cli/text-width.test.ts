import assert from 'node:assert/strict';
import { columnWidth, printable } from '../../daemon/cli/text-width.ts';

describe('columnWidth', () => {
  for (const [text, width] of [
    ['', 0],
    ['plain', 5],
    ['naïve', 5],
    ['nai\u0308ve', 5],
    ['名前', 4],
    ['한글', 4],
    ['ｗｉｄｅ', 8],
    ['👍', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['a\u200bb', 2],
    ['\u001b[31mred\u001b[39m', 3],
  ] as const) {
    it(`${JSON.stringify(text)} takes ${width}`, () => {
      assert.equal(columnWidth(text), width);
    });
  }
});

describe('printable', () => {
  it('writes out what would move the cursor, start a line or turn text around', () => {
    assert.equal(printable('a\nb\r\t\u001b[2J\u0000\u009b\u202ex'), 'a\\nb\\r\\t\\x1b[2J\\x00\\x9b\\u202ex');
  });

  it('leaves everything else', () => {
    assert.equal(printable('naïve 名前 👩‍👩‍👧 "\\"'), 'naïve 名前 👩‍👩‍👧 "\\"');
  });
});
