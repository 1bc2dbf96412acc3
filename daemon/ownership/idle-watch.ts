/** Whether anybody needs the daemon now. */
export type Busy = () => boolean;

/** Looks this many times within the idle time, at most once a second. */
const LOOKS = 20;

/** Calls `onIdle` once the daemon has been idle for `idleMs` without a break. Returns how to stop watching. */
export function watchIdle(idleMs: number, isBusy: Busy, onIdle: () => void): () => void {
  let idleSince = Date.now();
  const timer = setInterval(
    () => {
      if (isBusy()) idleSince = Date.now();
      if (Date.now() - idleSince < idleMs) return;
      clearInterval(timer);
      onIdle();
    },
    Math.max(1_000, idleMs / LOOKS),
  );
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
