import { basename } from 'node:path';
import { DEFAULT_EXECUTIONS, MAX_ROWS } from '../../../shared/model/execution.ts';
import type { EXECUTION_REQUESTS } from '../../../shared/protocol/execution.protocol.ts';
import type { RequestResult } from '../../../shared/protocol/methods.ts';
import type { ExecutionService, Started } from '../../services/execution-service.ts';
import type { Services } from '../../services/services.ts';
import type { Call, HandlersFor } from './handlers.ts';
import { cancelled } from './rpc-error.ts';

/** vm/execution/…: running code, and what ran. */
export function executionHandlers({ executions }: Services): HandlersFor<typeof EXECUTION_REQUESTS> {
  return {
    'vm/execution/repl': ({ wait, ...body }, call) => {
      if (call.cancellation.isCancellationRequested) throw cancelled();
      return finish(executions, executions.startRepl(body), { ...call, title: 'Running input', wait });
    },
    'vm/execution/runFile': async ({ wait, ...body }, call) => {
      if (call.cancellation.isCancellationRequested) throw cancelled();
      const started = await executions.startFile(body);
      return finish(executions, started, { ...call, title: `Running ${basename(body.path)}`, wait });
    },
    'vm/execution/list': ({ session_id, limit = DEFAULT_EXECUTIONS }) => executions.list({ session_id, limit }),
    'vm/execution/get': ({ execution_id }) => executions.get(execution_id),
    'vm/execution/events': ({ execution_id, after_seq = 0, limit = MAX_ROWS }) =>
      executions.events(execution_id, { after_seq, limit }),
    'vm/execution/cancel': ({ execution_id }) => executions.cancel(execution_id),
    'vm/execution/follow': (params, { followers }) => followers.followExecution(params),
    'vm/execution/unfollow': ({ execution_id }, { followers }) => {
      followers.unfollow('execution', execution_id);
      return { status: 'ok' as const };
    },
  };
}

type Run = Call & { title: string; wait: boolean | undefined };

/**
 * Answers with the ended execution, or at once when the client does not wait. `$/cancelRequest` stops what runs; the
 * answer is then the execution, as `cancelled`. A client that leaves stops nothing: who comes back finds the result.
 */
async function finish(
  executions: ExecutionService,
  started: Started,
  { wait, cancellation, progress, title }: Run,
): Promise<RequestResult<'vm/execution/repl'>> {
  if (wait === false) return executions.started(started);
  progress.begin(title);
  const stop = (): void => {
    // It may have ended in the meantime; then there is nothing to stop.
    executions.cancel(started.execution.id).catch(() => undefined);
  };
  const subscription = cancellation.onCancellationRequested(stop);
  // While a file was being read there was nothing to stop yet.
  if (cancellation.isCancellationRequested) stop();
  try {
    return await executions.ended(started);
  } finally {
    subscription.dispose();
    progress.end('done');
  }
}
