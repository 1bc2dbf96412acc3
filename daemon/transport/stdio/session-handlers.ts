import type { SESSION_REQUESTS } from '../../../shared/protocol/session.protocol.ts';
import type { Services } from '../../services/services.ts';
import type { HandlersFor } from './handlers.ts';

/** vm/session/…: the life of sessions and what they hold. */
export function sessionHandlers({ sessions, executions }: Services): HandlersFor<typeof SESSION_REQUESTS> {
  return {
    'vm/session/list': (filter) => sessions.list(filter),
    'vm/session/get': ({ session_id }) => sessions.get(session_id),
    'vm/session/create': (body) => sessions.create(body),
    'vm/session/close': ({ session_id }) => sessions.close(session_id),
    'vm/session/restart': ({ session_id }) => sessions.restart(session_id),
    'vm/session/interrupt': async ({ session_id }) => {
      const execution = await executions.interrupt(session_id);
      return { status: 'ok' as const, execution: execution ?? null };
    },
    'vm/session/globals': ({ session_id }) => sessions.globals(session_id),
    'vm/session/members': ({ session_id, path }) => sessions.members(session_id, path),
    'vm/session/complete': ({ session_id, ...request }) => sessions.complete(session_id, request),
    'vm/session/follow': (params, { followers }) => followers.followSession(params),
    'vm/session/unfollow': ({ session_id }, { followers }) => {
      followers.unfollow('session', session_id);
      return { status: 'ok' as const };
    },
  };
}
