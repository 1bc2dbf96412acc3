import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { parseEventStream } from '../../daemon/cli/event-stream.ts';

/** What the daemon sends for an event. */
const frame = (data: unknown): string => `id: 1\nevent: console\ndata: ${JSON.stringify(data)}\n\n`;
const END = 'event: end\ndata: {}\n\n';

async function read(chunks: string[]): Promise<{ events: unknown[]; complete: boolean }> {
  const stream = parseEventStream<unknown>(Readable.from(chunks));
  const events: unknown[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return { events, complete: step.value };
    events.push(step.value);
  }
}

describe('parseEventStream', () => {
  it('yields data until the end event, and nothing of what follows it', async () => {
    const text = `: alive\n\n${frame({ a: 1 })}${frame([2])}${END}${frame('late')}`;
    assert.deepEqual(await read([text]), { events: [{ a: 1 }, [2]], complete: true });
  });

  it('says when the text ends without the end event', async () => {
    assert.deepEqual(await read([frame(1), 'id: 2\nevent: cons']), { events: [1], complete: false });
  });

  it('takes U+2028 and U+2029 for text, not for the end of a line', async () => {
    assert.deepEqual((await read([frame('a\u2028b\u2029c')])).events, ['a\u2028b\u2029c']);
  });

  it('does not take text of an event for the end', async () => {
    const text = 'event: end\ndata: {}\n\n';
    assert.deepEqual(await read([frame(text), END]), { events: [text], complete: true });
  });

  it('does not care where chunks are cut', async () => {
    const cuts = fc.array(fc.nat(400), { maxLength: 10 });
    const values = fc.array(fc.jsonValue(), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(values, cuts, async (events, places) => {
        const text = events.map(frame).join('') + END;
        const ends = [...places.sort((a, b) => a - b), text.length];
        const chunks = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
        assert.deepEqual(await read(chunks), { events: JSON.parse(JSON.stringify(events)) as unknown, complete: true });
      }),
      { numRuns: 200 },
    );
  });
});
