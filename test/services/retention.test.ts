import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { openSqliteStore } from '../../daemon/store/sqlite-store.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { addSession, addTemplate, anExecution, OK_END, someEvents } from '../store/store-fixture.ts';
import { TestDaemon } from '../transport/rest/test-daemon.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

describe('retention', function () {
  this.timeout(60_000);
  let folder: string;
  let daemon: TestDaemon | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vm-retention-'));
  });
  afterEach(async () => {
    await daemon?.close();
    daemon = undefined;
    await rm(folder, { recursive: true });
  });

  const executionsOf = (session: Session): Promise<Execution[]> =>
    daemon!.api.ok('GET', `executions?session_id=${session.id}&limit=1000`);

  it('deletes at the start what is older than its template says, and nothing of other templates', async () => {
    const dbPath = join(folder, 'old.db');
    const store = openSqliteStore({ path: dbPath });
    const [young, old] = [addTemplate(store, 'a month'), addTemplate(store, 'for ever')];
    store.templates.setSettings(young.id, {
      ...(store.templates.settings(young.id) ?? assert.fail()),
      retention: { max_age_days: 30, max_executions: null },
    });
    const closed = { status: 'closed', updated_at: daysAgo(31) } as const;
    const sessions = [young, young, old].map(({ id }) => addSession(store, { template_id: id, vm_id: id, ...closed }));
    const [gone, halfGone, kept] = sessions as [Session, Session, Session];
    for (const [session, days] of [
      [gone, 31],
      [halfGone, 31],
      [halfGone, 29],
      [kept, 400],
    ] as const) {
      const execution = anExecution(session, { ...OK_END, ended_at: daysAgo(days) });
      store.journal.insertExecution(execution);
      store.journal.appendEvents(someEvents(execution, 1, 10));
    }
    store.close();
    const { api } = (daemon = await TestDaemon.open({ dbPath }));
    await waitUntil(async () => (await api.ok<Session[]>('GET', 'sessions')).length === 2, 'the old session to go');
    await api.refused('SESSION_NOT_FOUND', 'GET', `sessions/${gone.id}`);
    assert.equal((await executionsOf(halfGone)).length, 1);
    assert.equal((await executionsOf(kept)).length, 1);
  });

  it('keeps the newest executions of a live session, and never touches the one that runs', async () => {
    daemon = await TestDaemon.open({ retentionEveryMs: 20 });
    const session = await daemon.session({ limits: { wall_ms: 60_000, cpu_ms: 60_000 } });
    const running = await daemon.busy(session);
    const other = await daemon.session();
    for (let count = 0; count < 5; count++) await daemon.repl(other, `${count}`);
    for (const { template_id } of [session, other]) {
      await daemon.api.ok('PATCH', `templates/${template_id}/settings`, { retention: { max_executions: 2 } });
    }
    await waitUntil(async () => (await executionsOf(other)).length === 2, 'the older ones to go');
    assert.deepEqual(
      (await executionsOf(other)).map(({ input }) => input),
      ['4', '3'],
    );
    await daemon.repl(other, '5');
    await waitUntil(async () => (await executionsOf(other)).length === 2, 'one more to go');
    assert.deepEqual(
      (await executionsOf(session)).map(({ id, status }) => [id, status]),
      [[running.id, 'running']],
    );
    const ended = await daemon.api.ok<Execution>('POST', `executions/${running.id}/cancel`);
    assert.equal(ended.status, 'cancelled');
    assert.equal((await daemon.repl(other, '6 * 7')).result?.preview, '42');
  });

  it('is a setting like others: null takes it away, and what makes no sense is refused', async () => {
    daemon = await TestDaemon.open();
    const { api } = daemon;
    const { id } = await daemon.template({ retention: { max_age_days: 30, max_executions: 100 } });
    const path = `templates/${id}/settings`;
    type Settings = { retention: unknown };
    const { retention } = await api.ok<Settings>('PATCH', path, { retention: { max_age_days: null } });
    assert.deepEqual(retention, { max_age_days: null, max_executions: 100 });
    assert.deepEqual((await api.ok<Settings>('GET', path)).retention, retention);
    for (const [bad, code] of [
      [{ max_age_days: 0 }, 'VALIDATION_ERROR'],
      [{ max_executions: 1.5 }, 'VALIDATION_ERROR'],
      [{ max_executions: 'all' }, 'VALIDATION_ERROR'],
      [{ max_days: 1 }, 'INVALID_REQUEST'],
    ] as const) {
      await api.refused(code, 'PATCH', path, { retention: bad });
    }
  });
});
