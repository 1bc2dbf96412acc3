import assert from 'node:assert/strict';
import { createRuntime } from '../../daemon/runtime/create-runtime.ts';
import type { RunOutcome, RunRequest, Runtime, RuntimeEvent } from '../../daemon/runtime/runtime.ts';
import { DEFAULT_SETTINGS, type Limits, type RuntimeSettings } from '../../shared/model/settings.ts';

export type Ran = RunOutcome & { id: string; events: RuntimeEvent[] };

/** A real runtime with real host processes, and everything that it reported. */
export class RuntimeFixture {
  readonly runtime: Runtime;
  readonly lost = new Map<string, string>();
  /** What went on between runs. */
  readonly background: { id: string; session: string; events: RuntimeEvent[]; outcome: RunOutcome | undefined }[] = [];
  /** Called with each batch of events of a run, before it is acknowledged. */
  onBatch: (events: readonly RuntimeEvent[], stored: () => void) => void = (_events, stored) => {
    stored();
  };
  /** The session that was asked for last. */
  latest = '';
  readonly #events = new Map<string, RuntimeEvent[]>();
  #sessions = 0;
  #runs = 0;

  constructor({ spareHosts = 0 }: { spareHosts?: number } = {}) {
    this.runtime = createRuntime(
      { spareHosts },
      {
        onEvents: (id, events, stored) => {
          this.#events.get(id)?.push(...events);
          this.onBatch(events, stored);
        },
        beginBackground: (session) => {
          const id = `background-${++this.#runs}`;
          const events: RuntimeEvent[] = [];
          this.#events.set(id, events);
          this.background.push({ id, session, events, outcome: undefined });
          return id;
        },
        endBackground: (id, outcome) => {
          const execution = this.background.find((one) => one.id === id);
          if (execution !== undefined) execution.outcome = outcome;
        },
        onSessionLost: (id, reason) => {
          this.lost.set(id, reason);
        },
      },
    );
  }

  /** Opens a session and returns its id. */
  async open({
    limits = {},
    modules = [],
    worktree = '/',
    ...runtime
  }: Partial<RuntimeSettings> & {
    limits?: Partial<Limits>;
    modules?: readonly string[];
    worktree?: string;
  } = {}): Promise<string> {
    const session_id = `session-${++this.#sessions}`;
    this.latest = session_id;
    const settings = {
      ...DEFAULT_SETTINGS,
      limits: { ...DEFAULT_SETTINGS.limits, ...limits },
      runtime: { ...DEFAULT_SETTINGS.runtime, ...runtime },
    };
    const nothing = { libraries: [], capabilities: [] };
    const of = { session_id, template_id: 'template', worktree_path: worktree };
    await this.runtime.open({ ...of, settings, modules, ...nothing });
    return session_id;
  }

  async run(
    session: string,
    source: string,
    limits: Partial<Limits> = {},
    more: Partial<RunRequest> = {},
  ): Promise<Ran> {
    return this.start(session, source, limits, more).ended;
  }

  /** Starts a run without waiting for its end; `events` grows. */
  start(
    session: string,
    source: string,
    limits: Partial<Limits> = {},
    more: Partial<RunRequest> = {},
  ): { id: string; events: RuntimeEvent[]; ended: Promise<Ran> } {
    const id = `run-${++this.#runs}`;
    const events: RuntimeEvent[] = [];
    this.#events.set(id, events);
    const request: RunRequest = {
      execution_id: id,
      kind: 'repl',
      source,
      args: [],
      env: {},
      limits: { ...DEFAULT_SETTINGS.limits, ...limits },
      ...more,
    };
    const ended = this.runtime.run(session, request).then((outcome) => {
      this.#events.delete(id);
      return { ...outcome, id, events };
    });
    return { id, events, ended };
  }

  /** The preview of what the code gives; fails when it does not end well. */
  async preview(session: string, source: string): Promise<string> {
    const { status, result, error } = await this.run(session, source);
    assert.equal(status, 'ok', error?.message);
    return result?.preview ?? '';
  }

  dispose(): Promise<void> {
    return this.runtime.dispose();
  }
}

/** The texts of the console events. */
export function lines(events: readonly RuntimeEvent[]): unknown[] {
  return events.filter(({ type }) => type === 'console').map(({ payload }) => payload['text']);
}

/** Polls until `condition` gives something, and fails after `ms`. */
export async function eventually<T>(what: string, condition: () => T | undefined | false, ms = 30_000): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) assert.fail(`${what} did not happen within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
