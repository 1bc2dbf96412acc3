import type * as vscode from 'vscode';
import type { Execution } from '../shared/model/execution.ts';
import type { Session } from '../shared/model/session.ts';
import type { DaemonClient } from './daemon/daemon-client.ts';
import type { SessionFollower } from './events/session-follower.ts';
import type { LiveState } from './live-state.ts';

/** What is asked of a session: a file of its folder, or a snippet. */
export type Work = { path: string } | { input: string };

/** Runs code in sessions and knows when it has ended, whatever happens to the connection meanwhile. */
export class Runs implements vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #follower: SessionFollower;
  readonly #waiting = new Map<string, (execution: Execution) => void>();
  /** Those that ended before their start was answered. */
  readonly #ended = new Map<string, Execution>();
  readonly #subscriptions: vscode.Disposable[];
  #starting = 0;

  constructor(client: DaemonClient, state: LiveState, follower: SessionFollower) {
    this.#client = client;
    this.#follower = follower;
    this.#subscriptions = [
      state.onDidChange((change) => {
        if (change.kind === 'execution') this.#changed(change.execution);
        else if (change.kind === 'all') void this.#askAgain();
      }),
    ];
  }

  /** Starts the work; its output is followed before it begins. Rejects when the daemon refuses. */
  async start(session: Session, work: Work): Promise<{ execution: Execution; ended: Promise<Execution> }> {
    await this.#follower.following(session);
    const session_id = session.id;
    this.#starting += 1;
    try {
      const execution =
        'path' in work
          ? await this.#client.request('vm/execution/runFile', { session_id, path: work.path, wait: false })
          : await this.#client.request('vm/execution/repl', { session_id, input: work.input, wait: false });
      return { execution, ended: this.#end(execution) };
    } finally {
      this.#starting -= 1;
      if (this.#starting === 0) this.#ended.clear();
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #end({ id }: Execution): Promise<Execution> {
    const ended = this.#ended.get(id);
    if (ended !== undefined) return Promise.resolve(ended);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
    });
  }

  #changed(execution: Execution): void {
    if (execution.status === 'running') return;
    const resolve = this.#waiting.get(execution.id);
    if (resolve === undefined) {
      if (this.#starting > 0) this.#ended.set(execution.id, execution);
      return;
    }
    this.#waiting.delete(execution.id);
    resolve(execution);
  }

  /** After the daemon was lost, or changes were left out: what was waited for may have ended meanwhile. */
  async #askAgain(): Promise<void> {
    for (const id of [...this.#waiting.keys()]) {
      const execution = await this.#client.look('vm/execution/get', { execution_id: id }).catch(() => undefined);
      if (execution !== undefined) this.#changed(execution);
    }
  }
}
