import type { RunOutcome, RunRequest, Runtime, RuntimeListener } from '../../../daemon/runtime/runtime.ts';

/**
 * A runtime for tests of a transport: no code runs, the input says what happens. `events N` emits that many console
 * lines, `wait` lasts until it is stopped, anything else is the value.
 */
export class ScriptedRuntime implements Runtime {
  readonly #listener: RuntimeListener;
  readonly #open = new Set<string>();
  readonly #stops = new Map<string, () => void>();

  constructor(listener: RuntimeListener) {
    this.#listener = listener;
  }

  open({ session_id }: { session_id: string }): Promise<void> {
    this.#open.add(session_id);
    return Promise.resolve();
  }

  async run(sessionId: string, request: RunRequest): Promise<RunOutcome> {
    const stopped = new Promise<void>((resolve) => this.#stops.set(sessionId, resolve));
    for (const step of request.source.split('\n')) {
      if (step === 'wait') {
        await stopped;
        return { status: 'cancelled', error: { code: 'CANCELLED', message: 'stopped' }, metrics: {} };
      }
      const count = Number(/^events (\d+)$/.exec(step)?.[1] ?? 0);
      for (let done = 0; done < count; done += 500) await this.#emit(request, done, Math.min(500, count - done));
    }
    return { status: 'ok', result: { type: 'string', preview: request.source }, metrics: { wall_ms: 1 } };
  }

  interrupt(sessionId: string): void {
    this.#stops.get(sessionId)?.();
  }

  interruptBackground(): void {
    // Nothing goes on between its runs.
  }

  goesOn(): boolean {
    return false;
  }

  globals(): Promise<[]> {
    return Promise.resolve([]);
  }

  complete(): ReturnType<Runtime['complete']> {
    return Promise.resolve({ from: 0, to: 0, items: [] });
  }

  members(): Promise<[]> {
    return Promise.resolve([]);
  }

  value(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(sessionId: string): Promise<void> {
    this.interrupt(sessionId);
    this.#open.delete(sessionId);
    return Promise.resolve();
  }

  activeSessionIds(): string[] {
    return [...this.#open].sort();
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** As a host does: the next events only when these are stored. */
  #emit({ execution_id }: RunRequest, from: number, count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, index) => ({
      ts: Date.now(),
      type: 'console' as const,
      payload: { level: 'log', text: `line ${from + index}` },
    }));
    return new Promise((resolve) => {
      this.#listener.onEvents(execution_id, events, resolve);
    });
  }
}
