import { Type } from 'typebox';
import { Execution } from '../../../shared/model/execution.ts';
import { CompleteRequest, Completion, Globals } from '../../../shared/model/inspection.ts';
import { RuntimeSummary } from '../../../shared/model/runtime-summary.ts';
import { CreateSession, Session, SessionStatus } from '../../../shared/model/session.ts';
import type { Services } from '../../services/services.ts';
import { withoutBody } from './json-body.ts';
import type { RestServer } from './rest-instance.ts';
import { SessionParams } from './route-schema.ts';

const tags = ['sessions'];
const params = SessionParams;
const startErrors = [
  'TEMPLATE_NOT_FOUND',
  'WORKTREE_NOT_FOUND',
  'LIBRARY_NOT_CACHED',
  'STARTUP_FAILED',
  'STARTUP_MODE_UNSUPPORTED',
  'SESSION_LIMIT_REACHED',
] as const;

/** Sessions, and what of them is alive. */
export function sessionsRoutes(server: RestServer, { sessions, executions }: Services): void {
  server.get(
    '/runtime/summary',
    {
      schema: {
        tags,
        operationId: 'getRuntimeSummary',
        summary: 'The sessions that are alive in memory',
        response: { 200: RuntimeSummary },
      },
    },
    () => sessions.summary(),
  );
  server.get(
    '/sessions',
    {
      schema: {
        tags,
        operationId: 'listSessions',
        summary: 'All sessions, or those with a status',
        querystring: Type.Object({ status: Type.Optional(SessionStatus) }),
        response: { 200: Type.Array(Session) },
      },
    },
    (request) => sessions.list(request.query),
  );
  server.post(
    '/sessions',
    {
      config: {
        errors: [...startErrors],
      },
      schema: {
        tags,
        operationId: 'createSession',
        summary: 'Start a session of a template in a worktree, and run its startup files',
        body: CreateSession,
        response: { 201: Session },
      },
    },
    (request, reply) => {
      reply.code(201);
      return sessions.create(request.body);
    },
  );
  server.get(
    '/sessions/:session_id',
    {
      config: { errors: ['SESSION_NOT_FOUND'] },
      schema: { tags, operationId: 'getSession', summary: 'A session', params, response: { 200: Session } },
    },
    (request) => sessions.get(request.params.session_id),
  );
  withoutBody(server, (scope) => {
    closeRoutes(scope, sessions);
    controlRoutes(scope, { sessions, executions });
  });
  lookRoutes(server, sessions);
}

/** Starting anew, and stopping what runs while the state stays. */
function controlRoutes(server: RestServer, { sessions, executions }: Pick<Services, 'sessions' | 'executions'>): void {
  server.post(
    '/sessions/:session_id/restart',
    {
      config: { errors: [...startErrors, 'SESSION_NOT_FOUND', 'SESSION_NOT_READY'] },
      schema: {
        tags,
        operationId: 'restartSession',
        summary: 'Start a session anew: same id, fresh state, startup files run again; crashed and closed ones too',
        params,
        response: { 200: Session },
      },
    },
    (request) => sessions.restart(request.params.session_id),
  );
  server.post(
    '/sessions/:session_id/interrupt',
    {
      config: { errors: ['SESSION_NOT_FOUND', 'SESSION_NOT_READY'] },
      schema: {
        tags,
        operationId: 'interruptSession',
        summary: 'Stop what runs in a session, keep its state, and answer when it has ended; null when nothing ran',
        params,
        response: { 200: Type.Object({ status: Type.Literal('ok'), execution: Type.Union([Execution, Type.Null()]) }) },
      },
    },
    async (request) => {
      const execution = await executions.interrupt(request.params.session_id);
      return { status: 'ok' as const, execution: execution ?? null };
    },
  );
}

/** What an idle session holds. */
function lookRoutes(server: RestServer, sessions: Services['sessions']): void {
  const config = { errors: ['SESSION_NOT_FOUND', 'SESSION_NOT_READY', 'SESSION_BUSY'] } as const;
  server.get(
    '/sessions/:session_id/globals',
    {
      config,
      schema: {
        tags,
        operationId: 'listGlobals',
        summary: 'The variables that the code of a session has defined',
        params,
        response: { 200: Globals },
      },
    },
    (request) => sessions.globals(request.params.session_id),
  );
  server.post(
    '/sessions/:session_id/complete',
    {
      config,
      schema: {
        tags,
        operationId: 'complete',
        summary: 'What could stand at the cursor, from the live state of a session and without side effects',
        params,
        body: CompleteRequest,
        response: { 200: Completion },
      },
    },
    (request) => sessions.complete(request.params.session_id, request.body),
  );
}

/** Both answer with the closed session. */
function closeRoutes(server: RestServer, sessions: Services['sessions']): void {
  const config = { errors: ['SESSION_NOT_FOUND'] } as const;
  const response = { 200: Session };
  server.post(
    '/sessions/:session_id/close',
    {
      config,
      schema: { tags, operationId: 'closeSession', summary: 'End a session and what runs in it', params, response },
    },
    (request) => sessions.close(request.params.session_id),
  );
  server.delete(
    '/sessions/:session_id',
    {
      config,
      schema: { tags, operationId: 'deleteSession', summary: 'The same as close: the row stays', params, response },
    },
    (request) => sessions.close(request.params.session_id),
  );
}
