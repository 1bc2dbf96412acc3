import { Type } from 'typebox';
import { ExecutionEvent } from '../../../shared/model/event.ts';
import {
  DEFAULT_EXECUTIONS,
  Execution,
  ExecutionWithEvents,
  ListEvents,
  ListExecutions,
  MAX_ROWS,
  RunFile,
  RunRepl,
  Wait,
} from '../../../shared/model/execution.ts';
import type { Services } from '../../services/services.ts';
import { withoutBody } from './json-body.ts';
import type { RestServer } from './rest-instance.ts';
import { ExecutionParams } from './route-schema.ts';

const tags = ['executions'];
const params = ExecutionParams;

/** `?wait=false` answers 202. */
const WaitQuery = Type.Object(Wait);

const runErrors = [
  'SESSION_NOT_FOUND',
  'SESSION_NOT_READY',
  'SESSION_BUSY',
  'OUTPUT_LIMIT_EXCEEDED',
  'STORAGE_UNAVAILABLE',
] as const;

/** Running code, and what ran. */
export function executionsRoutes(server: RestServer, { executions }: Services): void {
  runRoutes(server, executions);
  readRoutes(server, executions);
  withoutBody(server, (scope) => {
    scope.post(
      '/executions/:execution_id/cancel',
      {
        config: { errors: ['EXECUTION_NOT_FOUND', 'EXECUTION_NOT_RUNNING'] },
        schema: {
          tags,
          operationId: 'cancelExecution',
          summary: 'Stop an execution, keep the state of its session, and answer when it has ended',
          params,
          response: { 200: Execution },
        },
      },
      (request) => executions.cancel(request.params.execution_id),
    );
  });
}

function runRoutes(server: RestServer, executions: Services['executions']): void {
  server.post(
    '/executions/repl',
    {
      config: { errors: runErrors },
      schema: {
        tags,
        operationId: 'runRepl',
        summary: 'Run a snippet in a session and answer when it has ended, however it ended',
        body: RunRepl,
        querystring: WaitQuery,
        response: { 201: ExecutionWithEvents, 202: Execution },
      },
    },
    ({ body, query }, reply) => {
      if (query.wait !== false) {
        reply.code(201);
        return executions.repl(body);
      }
      reply.code(202);
      return executions.started(executions.startRepl(body));
    },
  );
  server.post(
    '/executions/run-file',
    {
      config: { errors: [...runErrors, 'INVALID_PATH', 'FILE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'runFile',
        summary: 'Run a file of the worktree in a session and answer when it has ended, however it ended',
        body: RunFile,
        querystring: WaitQuery,
        response: { 201: ExecutionWithEvents, 202: Execution },
      },
    },
    async ({ body, query }, reply) => {
      if (query.wait !== false) {
        reply.code(201);
        return executions.runFile(body);
      }
      reply.code(202);
      return executions.started(await executions.startFile(body));
    },
  );
}

function readRoutes(server: RestServer, executions: Services['executions']): void {
  server.get(
    '/executions',
    {
      config: { errors: ['SESSION_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'listExecutions',
        summary: 'Executions of a session, newest first',
        querystring: ListExecutions,
        response: { 200: Type.Array(Execution) },
      },
    },
    ({ query }) => executions.list({ session_id: query.session_id, limit: query.limit ?? DEFAULT_EXECUTIONS }),
  );
  server.get(
    '/executions/:execution_id',
    {
      config: { errors: ['EXECUTION_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'getExecution',
        summary: 'An execution, running or ended',
        params,
        response: { 200: Execution },
      },
    },
    (request) => executions.get(request.params.execution_id),
  );
  server.get(
    '/executions/:execution_id/events',
    {
      config: { errors: ['EXECUTION_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'listEvents',
        summary: 'Events of an execution after a sequence number, in their order',
        params,
        querystring: ListEvents,
        response: { 200: Type.Array(ExecutionEvent) },
      },
    },
    ({ params: { execution_id }, query }) =>
      executions.events(execution_id, { after_seq: query.after_seq ?? 0, limit: query.limit ?? MAX_ROWS }),
  );
}
