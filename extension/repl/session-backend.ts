import type * as vscode from 'vscode';
import type { ReplBackend } from '../../daemon/terminal/repl-backend.ts';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import { isToldByEvent } from '../../shared/model/told-error.ts';
import type { DaemonClient } from '../daemon/daemon-client.ts';
import type { LiveState } from '../live-state.ts';
import type { Runs } from '../runs.ts';

type BackendParts = { client: DaemonClient; state: LiveState; runs: Runs };
type OnEvent = (event: ExecutionEvent) => void;

/** A session as the REPL's line editor wants it, over the window's own connection. */
export function sessionBackend(parts: BackendParts, session_id: string): ReplBackend {
  const { client, state } = parts;
  return {
    execute: (input, onEvent) => execute(parts, { session_id, input }, onEvent),
    interrupt: async () => {
      await client.request('vm/session/interrupt', { session_id });
    },
    restart: async () => {
      state.learn(await client.request('vm/session/restart', { session_id }));
    },
    complete: async (input, cursor) => {
      const { from, to, items } = await client.request('vm/session/complete', { session_id, input, cursor });
      return { from, to, labels: items.map(({ label }) => label) };
    },
    globals: async () => (await client.request('vm/session/globals', { session_id })).globals,
  };
}

/** Resolves when the execution has ended and its last event was shown. */
async function execute(
  { client, state, runs }: BackendParts,
  { session_id, input }: { session_id: string; input: string },
  onEvent: OnEvent,
): Promise<void> {
  const session = state.session(session_id) ?? (await client.request('vm/session/get', { session_id }));
  const { execution, ended } = await runs.start(session, { input });
  await followToTheEnd(client, execution.id, onEvent);
  const { error } = await ended;
  // What was thrown is an event; what stopped the code from outside is only told by its row.
  if (error !== undefined && !isToldByEvent(error)) throw new Error(`${error.code}: ${error.message}`);
}

/** Also resolves when the daemon is lost: what became of the execution is in its row then. */
async function followToTheEnd(client: DaemonClient, execution_id: string, onEvent: OnEvent): Promise<void> {
  const subscriptions: vscode.Disposable[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const heard = client.on('vm/execution/event', (batch) => {
        if (batch.follow !== 'execution' || batch.execution_id !== execution_id) return;
        batch.events.forEach(onEvent);
        if (batch.ended) resolve();
      });
      const lost = client.onLost(() => {
        resolve();
      });
      subscriptions.push(heard, lost);
      client.request('vm/execution/follow', { execution_id }).catch(reject);
    });
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
  }
}
