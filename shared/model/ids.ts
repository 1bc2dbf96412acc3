import { Type } from 'typebox';

/** Identifier of a template, session, execution, capability or startup file: a UUID, version 7 where we make it. */
export const Id = Type.String({ format: 'uuid', description: 'UUID (version 7)' });

/** RFC 3339 timestamp with milliseconds, in UTC. */
export const Timestamp = Type.String({ format: 'date-time', description: 'RFC 3339 with milliseconds, UTC' });
