import { Type } from 'typebox';
import type { ErrorCode } from '../../../shared/errors/error-codes.ts';
import { Id } from '../../../shared/model/ids.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The errors that a route's service can throw, for its documentation; those of all routes are added to it. */
    errors?: readonly ErrorCode[];
  }
}

export const TemplateParams = Type.Object({ template_id: Id });
export const SessionParams = Type.Object({ session_id: Id });
export const ExecutionParams = Type.Object({ execution_id: Id });

/** What the removal of a thing answers, beside what was removed. */
export const removed = { status: Type.Literal('ok') };
