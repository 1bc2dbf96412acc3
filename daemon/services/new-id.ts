import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Random bytes are asked for so many ids at once: one by one they are a tenth of what a short execution costs. */
const POOLED_IDS = 256;
const BYTES = 16;

const pool = Buffer.alloc(POOLED_IDS * BYTES);
let used = pool.length;
let lastMs = 0;
let counter = 0;

/** A UUID of version 7. Ids of this process sort in the order in which they were made, also within a millisecond. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + BYTES);
  used += BYTES;
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Half of the range is left to count in.
    counter = random.readUInt32BE(0) >>> 1;
  } else {
    // The clock stands still, or went back.
    counter++;
  }
  return v7({ msecs: lastMs, seq: counter, random });
}
