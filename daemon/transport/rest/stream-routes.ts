import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VmError } from '../../../shared/errors/vm-error.ts';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { SessionCursor } from '../../services/event-streams.ts';
import type { Services } from '../../services/services.ts';
import { sendEventStream, type EventIdOf } from './event-stream.ts';
import type { RestServer } from './rest-instance.ts';
import { ExecutionParams, SessionParams } from './route-schema.ts';

const resume = 'Resumes after `Last-Event-ID`; the stream ends with an event `end`.';
const EVENT_STREAM = {
  200: { description: 'Server-Sent Events', content: { 'text/event-stream': { schema: Type.String() } } },
};

/** Events as they are committed, as Server-Sent Events. */
export function streamRoutes(server: RestServer, { executions, sessions, streams }: Services): void {
  server.get(
    '/executions/:execution_id/events/stream',
    {
      config: { errors: ['EXECUTION_NOT_FOUND'] },
      schema: {
        tags: ['streams'],
        operationId: 'streamExecution',
        summary: `Follow the events of an execution until it ends; the id of each is its seq. ${resume}`,
        params: ExecutionParams,
        querystring: Type.Object({ after_seq: Type.Optional(Type.Integer({ minimum: 0 })) }),
        response: EVENT_STREAM,
      },
    },
    async (request, reply) => {
      const { execution_id } = request.params;
      executions.get(execution_id);
      const after_seq = seqOf(lastEventId(request)) ?? request.query.after_seq ?? 0;
      await follow(reply, (signal) => streams.followExecution(execution_id, after_seq, signal), seqId);
    },
  );
  server.get(
    '/sessions/:session_id/events/stream',
    {
      config: { errors: ['SESSION_NOT_FOUND'] },
      schema: {
        tags: ['streams'],
        operationId: 'streamSession',
        summary: `Follow the events of a session until it ends; the id of each is EXECUTION:SEQ. ${resume}`,
        params: SessionParams,
        response: EVENT_STREAM,
      },
    },
    async (request, reply) => {
      const { session_id } = request.params;
      sessions.get(session_id);
      const cursor = cursorOf(lastEventId(request));
      await follow(reply, (signal) => streams.followSession(session_id, cursor, signal), sessionId);
    },
  );
}

const seqId: EventIdOf = (event) => String(event.seq);
const sessionId: EventIdOf = (event) => `${event.execution_id}:${event.seq}`;

/** The response is written by hand from here on; it ends when the stream does, or when the client leaves. */
async function follow(
  reply: FastifyReply,
  open: (signal: AbortSignal) => AsyncIterable<readonly ExecutionEvent[]>,
  idOf: EventIdOf,
): Promise<void> {
  const gone = new AbortController();
  reply.raw.on('close', () => {
    gone.abort();
  });
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
  await sendEventStream(reply.raw, open(gone.signal), idOf, gone.signal);
}

function lastEventId({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function seqOf(id: string | undefined): number | undefined {
  if (id === undefined) return undefined;
  if (!/^\d{1,15}$/.test(id)) throw badEventId('the seq of an event');
  return Number(id);
}

function cursorOf(id: string | undefined): SessionCursor | undefined {
  if (id === undefined) return undefined;
  const [, execution_id, seq] = /^([0-9a-f-]{36}):(\d{1,15})$/.exec(id) ?? [];
  if (execution_id === undefined) throw badEventId('EXECUTION:SEQ, as the stream sent it');
  return { execution_id, seq: Number(seq) };
}

function badEventId(expected: string): VmError {
  return new VmError('VALIDATION_ERROR', `Last-Event-ID must be ${expected}.`, { field: 'Last-Event-ID' });
}
