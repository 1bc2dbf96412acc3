import assert from 'node:assert/strict';
import { formatEvent } from '../../extension/output/format-event.ts';
import type { EventPayload } from '../../shared/model/event.ts';

describe('an exception in the output channel', () => {
  const shown = (payload: EventPayload): string =>
    formatEvent({ execution_id: 'x', seq: 1, ts: '2026-01-01T00:00:00.000Z', type: 'exception', payload });
  const stack = 'Error: late\n    at file:///a.js:1:1';

  it('is a rejection where a promise was rejected, and else uncaught', () => {
    const cases = [
      [{ stack }, 'Uncaught Error: late'],
      [{ stack, unhandled: true, origin: 'uncaughtException' }, 'Uncaught Error: late'],
      [{ stack, unhandled: true, origin: 'unhandledRejection' }, 'Unhandled rejection: Error: late'],
      [{ message: 'Uncaught 5', unhandled: true, origin: 'uncaughtException' }, 'Uncaught 5'],
      // Of a daemon that did not say.
      [{ message: 'Uncaught 5', unhandled: true }, 'Unhandled rejection: 5'],
    ] as const;
    for (const [payload, expected] of cases) {
      assert.equal(shown(payload).split('\n')[0]?.split('[error] ')[1]?.trim(), expected);
    }
  });
});
