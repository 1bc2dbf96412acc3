import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { v7 as uuid } from 'uuid';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Session } from '../../shared/model/session.ts';
import { EVENT_COLUMNS, EXECUTION_COLUMNS } from '../../daemon/store/staged-operations.ts';
import type { SqliteStore } from '../../daemon/store/sqlite-store.ts';
import { addSession, ALL, anEvent, anExecution, OK_END, someEvents, StoreFixture } from './store-fixture.ts';

describe('the journal', () => {
  let fixture: StoreFixture;
  let store: SqliteStore;
  let session: Session;
  /** The events of each commit. */
  let commits: (readonly ExecutionEvent[])[];
  /** What another process would see. */
  let reader: Database.Database;

  beforeEach(() => {
    fixture = new StoreFixture();
    store = fixture.open();
    session = addSession(store);
    commits = [];
    store.journal.onCommitted((events) => commits.push(events));
    reader = new Database(fixture.file, { readonly: true });
  });
  afterEach(() => {
    reader.close();
    fixture.dispose();
  });

  /** What is durable of a table: its rows, and the inserts that are staged. */
  const count = (table: 'execution' | 'execution_event'): number => {
    const columns = { execution: EXECUTION_COLUMNS, execution_event: EVENT_COLUMNS }[table];
    const staged = `SELECT count(*) FROM journal, json_each(operations) WHERE json_array_length(value) = ${columns}`;
    return reader.prepare<[], number>(`SELECT (SELECT count(*) FROM ${table}) + (${staged})`).pluck().get() ?? NaN;
  };

  it('commits in one go what arrives in one turn', async () => {
    const executions = [anExecution(session), anExecution(session), anExecution(session)];
    await Promise.all(
      executions.map((execution) => {
        store.journal.insertExecution(execution);
        store.journal.appendEvents(someEvents(execution, 1, 2));
        store.journal.finishExecution(execution.id, OK_END);
        assert.equal(count('execution'), 0);
        return store.journal.committed();
      }),
    );
    assert.equal(count('execution'), 3);
    assert.deepEqual(
      commits,
      [executions.flatMap((execution) => someEvents(execution, 1, 2))],
      'not one commit with all events in order',
    );
    for (const execution of executions) {
      assert.deepEqual(store.executions.get(execution.id), { ...execution, ...OK_END });
    }
  });

  it('commits by itself, soon', async () => {
    const execution = anExecution(session);
    const committed = new Promise((resolve) => store.journal.onCommitted(resolve));
    store.journal.insertExecution(execution);
    store.journal.appendEvents([anEvent(execution, 1)]);
    assert.deepEqual(await committed, [anEvent(execution, 1)]);
    assert.equal(count('execution'), 1);
    assert.equal(store.describe().queue_depth, 0);
  });

  it('does not write what has only begun for the end of another, and not much later by itself', async () => {
    const [begun, ended] = [anExecution(session), anExecution(session)];
    for (const execution of [begun, ended]) {
      store.journal.insertExecution(execution);
      store.journal.appendEvents([anEvent(execution, 1)]);
    }
    assert.equal(store.journal.length, 4);
    store.journal.finishExecution(ended.id, OK_END);
    await store.journal.committedEnds();
    assert.deepEqual(commits, [[anEvent(ended, 1)]]);
    assert.equal(count('execution'), 1);
    assert.equal(store.journal.length, 2);
    const rest = await new Promise((resolve) => store.journal.onCommitted(resolve));
    assert.deepEqual(rest, [anEvent(begun, 1)]);
    assert.equal(count('execution'), 2);
    assert.deepEqual(store.executions.get(begun.id), begun);
  });

  it('writes what has begun when it has more than its first event', async () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 2));
    await store.journal.committedEnds();
    assert.deepEqual(commits, [someEvents(execution, 1, 2)]);
    assert.equal(count('execution'), 1);
  });

  it('resolves at once when nothing waits', async () => {
    await store.journal.committed();
    assert.deepEqual(commits, []);
  });

  it('cuts a flood into commits, with turns of the event loop between', async () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 50_000));
    let isDone = false;
    const done = store.journal.committed().then(() => (isDone = true));
    let turns = 0;
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- changes while this waits
    for (; !isDone; turns++) await nextTurn();
    await done;
    assert.ok(turns >= 50, `${turns} turns`);
    assert.ok(commits.every(({ length }) => length <= 1000));
    assert.deepEqual(commits.flat(), someEvents(execution, 1, 50_000));
    assert.equal(count('execution_event'), 50_000);
  });

  it('cuts large payloads into small commits', async () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    for (let seq = 1; seq <= 12; seq++) store.journal.appendEvents([anEvent(execution, seq, 'x'.repeat(100_000))]);
    await store.journal.committed();
    assert.deepEqual(
      commits.map(({ length }) => length),
      [2, 2, 2, 2, 2, 2],
    );
  });

  it('shows what it was given to every read', () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    assert.deepEqual(store.executions.get(execution.id), execution);
    store.journal.appendEvents([anEvent(execution, 1)]);
    assert.deepEqual(store.executions.events(execution.id, ALL), [anEvent(execution, 1)]);
    store.journal.finishExecution(execution.id, OK_END);
    assert.equal(store.executions.list({ session_id: session.id, limit: 1 })[0]?.status, 'ok');
  });

  it('ends an execution of an earlier commit', async () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    await store.journal.committed();
    store.journal.finishExecution(execution.id, {
      ...OK_END,
      status: 'timeout',
      error: { code: 'EXEC_TIMEOUT', message: 'm' },
    });
    await store.journal.committed();
    const row = store.executions.get(execution.id);
    assert.equal(row?.status, 'timeout');
    assert.deepEqual(row.error, { code: 'EXEC_TIMEOUT', message: 'm' });
  });

  it('never shows an execution as ended before its events are there', () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 2500));
    store.journal.finishExecution(execution.id, OK_END);
    const seen: unknown[] = [];
    store.journal.onCommitted(() => {
      const status = reader.prepare('SELECT status FROM execution').pluck().get();
      seen.push([status, count('execution_event')]);
    });
    store.journal.flush();
    assert.deepEqual(seen, [
      ['running', 999],
      ['running', 1999],
      ['ok', 2500],
    ]);
  });

  it('tells listeners in order though one of them reads, and stops when asked', () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    let isFirst = true;
    store.journal.onCommitted(() => {
      if (isFirst) store.journal.appendEvents([anEvent(execution, 2)]);
      isFirst = false;
      store.executions.get(execution.id);
    });
    const told: number[] = [];
    const stop = store.journal.onCommitted((events) => told.push(...events.map(({ seq }) => seq)));
    store.journal.appendEvents([anEvent(execution, 1)]);
    store.journal.flush();
    assert.deepEqual(told, [1, 2]);
    stop();
    store.journal.appendEvents([anEvent(execution, 3)]);
    store.journal.flush();
    assert.deepEqual(told, [1, 2]);
    assert.equal(commits.length, 3);
  });

  it('outlives a listener that throws', () => {
    const execution = anExecution(session);
    const failure = new Error('listener');
    store.journal.onCommitted(() => {
      throw failure;
    });
    let isTold = false;
    store.journal.onCommitted(() => (isTold = true));
    store.journal.insertExecution(execution);
    store.journal.appendEvents([anEvent(execution, 1)]);
    assert.equal(store.executions.events(execution.id, ALL).length, 1);
    assert.ok(isTold);
    assert.deepEqual(fixture.problems, [failure]);
  });

  it('gives up an operation that cannot be, and no other', async () => {
    const good = anExecution(session);
    store.journal.insertExecution(good);
    store.journal.appendEvents([anEvent(good, 1)]);
    const before = store.journal.committed();
    store.journal.appendEvents([{ ...anEvent(good, 1), execution_id: uuid() }]);
    const after = store.journal.committed();
    store.journal.finishExecution(good.id, OK_END);
    await before;
    await assert.rejects(after, { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
    await store.journal.committed();
    assert.deepEqual(store.executions.get(good.id), { ...good, ...OK_END });
    assert.deepEqual(commits.flat(), [anEvent(good, 1)]);
    assert.equal(fixture.problems.length, 1);
  });

  it('is committed by close, and takes nothing after it', async () => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    store.journal.appendEvents([anEvent(execution, 1)]);
    const waiting = store.journal.committed();
    store.close();
    await waiting;
    assert.equal(count('execution_event'), 1);
    store.journal.appendEvents([anEvent(execution, 2)]);
    store.journal.finishExecution(execution.id, OK_END);
    assert.throws(
      () => {
        store.journal.insertExecution(anExecution(session));
      },
      { code: 'SHUTTING_DOWN' },
    );
    await assert.rejects(store.journal.committed(), { code: 'SHUTTING_DOWN' });
    store.close();
  });
});
