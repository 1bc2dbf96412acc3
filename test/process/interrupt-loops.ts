import assert from 'node:assert/strict';
import { type DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';

/** Interrupts `for (;;) {}` over REST again and again; the session keeps its state each time. Says how long it took. */
export async function interruptLoops(folder: DaemonFolder, rounds: number): Promise<string> {
  const daemon = await DaemonProcess.start(folder);
  try {
    const session = await daemon.session({ limits: { wall_ms: 60_000, cpu_ms: 60_000 } });
    await daemon.repl(session, 'let kept = 0');
    const times: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const { id } = await daemon.start(session, 'kept++; for (;;) {}');
      const start = performance.now();
      const ended = await daemon.client.post<{ status: string }>(`executions/${id}/cancel`, {});
      times.push(performance.now() - start);
      assert.equal(ended.status, 'cancelled');
      const { result } = await daemon.repl(session, 'kept');
      assert.ok(result?.json === round || result?.json === round - 1, `round ${round}: kept is ${result?.preview}`);
      if (result.json !== round) await daemon.repl(session, `kept = ${round}`);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
    return `state kept each time, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
  } finally {
    await daemon.end();
  }
}
