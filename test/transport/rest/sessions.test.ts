import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RuntimeSummary } from '../../../shared/model/runtime-summary.ts';
import type { Session } from '../../../shared/model/session.ts';
import { TestDaemon } from './test-daemon.ts';

describe('sessions', function () {
  this.timeout(60_000);
  let test: TestDaemon;
  before(async () => {
    test = await TestDaemon.open({ maxSessions: 4 });
  });
  after(() => test.close());
  afterEach(async () => {
    for (const id of (await summary()).active_session_ids) await test.api.ok('DELETE', `sessions/${id}`);
  });

  const summary = (): Promise<RuntimeSummary> => test.api.ok('GET', 'runtime/summary');

  it('are made of a template in a worktree, and are ready', async () => {
    const template = await test.template();
    const { status, body } = await test.api.call<Session>('POST', 'sessions', test.sessionBody(template));
    assert.equal(status, 201);
    const { id, created_at, updated_at, ...rest } = body;
    assert.deepEqual(rest, { ...test.sessionBody(template), vm_id: template.id, status: 'ready' });
    assert.ok(updated_at >= created_at);
    assert.deepEqual(await test.api.ok('GET', `sessions/${id}`), body);
  });

  it('are counted while they live, and listed by status afterwards too', async () => {
    const ids = [await test.session(), await test.session()].map(({ id }) => id).sort();
    assert.deepEqual(await summary(), { active_sessions: 2, active_session_ids: ids });
    const [first = '', second] = ids;
    const closed = await test.api.ok<Session>('POST', `sessions/${first}/close`);
    assert.equal(closed.status, 'closed');
    assert.ok(closed.closed_at);
    assert.deepEqual(await summary(), { active_sessions: 1, active_session_ids: [second] });
    const listed = async (query: string): Promise<string[]> =>
      (await test.api.ok<Session[]>('GET', `sessions${query}`)).map(({ id }) => id);
    assert.deepEqual(await listed('?status=ready'), [second]);
    assert.ok((await listed('?status=closed')).includes(first));
    assert.ok((await listed('')).includes(first));
    assert.deepEqual(await listed('?status=starting'), []);
  });

  it("are closed as the original's scripts do it, and again without harm", async () => {
    const { id } = await test.session();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const closed = await test.api.call<Session>('POST', `sessions/${id}/close`, '{}', form);
    assert.deepEqual([closed.status, closed.body.status], [200, 'closed']);
    assert.deepEqual(await test.api.ok('DELETE', `sessions/${id}`), closed.body);
    await test.api.refused('SESSION_NOT_READY', 'POST', 'executions/repl', { session_id: id, input: '1' });
  });

  it('outlive their template', async () => {
    const session = await test.session();
    await test.api.ok('DELETE', `templates/${session.template_id}`);
    assert.equal((await test.repl(session, '21 * 2')).result?.preview, '42');
  });

  it('run startup files in their order, before they are ready', async () => {
    await test.write('first.js', 'globalThis.order = ["first"];');
    await test.write('second.js', 'order.push("second");');
    const template = await test.template();
    for (const [path, order_index] of [
      ['second.js', 20],
      ['first.js', 10],
    ] as const) {
      await test.api.ok('POST', `templates/${template.id}/startup-files`, { path, order_index, mode: 'eval' });
    }
    const session = await test.api.ok<Session>('POST', 'sessions', test.sessionBody(template));
    assert.equal((await test.repl(session, 'order.join()')).result?.preview, 'first,second');
  });

  it('import startup files as modules, whatever they look like, and evaluate TypeScript', async () => {
    await test.write('lib.mjs', 'export const v = 1;');
    await test.write('module.mjs', "import { v } from './lib.mjs'; const hidden = v; globalThis.seen = [hidden];");
    await test.write('plain.js', 'const hiddenToo = 2; globalThis.seen.push(hiddenToo, typeof module);');
    await test.write('types.ts', 'const kept: number = 3; globalThis.seen.push(kept as number);');
    const template = await test.template();
    for (const [order_index, path, mode] of [
      [1, 'module.mjs', 'import'],
      [2, 'plain.js', 'import'],
      [3, 'types.ts', 'eval'],
      [4, 'types.ts', 'import'],
    ] as const) {
      await test.api.ok('POST', `templates/${template.id}/startup-files`, { path, order_index, mode });
    }
    const session = await test.api.ok<Session>('POST', 'sessions', test.sessionBody(template));
    const seen = await test.repl(session, 'JSON.stringify([seen, typeof hidden, typeof hiddenToo, kept])');
    assert.equal(seen.result?.json, '[[1,2,"object",3,3],"undefined","undefined",3]');
  });

  it('say which startup file could not be imported, and why', async () => {
    await test.write('broken.mjs', "import './nowhere.mjs';");
    const template = await test.template();
    await test.api.ok('POST', `templates/${template.id}/startup-files`, { path: 'broken.mjs', mode: 'import' });
    const body = test.sessionBody(template);
    const { details, message } = await test.api.refused('STARTUP_FAILED', 'POST', 'sessions', body);
    assert.deepEqual([details['path'], details['cause']], ['broken.mjs', 'IMPORT_FAILED']);
    assert.match(message, /broken\.mjs failed: .*Cannot find module '\.\/nowhere\.mjs' imported from broken\.mjs/);
    await test.api.ok('PATCH', `templates/${template.id}/settings`, { runtime: { esm: false } });
    const refused = await test.api.refused('STARTUP_MODE_UNSUPPORTED', 'POST', 'sessions', body);
    assert.match(refused.message, /broken\.mjs.*runtime\.esm is off/);
  });

  it('whose startup fails are refused, and remembered as crashed with the reason', async () => {
    await test.write('bad.js', 'throw new Error("no good");');
    const template = await test.template();
    await test.api.ok('POST', `templates/${template.id}/startup-files`, { path: 'bad.js' });
    const { details, message } = await test.api.refused(
      'STARTUP_FAILED',
      'POST',
      'sessions',
      test.sessionBody(template),
    );
    assert.match(message, /^startup file bad\.js failed: Error: no good \(at file:.*\/bad\.js:1:7\)$/);
    assert.match(message, /bad\.js.*no good/s);
    const row = await test.api.ok<Session>('GET', `sessions/${String(details['session_id'])}`);
    assert.equal(row.status, 'crashed');
    assert.match(row.last_error ?? '', /bad\.js.*no good/s);
    assert.equal((await summary()).active_sessions, 0);
  });

  it('are refused without a template, a folder, a cached library, or room', async () => {
    const template = await test.template();
    const body = test.sessionBody(template);
    await test.api.refused('TEMPLATE_NOT_FOUND', 'POST', 'sessions', { ...body, template_id: randomUUID() });
    await test.api.refused('WORKTREE_NOT_FOUND', 'POST', 'sessions', { ...body, worktree_path: '/no/such/folder' });
    await test.write('file.js', '1');
    await test.api.refused('WORKTREE_NOT_FOUND', 'POST', 'sessions', {
      ...body,
      worktree_path: `${test.worktree}/file.js`,
    });
    for (const worktree_path of ['relative', '.', `${test.worktree}\0`]) {
      const { details } = await test.api.refused('VALIDATION_ERROR', 'POST', 'sessions', { ...body, worktree_path });
      assert.equal(details['field'], 'worktree_path');
    }
    for (let count = 0; count < 4; count++) await test.api.ok('POST', 'sessions', body);
    await test.api.refused('SESSION_LIMIT_REACHED', 'POST', 'sessions', body);
  });

  it('say what is wrong when a library is not in the cache', async () => {
    const template = await test.template();
    await test.api.ok('POST', `templates/${template.id}/libraries`, { name: 'lodash@4.17.21' });
    const { message } = await test.api.refused('LIBRARY_NOT_CACHED', 'POST', 'sessions', test.sessionBody(template));
    assert.match(message, /failed to load libraries/);
  });

  it('that are unknown cannot be used', async () => {
    const id = randomUUID();
    await test.api.refused('SESSION_NOT_FOUND', 'GET', `sessions/${id}`);
    await test.api.refused('SESSION_NOT_FOUND', 'POST', `sessions/${id}/close`);
    await test.api.refused('SESSION_NOT_FOUND', 'DELETE', `sessions/${id}`);
    await test.api.refused('SESSION_NOT_FOUND', 'POST', 'executions/repl', { session_id: id, input: '1' });
    await test.api.refused('SESSION_NOT_FOUND', 'POST', 'executions/run-file', { session_id: id, path: 'a.js' });
    await test.api.refused('SESSION_NOT_FOUND', 'GET', `executions?session_id=${id}`);
  });
});
