import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../daemon/store/sqlite-store.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { addSession, addTemplate, ALL, anExecution, OK_END, someEvents, StoreFixture } from './store-fixture.ts';

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

  it('keeps the newest executions of each session, those that run among them, and all other templates’', async () => {
    const store = fixture.open();
    const template = addTemplate(store, 'small');
    const [one, two] = [1, 2].map(() => addSession(store, { template_id: template.id, vm_id: template.id }));
    const other = addSession(store);
    const add = (session: Session | undefined, count: number): Execution[] =>
      Array.from({ length: count }, () => {
        assert.ok(session);
        const execution = anExecution(session, OK_END);
        store.journal.insertExecution(execution);
        store.journal.appendEvents(someEvents(execution, 1, 3));
        return execution;
      });
    const running = anExecution(one ?? other);
    store.journal.insertExecution(running);
    const [many, few, others] = [add(one, 50), add(two, 2), add(other, 50)];
    const options = { keep_newest: 5, template_id: template.id };
    const counted = { sessions: 0, executions: 45, events: 135 };
    assert.deepEqual(await store.maintenance.prune({ ...options, dry_run: true }), counted);
    assert.deepEqual(await store.maintenance.prune(options), counted);
    assert.deepEqual(await store.maintenance.prune(options), { sessions: 0, executions: 0, events: 0 });
    const left = (session: Session | undefined): string[] =>
      store.executions
        .list({ session_id: session?.id ?? '', limit: 100 })
        .map(({ id }) => id)
        .sort();
    const ids = (executions: Execution[]): string[] => executions.map(({ id }) => id).sort();
    assert.deepEqual(left(one), ids([running, ...many.slice(-5)]));
    assert.deepEqual(left(two), ids(few));
    assert.deepEqual(left(other), ids(others));
  });

  it('lets others do something while it deletes much, and stops when it is told to', async () => {
    const store = fixture.open();
    const session = addSession(store);
    for (let count = 0; count < 30; count++) {
      const execution = anExecution(session, { ...OK_END, ended_at: OLD });
      store.journal.insertExecution(execution);
      store.journal.appendEvents(someEvents(execution, 1, 2_000));
    }
    const stop = new AbortController();
    let turns = 0;
    const turn = (): void => {
      if (++turns === 4) stop.abort();
      else setImmediate(turn);
    };
    setImmediate(turn);
    const { executions } = await store.maintenance.prune({ ended_before_ms: THEN, signal: stop.signal });
    assert.ok(executions > 0 && executions < 30, `${executions} were deleted before the stop`);
    assert.equal(store.executions.list({ session_id: session.id, limit: 100 }).length, 30 - executions);
    assert.equal((await store.maintenance.prune({ ended_before_ms: THEN })).executions, 30 - executions);
  });

  it('is one moment of the database that a backup has, while events go on being written', async () => {
    const store = fixture.open();
    const session = addSession(store);
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 20_000));
    await store.journal.committed();
    const file = join(fixture.folder, 'copy.db');
    let seq = 20_000;
    let isCopying = true;
    // At every turn of the loop, as the copy: a timer might not strike before that has ended.
    const write = (): void => {
      if (!isCopying) return;
      store.journal.appendEvents(someEvents(execution, seq + 1, seq + 50));
      seq += 50;
      setImmediate(write);
    };
    setImmediate(write);
    await store.maintenance.backup(file).finally(() => {
      isCopying = false;
    });
    await store.journal.committed();
    assert.ok(seq > 20_000, 'something was written meanwhile');
    const copy = openSqliteStore({ path: file });
    const seqs = copy.executions.events(execution.id, ALL).map((event) => event.seq);
    // The last is what its start has added: the execution ran when the copy was made.
    assert.ok(seqs.length > 20_000);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
    );
    copy.close();
  });
});
