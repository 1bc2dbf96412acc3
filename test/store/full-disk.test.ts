import assert from 'node:assert/strict';
import type Database from 'better-sqlite3';
import type { Session } from '../../shared/model/session.ts';
import { ExecutionRows } from '../../daemon/store/execution-rows.ts';
import { SqliteJournal } from '../../daemon/store/journal.ts';
import { openDatabase } from '../../daemon/store/open-database.ts';
import { SessionRows } from '../../daemon/store/session-rows.ts';
import {
  addSession,
  addTemplate,
  ALL,
  anEvent,
  anExecution,
  OK_END,
  someEvents,
  StoreFixture,
} from './store-fixture.ts';

const UNAVAILABLE = { code: 'STORAGE_UNAVAILABLE', message: /the disk is full; free some space/ };

describe('a full disk', () => {
  let fixture: StoreFixture;
  let database: Database.Database;
  let journal: SqliteJournal;
  let executions: ExecutionRows;
  let session: Session;
  const problems: unknown[] = [];

  beforeEach(() => {
    fixture = new StoreFixture();
    problems.length = 0;
    database = openDatabase(fixture.file);
    journal = new SqliteJournal(database, (problem) => problems.push(problem), 400_000);
    executions = new ExecutionRows(database, () => journal.flushForRead());
    session = addSession({ sessions: new SessionRows(database) });
  });
  afterEach(() => {
    journal.close();
    database.close();
    fixture.dispose();
  });

  const fill = (): void => {
    database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true }) as number}`);
  };
  const free = (): void => {
    database.pragma('max_page_count = 100000');
  };
  const large = (execution: ReturnType<typeof anExecution>, seq: number): ReturnType<typeof anEvent> =>
    anEvent(execution, seq, 'x'.repeat(20_000));

  it('is said once, and what waits is stored when there is room', async () => {
    const execution = anExecution(session);
    journal.insertExecution(execution);
    await journal.committed();
    fill();
    const told: number[] = [];
    journal.onCommitted((events) => told.push(...events.map(({ seq }) => seq)));
    journal.appendEvents([large(execution, 1)]);
    await assert.rejects(journal.committed(), UNAVAILABLE);
    journal.appendEvents([large(execution, 2)]);
    journal.finishExecution(execution.id, OK_END);
    await assert.rejects(journal.committed(), UNAVAILABLE);
    assert.throws(() => {
      journal.flush();
    }, UNAVAILABLE);
    assert.equal(problems.length, 1);
    assert.equal(journal.length, 3);

    assert.deepEqual(executions.get(execution.id), execution, 'what was committed before cannot be read');
    assert.throws(() => {
      journal.insertExecution(anExecution(session));
    }, UNAVAILABLE);

    free();
    await journal.committed();
    assert.deepEqual(told, [1, 2]);
    assert.deepEqual(executions.events(execution.id, ALL), [large(execution, 1), large(execution, 2)]);
    assert.deepEqual(executions.get(execution.id), { ...execution, ...OK_END });
    journal.insertExecution(anExecution(session));
    await journal.committed();
  });

  it('is asked again without anyone waiting', async () => {
    const execution = anExecution(session);
    fill();
    journal.insertExecution(execution);
    journal.appendEvents([large(execution, 1)]);
    await assert.rejects(journal.committed(), UNAVAILABLE);
    const stored = new Promise((resolve) => journal.onCommitted(resolve));
    free();
    // The timer of the next try does not keep the process alive; this one does.
    const alive = setInterval(() => undefined, 60_000);
    assert.deepEqual(await stored, [large(execution, 1)]);
    clearInterval(alive);
  });

  it('costs the last events of an execution when too many wait, and says so', async () => {
    const execution = anExecution(session);
    journal.insertExecution(execution);
    await journal.committed();
    fill();
    journal.appendEvents([large(execution, 1)]);
    await assert.rejects(journal.committed(), UNAVAILABLE);
    for (let seq = 2; seq <= 100; seq++) journal.appendEvents([large(execution, seq)]);
    free();
    journal.appendEvents([anEvent(execution, 101)]);
    journal.finishExecution(execution.id, { ...OK_END, metrics: { event_count: 101 } });
    await journal.committed();
    const events = executions.events(execution.id, ALL);
    const last = events.at(-1)!;
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
    );
    assert.ok(last.seq > 15 && last.seq < 25, `${last.seq} events`);
    assert.equal(last.type, 'system');
    assert.equal(last.payload['code'], 'STORAGE_UNAVAILABLE');
    assert.equal(last.payload['lost_events'], 102 - last.seq);
    assert.equal(executions.get(execution.id)?.metrics.event_count, last.seq);
  });

  it('is no reason to lose a burst that merely is large', async () => {
    const execution = anExecution(session);
    journal.insertExecution(execution);
    const events = Array.from({ length: 100 }, (_, index) => large(execution, index + 1));
    journal.appendEvents(events);
    await journal.committed();
    assert.deepEqual(executions.events(execution.id, ALL), events);
  });

  it('does not keep the store from closing', () => {
    fill();
    const execution = anExecution(session);
    journal.insertExecution(execution);
    journal.appendEvents(someEvents(execution, 1, 500));
    journal.close();
    assert.match(String(problems.at(-1)), /501 writes .* lost/);
  });

  it('refuses templates and sessions', () => {
    const store = new StoreFixture();
    try {
      const opened = store.open({ maxPages: 30 });
      assert.throws(() => {
        for (let n = 0; n < 1000; n++) addTemplate(opened, `template ${n}`);
      }, UNAVAILABLE);
      assert.throws(() => {
        for (let n = 0; n < 1000; n++) addSession(opened);
      }, UNAVAILABLE);
      assert.ok(opened.templates.list().length > 5);
    } finally {
      store.dispose();
    }
  });
});
