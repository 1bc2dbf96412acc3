import { at, splice, type List } from '../list.ts';

/** A stack of up to ten frames is printed whole. */
const MIN_FRAMES = 10;
/** Fewer repeated lines than this are printed. */
const MIN_COLLAPSED = 3;
/** Functions that call each other in a longer circle are printed as they are. */
const MAX_PERIOD = 64;

/** Deep recursion fills a stack with the same lines over and over: what repeats is replaced by one line that counts. */
export function collapseRepeats(frames: List<string>, stylize: (line: string) => string): void {
  if (frames.length <= MIN_FRAMES) return;
  for (let i = 0; i < frames.length; i++) {
    const { period, times } = longestRepeat(frames, i);
    const collapsed = period * times;
    if (collapsed < MIN_COLLAPSED) continue;
    const what = times > 1 ? `${period} lines ${times} times...` : 'lines ...';
    const line = stylize(`    ... collapsed ${collapsed} duplicate lines matching above ${what}`);
    splice(frames, i + period, collapsed, line);
    i += period;
  }
}

/** The block of lines from `start` on that repeats over the most lines. */
function longestRepeat(frames: List<string>, start: number): { period: number; times: number } {
  let best = { period: 1, times: 0 };
  for (let period = 1; period <= MAX_PERIOD && start + 2 * period <= frames.length; period++) {
    const times = repeats(frames, start, period);
    if (times * period > best.times * best.period) best = { period, times };
  }
  return best;
}

function repeats(frames: List<string>, start: number, period: number): number {
  let same = 0;
  while (start + period + same < frames.length && at(frames, start + same) === at(frames, start + period + same))
    same++;
  return (same - (same % period)) / period;
}
