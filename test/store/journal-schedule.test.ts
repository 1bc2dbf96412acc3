import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { JournalSchedule } from '../../daemon/store/journal-schedule.ts';

/** Less the millisecond that timers may be early. */
const GATHERED_MS = 4;

describe('the schedule of commits', () => {
  it('gives what comes after a commit its full time, whenever the timer was set', async () => {
    const committed = Promise.withResolvers<number>();
    const schedule = new JournalSchedule(GATHERED_MS + 1, () => {
      committed.resolve(performance.now());
    });
    schedule.later();
    schedule.rest();
    // The pause is what is tested: the timer of the first is about to strike.
    await delay(GATHERED_MS);
    const second = performance.now();
    schedule.later();
    const waited = (await committed.promise) - second;
    assert.ok(waited >= GATHERED_MS, `committed after ${waited} ms`);
  });
});
