import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineSplitter } from '../../shared/ipc/line-splitter.ts';

describe('lines of a stream', () => {
  it('come whole, however the stream is cut', () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ') }));
    fc.assert(
      fc.property(lines, fc.array(fc.nat(200)), (expected, cuts) => {
        const text = expected.map((line) => `${line}\n`).join('');
        const splitter = new LineSplitter(1000);
        const positions = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const seen = positions.flatMap((from, i) => splitter.push(text.slice(from, positions[i + 1] ?? text.length)));
        assert.deepEqual(seen, expected);
      }),
    );
  });

  it('are refused when they are too long, finished or not', () => {
    assert.throws(() => new LineSplitter(10).push('12345678901\n'), RangeError);
    const splitter = new LineSplitter(10);
    assert.deepEqual(splitter.push('1234567890\n12345'), ['1234567890']);
    assert.throws(() => splitter.push('678901'), RangeError);
  });
});
