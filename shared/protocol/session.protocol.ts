import { Type } from 'typebox';
import { Execution } from '../model/execution.ts';
import { Id } from '../model/ids.ts';
import { CompleteRequest, Completion, Globals, Members } from '../model/inspection.ts';
import { CreateSession, Session, SessionStatus } from '../model/session.ts';
import { idsAndBody, notification, params, request, type RequestDefinition } from './message.ts';

const session_id = Id;
const ofSession = params({ session_id });

/** An event that a client knows already: what it is sent begins with the next one. */
export const EventCursor = params({
  execution_id: Id,
  seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
});

/** Names on the way from a variable to a value inside of it. */
const MemberPath = Type.Array(Type.String({ maxLength: 1_024 }), { minItems: 1, maxItems: 64 });

/** Requests about the life of sessions and what they hold. */
export const SESSION_REQUESTS = {
  /** Client → daemon, when a view fills itself, and after a reconnect to learn what became of each session. */
  'vm/session/list': request(['GET /sessions'], params({ status: Type.Optional(SessionStatus) }), Type.Array(Session)),
  /** Client → daemon: one session's row; `last_error` says why it crashed or was closed. */
  'vm/session/get': request(['GET /sessions/{session_id}'], ofSession, Session),
  /** Client → daemon: starts a session and answers when its startup files have run. */
  'vm/session/create': request(['POST /sessions'], CreateSession, Session),
  /** Client → daemon: ends a session and what runs in it. */
  'vm/session/close': request(
    ['POST /sessions/{session_id}/close', 'DELETE /sessions/{session_id}'],
    ofSession,
    Session,
  ),
  /** Client → daemon: same id, fresh state; crashed and closed ones too. */
  'vm/session/restart': request(['POST /sessions/{session_id}/restart'], ofSession, Session),
  /** Client → daemon: stops what runs and keeps the state; `execution` is null when nothing ran. */
  'vm/session/interrupt': request(
    ['POST /sessions/{session_id}/interrupt'],
    ofSession,
    Type.Object({ status: Type.Literal('ok'), execution: Type.Union([Execution, Type.Null()]) }),
  ),
  /** Client → daemon, after each execution, for a view of variables; SESSION_BUSY while something runs. */
  'vm/session/globals': request(['GET /sessions/{session_id}/globals'], ofSession, Globals),
  /** Client → daemon, from a REPL's line editor: what could stand at the cursor, without side effects. */
  'vm/session/complete': request(
    ['POST /sessions/{session_id}/complete'],
    idsAndBody({ session_id }, CompleteRequest),
    Completion,
  ),
  /**
   * Client → daemon, when a variable unfolds: what its value has itself, the first hundred. `path` is the name of the
   * variable and then names of members. No getter runs, and proxies show nothing; SESSION_BUSY while something runs.
   */
  'vm/session/members': request([], params({ session_id, path: MemberPath }), Members),
  /**
   * Client → daemon: from here on the events of all executions of this session come as vm/execution/event: those after
   * `after`, else all there are; with `live_only`, from the first event of what runs now. Then live ones, each once and in order.
   * Following a session again moves the cursor. Answers with the session's row.
   */
  'vm/session/follow': request(
    ['GET /sessions/{session_id}/events/stream'],
    params({ session_id, after: Type.Optional(EventCursor), live_only: Type.Optional(Type.Boolean()) }),
    Session,
  ),
  /** Client → daemon: no more events of this session. Not following it is no error. */
  'vm/session/unfollow': request([], ofSession, Type.Object({ status: Type.Literal('ok') })),
} as const satisfies Record<string, RequestDefinition>;

export const SESSION_NOTIFICATIONS = {
  /** Daemon → every client that did not opt out, after a session's row was stored. */
  'vm/session/changed': notification({ session: Session }),
} as const;
