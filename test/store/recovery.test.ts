import assert from 'node:assert/strict';
import { finaliseInterrupted } from '../../daemon/store/recovery.ts';
import Database from 'better-sqlite3';
import { addSession, ALL, anExecution, OK_END, someEvents, StoreFixture } from './store-fixture.ts';

describe('recovery', () => {
  let fixture: StoreFixture;
  beforeEach(() => {
    fixture = new StoreFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('has nothing to do in a new database, nor after an orderly end', () => {
    assert.deepEqual(fixture.open().recovered, { executions: 0, sessions: 0 });
    addSession(fixture.reopen(), { status: 'closed' });
    assert.deepEqual(fixture.reopen().recovered, { executions: 0, sessions: 0 });
  });

  it('ends executions that ran, with a last event', () => {
    const store = fixture.open();
    const session = addSession(store, { status: 'closed' });
    const [ran, silent, done] = [anExecution(session), anExecution(session), anExecution(session)];
    for (const execution of [ran, silent, done]) store.journal.insertExecution(execution);
    store.journal.appendEvents([...someEvents(ran, 1, 3), ...someEvents(done, 1, 1)]);
    store.journal.finishExecution(done.id, OK_END);

    const { recovered, executions } = fixture.reopen();
    assert.deepEqual(recovered, { executions: 2, sessions: 0 });
    const row = executions.get(ran.id);
    assert.equal(row?.status, 'error');
    const message = 'the daemon ended while this execution ran';
    assert.deepEqual(row.error, { code: 'HOST_DIED', message });
    assert.ok(row.ended_at);
    assert.equal(row.metrics.event_count, 4);
    const events = executions.events(ran.id, ALL);
    assert.deepEqual(events.slice(0, 3), someEvents(ran, 1, 3));
    assert.deepEqual(events.slice(3), [
      { execution_id: ran.id, seq: 4, ts: row.ended_at, type: 'system', payload: { message, code: 'HOST_DIED' } },
    ]);
    assert.equal(executions.events(silent.id, ALL)[0]?.seq, 1);
    assert.deepEqual(executions.get(done.id), { ...done, ...OK_END });
    assert.equal(executions.events(done.id, ALL).length, 1);
  });

  it('closes sessions that were open, and says why', () => {
    const store = fixture.open();
    const open = [addSession(store), addSession(store, { status: 'starting' })];
    const ended = [addSession(store, { status: 'closed' }), addSession(store, { status: 'crashed', last_error: 'x' })];
    const { recovered, sessions } = fixture.reopen();
    assert.deepEqual(recovered, { executions: 0, sessions: 2 });
    for (const { id } of open) {
      const row = sessions.get(id);
      assert.equal(row?.status, 'closed');
      assert.equal(row.last_error, 'the daemon ended without closing this session');
      assert.equal(row.closed_at, row.updated_at);
    }
    for (const session of ended) assert.deepEqual(sessions.get(session.id), session);
    assert.deepEqual(fixture.reopen().recovered, { executions: 0, sessions: 0 });
  });

  it('looks at what runs only, not at all that ever ran', () => {
    fixture.open();
    fixture.closeAll();
    const database = new Database(fixture.file);
    const plan = database.prepare("EXPLAIN QUERY PLAN SELECT id FROM execution WHERE status = 'running'").all();
    assert.match(JSON.stringify(plan), /execution_running/);
    assert.deepEqual(finaliseInterrupted(database, 0), { executions: 0, sessions: 0 });
    database.close();
  });
});
