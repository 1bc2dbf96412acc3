import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../daemon/store/sqlite-store.ts';
import { addSession, ALL, anExecution, OK_END, someEvents, StoreFixture } from './store-fixture.ts';

const OLD = '2020-01-01T00:00:00.000Z';
const THEN = Date.parse('2021-01-01T00:00:00.000Z');

describe('maintenance of the store', () => {
  let fixture: StoreFixture;
  beforeEach(() => {
    fixture = new StoreFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('copies the database while it is in use; the copy is private and whole', async () => {
    const store = fixture.open();
    const session = addSession(store);
    const execution = anExecution(session, OK_END);
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 3));
    const file = join(fixture.folder, 'copy.db');
    const { size_bytes } = await store.maintenance.backup(file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(file).size, size_bytes);
    const copy = openSqliteStore({ path: file });
    assert.equal(copy.executions.events(execution.id, ALL).length, 3);
    copy.close();
  });

  it('deletes what ended long ago with its events, sessions without any executions too, and nothing else', async () => {
    const store = fixture.open();
    const [gone, kept, live] = [addSession(store), addSession(store), addSession(store)];
    for (const { id } of [gone, kept]) store.sessions.update(id, { status: 'closed', updated_at: OLD });
    const old = { ...OK_END, started_at: OLD, ended_at: OLD };
    const oldOnes = [anExecution(gone, old), anExecution(kept, old), anExecution(live, old)];
    const fresh = anExecution(kept, OK_END);
    const running = anExecution(live, { started_at: OLD });
    for (const execution of [...oldOnes, fresh, running]) {
      store.journal.insertExecution(execution);
      store.journal.appendEvents(someEvents(execution, 1, 2));
    }
    const counted = { sessions: 1, executions: 3, events: 6 };
    assert.deepEqual(await store.maintenance.prune({ ended_before_ms: THEN, dry_run: true }), counted);
    assert.notEqual(store.executions.get(oldOnes[0]?.id ?? ''), undefined);
    assert.deepEqual(await store.maintenance.prune({ ended_before_ms: THEN, dry_run: false }), counted);
    for (const { id } of oldOnes) {
      assert.equal(store.executions.get(id), undefined);
      assert.deepEqual(store.executions.events(id, ALL), []);
    }
    assert.equal(store.executions.events(fresh.id, ALL).length, 2);
    assert.equal(store.executions.events(running.id, ALL).length, 2);
    assert.deepEqual(
      store.sessions.list().map(({ id }) => id),
      [kept.id, live.id],
    );
  });
});
