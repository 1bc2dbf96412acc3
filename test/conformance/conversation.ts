import assert from 'node:assert/strict';
import { lines as logged, type Ran, type RuntimeFixture } from '../runtime/runtime-fixture.ts';

/**
 * One line of a conversation: what is typed, and the preview of its value, `undefined` when none is given. `throws` is
 * for what ends with an exception: how its message begins. `logs` are the lines that it writes to the console.
 */
export type Exchange = [input: string, expected?: string | RegExp | { throws: string } | { logs: string[] }];

/** Types every line in turn and collects what came out otherwise, so that one surprise does not hide the next. */
export async function converse(fixture: RuntimeFixture, session: string, lines: readonly Exchange[]): Promise<void> {
  const surprises: string[] = [];
  for (const [input, expected = 'undefined'] of lines) {
    const ended = await fixture.run(session, input);
    const surprise = compare(ended, expected);
    if (surprise !== undefined) surprises.push(`${JSON.stringify(input)}: ${surprise}`);
  }
  assert.deepEqual(surprises, []);
}

function compare(ended: Ran, expected: NonNullable<Exchange[1]>): string | undefined {
  const got = ended.status === 'ok' ? (ended.result?.preview ?? '') : `${ended.status}: ${ended.error?.message}`;
  if (typeof expected === 'string') return ended.status === 'ok' && got === expected ? undefined : got;
  if (expected instanceof RegExp) return ended.status === 'ok' && expected.test(got) ? undefined : got;
  if ('throws' in expected) return got.startsWith(`error: ${expected.throws}`) ? undefined : got;
  const logs = logged(ended.events);
  return ended.status === 'ok' && got === 'undefined' && String(logs) === String(expected.logs)
    ? undefined
    : `${got} after ${logs.join(', ')}`;
}
