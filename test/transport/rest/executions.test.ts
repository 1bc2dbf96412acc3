import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionEvent } from '../../../shared/model/event.ts';
import type { Execution, ExecutionWithEvents } from '../../../shared/model/execution.ts';
import type { Session } from '../../../shared/model/session.ts';
import { TestDaemon } from './test-daemon.ts';

describe('executions', function () {
  this.timeout(60_000);
  let test: TestDaemon;
  let session: Session;
  before(async () => {
    test = await TestDaemon.open();
    session = await test.session();
  });
  after(() => test.close());

  const events = (id: string, query = ''): Promise<ExecutionEvent[]> =>
    test.api.ok('GET', `executions/${id}/events${query}`);

  it('answer 201 with the result and the events that led to it', async () => {
    const body = { session_id: session.id, input: 'console.log("hi"); 21 * 2' };
    const { status, body: execution } = await test.api.call<ExecutionWithEvents>('POST', 'executions/repl', body);
    assert.equal(status, 201);
    assert.deepEqual(
      { kind: execution.kind, input: execution.input, status: execution.status, result: execution.result },
      { kind: 'repl', input: body.input, status: 'ok', result: { type: 'number', preview: '42', json: 42 } },
    );
    assert.deepEqual(
      execution.events.map(({ seq, type }) => `${seq} ${type}`),
      ['1 input_echo', '2 console', '3 value'],
    );
    assert.ok((execution.metrics.wall_ms ?? -1) >= 0);
    const { events: made, ...row } = execution;
    assert.deepEqual(await test.api.ok('GET', `executions/${execution.id}`), row);
    assert.deepEqual(await events(execution.id), made);
  });

  it('share the state of their session', async () => {
    await test.repl(session, 'let shared = 40');
    assert.equal((await test.repl(session, 'shared + 2')).result?.preview, '42');
  });

  it('that throw are 201 too: the code failed, not the request', async () => {
    const { status, error, result, events: made } = await test.repl(session, 'missing + 1');
    assert.deepEqual([status, result, error?.code], ['error', undefined, 'JS_EXCEPTION']);
    assert.match(error?.message ?? '', /missing is not defined/);
    assert.equal(made.at(-1)?.type, 'exception');
  });

  it('of files see their arguments and environment', async () => {
    await test.write('sum.js', '`${args.greeting} ${env.NAME}`');
    const body = { session_id: session.id, path: 'sum.js', args: { greeting: 'hello' }, env: { NAME: 'you' } };
    const execution = await test.api.ok<ExecutionWithEvents>('POST', 'executions/run-file', body);
    const { kind, path, args, env, result } = execution;
    assert.deepEqual({ kind, path, args, env }, { kind: 'run_file', path: 'sum.js', args: body.args, env: body.env });
    assert.equal(result?.preview, 'hello you');
  });

  it('list their events after a seq, as many as asked for', async () => {
    const { id } = await test.repl(session, 'for (let i = 0; i < 5; i++) console.log(i)');
    const seqs = async (query: string): Promise<number[]> => (await events(id, query)).map(({ seq }) => seq);
    assert.deepEqual(await seqs(''), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(await seqs('?after_seq=0'), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(await seqs('?after_seq=5'), [6, 7]);
    assert.deepEqual(await seqs('?after_seq=2&limit=2'), [3, 4]);
    assert.deepEqual(await seqs('?after_seq=7'), []);
  });

  it('are listed newest first, within a limit', async () => {
    const other = await test.session();
    const ids: string[] = [];
    for (const input of ['1', '2', '3']) ids.unshift((await test.repl(other, input)).id);
    const list = async (query = ''): Promise<string[]> =>
      (await test.api.ok<Execution[]>('GET', `executions?session_id=${other.id}${query}`)).map(({ id }) => id);
    assert.deepEqual(await list(), ids);
    assert.deepEqual(await list('&limit=2'), ids.slice(0, 2));
    assert.deepEqual(await list('&limit=1000'), ids);
  });

  it('run one at a time, and can be cancelled without losing the state', async () => {
    const other = await test.session();
    await test.repl(other, 'let kept = "kept"');
    const running = await test.busy(other);
    assert.equal(running.status, 'running');
    const { details } = await test.api.refused('SESSION_BUSY', 'POST', 'executions/repl', {
      session_id: other.id,
      input: '1',
    });
    assert.equal(details['session_id'], other.id);
    assert.equal((await test.api.call('GET', 'health')).status, 200);
    const cancelled = await test.api.ok<Execution>('POST', `executions/${running.id}/cancel`);
    assert.deepEqual([cancelled.id, cancelled.status, cancelled.error?.code], [running.id, 'cancelled', 'CANCELLED']);
    await test.api.refused('EXECUTION_NOT_RUNNING', 'POST', `executions/${running.id}/cancel`);
    assert.equal((await test.repl(other, 'kept')).result?.preview, 'kept');
  });

  it('that are unknown are not found', async () => {
    const id = randomUUID();
    for (const path of [`executions/${id}`, `executions/${id}/events`, `executions/${id}/events/stream`]) {
      await test.api.refused('EXECUTION_NOT_FOUND', 'GET', path);
    }
    await test.api.refused('EXECUTION_NOT_FOUND', 'POST', `executions/${id}/cancel`);
  });

  it('stay in the worktree', async () => {
    await mkdir(join(test.worktree, 'folder'));
    await symlink('/etc/passwd', join(test.worktree, 'link.js'));
    const run = (path: string): object => ({ session_id: session.id, path });
    for (const path of ['../etc/passwd', '/etc/passwd', 'folder/../../x.js', 'link.js', 'folder', 'x.js\0']) {
      await test.api.refused('INVALID_PATH', 'POST', 'executions/run-file', run(path));
    }
    const { message } = await test.api.refused('INVALID_PATH', 'POST', 'executions/run-file', run('../etc/passwd'));
    assert.equal(message, 'Path escapes allowed worktree');
    await test.api.refused('FILE_NOT_FOUND', 'POST', 'executions/run-file', run('none.js'));
  });

  it('that say too much are stopped with 422, and keep what they said up to the limit', async () => {
    for (const limits of [{ max_events: 10 }, { max_output_kb: 1 }]) {
      const small = await test.session({ limits });
      const { details } = await test.api.refused('OUTPUT_LIMIT_EXCEEDED', 'POST', 'executions/repl', {
        session_id: small.id,
        input: 'for (;;) console.log("x".repeat(100))',
      });
      const id = String(details['execution_id']);
      const row = await test.api.ok<Execution>('GET', `executions/${id}`);
      assert.deepEqual([row.status, row.error?.code], ['error', 'OUTPUT_LIMIT_EXCEEDED']);
      assert.ok((await events(id)).length > 1);
      assert.equal((await test.repl(small, '1')).result?.preview, '1');
    }
  });

  it('that take too long end as timeout, and the session goes on', async () => {
    const short = await test.session({ limits: { wall_ms: 200, cpu_ms: 10_000 } });
    const { status, error } = await test.repl(short, 'await new Promise(() => {})');
    assert.deepEqual([status, error?.code], ['timeout', 'EXEC_TIMEOUT']);
    assert.equal((await test.repl(short, '1 + 1')).result?.preview, '2');
  });
});
