import { collectOwnGarbage } from './own-garbage.ts';

/** Two looks in a row find a flood that has just ended. One takes some 20 µs. */
const LOOK_MS = 1_000;

/** Less is not worth the 30 ms that collecting takes. */
const GROWN_BYTES = 32 * 1024 * 1024;

/** A daemon that is busy for more of its time has something to do for somebody. */
const REST_SHARE = 0.1;

/**
 * Gives memory back when the process has grown and is at rest: requests, refusals and connections that came in floods
 * leave garbage that V8 by itself may keep for hours. What is still in use afterwards is what further growth is measured
 * from. Returns what ends it.
 */
export function collectWhenGrown(): () => void {
  let least = process.memoryUsage.rss();
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    least = Math.min(least, process.memoryUsage.rss());
    if (utilization > REST_SHARE || process.memoryUsage.rss() < least + GROWN_BYTES) return;
    collectOwnGarbage();
    least = process.memoryUsage.rss();
  }, LOOK_MS).unref();
  return () => {
    clearInterval(timer);
  };
}
