import { Type } from 'typebox';
import { RuntimeSummary } from '../../../shared/model/runtime-summary.ts';
import { CreateSession, Session, SessionStatus } from '../../../shared/model/session.ts';
import type { Services } from '../../services/services.ts';
import { withoutBody } from './json-body.ts';
import type { RestServer } from './rest-server.ts';
import { SessionParams } from './route-schema.ts';

const tags = ['sessions'];
const params = SessionParams;

/** Sessions, and what of them is alive. */
export function sessionsRoutes(server: RestServer, { sessions }: Services): void {
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
        errors: [
          'TEMPLATE_NOT_FOUND',
          'WORKTREE_NOT_FOUND',
          'LIBRARY_NOT_CACHED',
          'STARTUP_FAILED',
          'SESSION_LIMIT_REACHED',
        ],
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
  });
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
