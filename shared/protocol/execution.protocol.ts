import { Type } from 'typebox';
import { ExecutionEvent } from '../model/event.ts';
import { Execution, ListEvents, ListExecutions, RunFile, RunRepl, Wait } from '../model/execution.ts';
import { Id } from '../model/ids.ts';
import { idsAndBody, notification, params, request, type RequestDefinition } from './message.ts';

const execution_id = Id;
const ofExecution = params({ execution_id });

/** The ended execution with its events; with `wait: false` the running one, without. */
const RunResult = Type.Object({ ...Execution.properties, events: Type.Optional(Type.Array(ExecutionEvent)) });

/** Requests about running code and what ran. */
export const EXECUTION_REQUESTS = {
  /**
   * Client → daemon: runs a snippet and answers when it has ended, however it ended. `$/cancelRequest` stops it; the
   * answer is then the execution, `cancelled`. A `workDoneToken` beside the parameters asks for LSP progress.
   */
  'vm/execution/repl': request(['POST /executions/repl'], idsAndBody(Wait, RunRepl), RunResult),
  /** Client → daemon: the same for a file of the session's worktree. */
  'vm/execution/runFile': request(['POST /executions/run-file'], idsAndBody(Wait, RunFile), RunResult),
  /** Client → daemon, when a session unfolds: its executions, newest first. */
  'vm/execution/list': request(['GET /executions'], ListExecutions, Type.Array(Execution)),
  'vm/execution/get': request(['GET /executions/{execution_id}'], ofExecution, Execution),
  /** Client → daemon, when an execution unfolds: stored events after a seq, in order. */
  'vm/execution/events': request(
    ['GET /executions/{execution_id}/events'],
    idsAndBody({ execution_id }, ListEvents),
    Type.Array(ExecutionEvent),
  ),
  /** Client → daemon: stops an execution, keeps its session's state, and answers when it has ended. */
  'vm/execution/cancel': request(['POST /executions/{execution_id}/cancel'], ofExecution, Execution),
  /**
   * Client → daemon: the events of one execution after `after_seq` (default: all), and then live ones until it ends,
   * as vm/execution/event. Answers with the execution's row.
   */
  'vm/execution/follow': request(
    ['GET /executions/{execution_id}/events/stream'],
    params({ execution_id, after_seq: ListEvents.properties.after_seq }),
    Execution,
  ),
  /** Client → daemon: no more events of this execution. Not following it is no error. */
  'vm/execution/unfollow': request([], ofExecution, Type.Object({ status: Type.Literal('ok') })),
} as const satisfies Record<string, RequestDefinition>;

export const EXECUTION_NOTIFICATIONS = {
  /**
   * Daemon → clients that follow: events of one execution, in order, as many as there were. A client that follows both
   * a session and one of its executions gets them for each; `follow` says for which. With `ended` nothing more comes for
   * this follow: its execution, or its session, has ended. A slow client is waited for, never skipped.
   */
  'vm/execution/event': notification({
    follow: Type.Enum(['session', 'execution']),
    session_id: Id,
    /** Absent only when a followed session ended without a new event. */
    execution_id: Type.Optional(Id),
    events: Type.Array(ExecutionEvent),
    ended: Type.Boolean(),
  }),
  /** Daemon → every client that did not opt out, when an execution has started and when it has ended; what runs already is told after `initialized`. */
  'vm/execution/changed': notification({ execution: Execution }),
} as const;
