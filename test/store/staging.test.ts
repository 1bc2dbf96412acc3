import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { v7 as uuid } from 'uuid';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { SqliteStore } from '../../daemon/store/sqlite-store.ts';
import { addSession, ALL, anEvent, anExecution, OK_END, someEvents, StoreFixture } from './store-fixture.ts';

const UNAVAILABLE = { code: 'STORAGE_UNAVAILABLE' };

describe('what is staged', () => {
  let fixture: StoreFixture;
  let store: SqliteStore;
  let session: Session;
  /** Another program in the database. */
  let other: Database.Database;

  beforeEach(() => {
    fixture = new StoreFixture();
    store = fixture.open();
    session = addSession(store);
    other = new Database(fixture.file, { timeout: 5_000 });
  });
  afterEach(() => {
    other.close();
    fixture.dispose();
  });

  const rows = (table: string): unknown => other.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const staged = (): unknown[] =>
    other
      .prepare<[], string>('SELECT operations FROM journal ORDER BY id')
      .pluck()
      .all()
      .map((row) => JSON.parse(row) as unknown);
  /** One line of a REPL, committed. */
  const run = (execution: Execution = anExecution(session)): Execution => {
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 2));
    store.journal.finishExecution(execution.id, OK_END);
    assert.equal(store.journal.committedAlone(), undefined);
    return { ...execution, ...OK_END };
  };
  const begin = async (): Promise<Execution> => {
    const execution = anExecution(session);
    store.journal.insertExecution(execution);
    await store.journal.committed();
    return execution;
  };
  /** The files as a kill in this moment leaves them, opened. */
  const afterKill = (name = 'killed.db'): SqliteStore => {
    const file = path.join(fixture.folder, name);
    for (const suffix of ['', '-wal']) cpSync(fixture.file + suffix, file + suffix);
    return fixture.open({ path: file });
  };
  const untilFiled = async (): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (rows('journal') !== 0) {
      assert.ok(performance.now() < deadline, 'it was not filed');
      await nextTurn();
    }
  };

  it('is one row, durable, and filed when it is read', () => {
    const execution = run();
    assert.equal(rows('execution'), 0);
    assert.equal(staged().length, 1);
    assert.deepEqual(afterKill().executions.get(execution.id), execution);

    assert.deepEqual(store.executions.get(execution.id), execution);
    assert.deepEqual(store.executions.events(execution.id, ALL), someEvents(execution, 1, 2));
    assert.equal(rows('execution'), 1);
    assert.equal(rows('execution_event'), 2);
    assert.equal(rows('journal'), 0);
  });

  it('is filed after a while by itself, also what comes later', async () => {
    for (let count = 1; count <= 2; count++) {
      run();
      assert.equal(rows('execution'), count - 1);
      await untilFiled();
      assert.equal(rows('execution'), count);
    }
  });

  it('is filed when there is much of it, without waiting for the time', async () => {
    for (let count = 0; count < 200; count++) run();
    await nextTurn();
    await nextTurn();
    assert.equal(rows('execution'), 200);
    assert.equal(rows('journal'), 0);
  });

  it('is filed by close, and by a backup', async () => {
    const execution = run();
    const file = path.join(fixture.folder, 'copy.db');
    await store.maintenance.backup(file);
    const copy = new Database(file, { readonly: true });
    assert.equal(copy.prepare('SELECT status FROM execution WHERE id = ?').pluck().get(execution.id), 'ok');
    copy.close();
    run();
    store.close();
    assert.equal(rows('execution'), 2);
    assert.equal(rows('journal'), 0);
  });

  it('is told to listeners when it is committed, and once', async () => {
    const told: number[] = [];
    store.journal.onCommitted((events) => told.push(...events.map(({ seq }) => seq)));
    run();
    assert.deepEqual(told, [1, 2]);
    await untilFiled();
    assert.deepEqual(told, [1, 2]);
  });

  it('is one insert for an execution that begins and ends in it, and is in order where it takes several commits', async () => {
    run();
    assert.deepEqual(
      staged().map((row) => (row as unknown[][]).map(({ length }) => length)),
      [[13, 5, 5]],
    );
    const execution = await begin();
    store.journal.appendEvents([anEvent(execution, 1)]);
    await store.journal.committed();
    store.journal.appendEvents([anEvent(execution, 2)]);
    store.journal.finishExecution(execution.id, OK_END);
    await store.journal.committed();
    assert.equal(staged().length, 4);
    for (const { executions } of [afterKill(), store]) {
      assert.deepEqual(executions.get(execution.id), { ...execution, ...OK_END });
      assert.deepEqual(executions.events(execution.id, ALL), someEvents(execution, 1, 2));
    }
  });

  it('is filed before many operations, which go to their tables at once', async () => {
    const execution = await begin();
    assert.equal(rows('execution'), 0);
    store.journal.appendEvents(someEvents(execution, 1, 500));
    await store.journal.committed();
    assert.equal(rows('execution'), 1);
    assert.equal(rows('execution_event'), 500);
    assert.equal(rows('journal'), 0);
  });

  it('is no text that is large', async () => {
    const execution = await begin();
    store.journal.appendEvents([anEvent(execution, 1, 'x'.repeat(100_000))]);
    await store.journal.committed();
    assert.equal(rows('execution_event'), 1);
  });

  it('ends as HOST_DIED when only its begin was staged, with the events that were', async () => {
    const execution = await begin();
    store.journal.appendEvents([anEvent(execution, 1)]);
    await store.journal.committed();
    const done = run();
    assert.equal(rows('execution'), 0);
    const { recovered, executions } = afterKill();
    assert.deepEqual(recovered, { executions: 1, sessions: 1 });
    assert.equal(executions.get(execution.id)?.error?.code, 'HOST_DIED');
    assert.deepEqual(
      executions.events(execution.id, ALL).map(({ seq, type }) => [seq, type]),
      [
        [1, 'console'],
        [2, 'system'],
      ],
    );
    assert.deepEqual(executions.get(done.id), done);
  });

  it('is left out, told and gone where it can never be filed; the rest is filed', () => {
    const bad = anExecution(session, { session_id: uuid() });
    const good = [run(), run(bad), run()];
    const { executions } = afterKill();
    assert.equal(fixture.problems.length, 3, 'not the execution and its two events');
    for (const reader of [executions, store.executions]) {
      assert.deepEqual(reader.get(good[0]!.id), good[0]);
      assert.equal(reader.get(bad.id), undefined);
      assert.deepEqual(reader.get(good[2]!.id), good[2]);
      assert.equal(reader.events(good[2]!.id, ALL).length, 2);
    }
    assert.equal(fixture.problems.length, 6);
    for (const problem of fixture.problems) {
      assert.equal((problem as { code?: string }).code, 'SQLITE_CONSTRAINT_FOREIGNKEY');
    }
    assert.equal(rows('journal'), 0);
    run();
  });

  it('is left out of a start where it is damaged, and is no reason to refuse it', () => {
    const first = run();
    const insert = other.prepare('INSERT INTO journal (operations) VALUES (?)');
    const damaged = ['', '{}', '[7]', '[["a",1]]', '[["x",1,1,"console","{"]]', '[["x",1.5,1,"console","{}"]]'];
    for (const text of damaged) insert.run(text);
    const { executions } = afterKill();
    assert.equal(fixture.problems.length, damaged.length);
    assert.match(String(fixture.problems[0]), /Row 2 of the table journal is damaged/);
    assert.deepEqual(executions.get(first.id), first);
    fixture.problems.length = 0;
    fixture.reopen();
    assert.deepEqual(fixture.problems, []);
  });

  it('is filed in a database of the second version, once that is brought up to date', () => {
    const running = anExecution(session);
    store.journal.insertExecution(running);
    store.journal.flush();
    fixture.closeAll();
    other.exec('DROP TABLE journal; DELETE FROM migrations WHERE version = 3');
    other.pragma('user_version = 2');
    store = fixture.open();
    assert.deepEqual(store.recovered, { executions: 1, sessions: 1 });
    assert.equal(store.executions.get(running.id)?.error?.code, 'HOST_DIED');
    const execution = run();
    assert.equal(staged().length, 1);
    assert.deepEqual(store.executions.get(execution.id), execution);
  });

  it('works without a file, and with each commit synced', () => {
    for (const options of [
      { path: ':memory:' },
      { path: path.join(fixture.folder, 'full.db'), durability: 'full' },
    ] as const) {
      store = fixture.open(options);
      session = addSession(store);
      const execution = run();
      assert.deepEqual(store.executions.get(execution.id), execution);
    }
  });

  describe('on a disk that refuses', () => {
    let executions: Execution[];

    /** Room for what is staged, and not for the trees it belongs in. */
    beforeEach(() => {
      fixture.closeAll();
      const pages = other.pragma('page_count', { simple: true }) as number;
      store = fixture.open({ maxPages: pages + 1 });
      session = addSession(store);
      executions = [];
    });
    /** Until none may begin. What was refused and waits is stored when the next one may. */
    const fill = async (): Promise<void> => {
      for (let refused: Execution | undefined; ;) {
        const execution = anExecution(session);
        try {
          store.journal.insertExecution(execution);
        } catch {
          return;
        }
        if (refused !== undefined) executions.push(refused);
        refused = undefined;
        store.journal.appendEvents(someEvents(execution, 1, 2));
        store.journal.finishExecution(execution.id, OK_END);
        try {
          await store.journal.committed();
          executions.push({ ...execution, ...OK_END });
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'STORAGE_UNAVAILABLE');
          refused = { ...execution, ...OK_END };
        }
      }
    };
    const newestFirst = (): Execution[] => [...executions].reverse();

    it('keeps and shows what was acknowledged, and takes no more', async () => {
      await fill();
      assert.ok(executions.length > 2, `${executions.length} executions`);
      assert.ok(staged().length > 0, 'nothing is left staged');
      assert.throws(() => {
        store.journal.insertExecution(anExecution(session));
      }, UNAVAILABLE);
      const { id: session_id } = session;
      assert.deepEqual(store.executions.list({ session_id, limit: 3 }), newestFirst().slice(0, 3));
      assert.deepEqual(
        store.executions.following({ session_id, after_id: executions[0]!.id, limit: 2 }),
        executions.slice(1, 3),
      );
      for (const execution of executions) {
        assert.deepEqual(store.executions.get(execution.id), execution);
        assert.deepEqual(store.executions.events(execution.id, ALL), someEvents(execution, 1, 2));
        assert.deepEqual(store.executions.events(execution.id, { after_seq: 1, limit: 1 }), [anEvent(execution, 2)]);
      }
      assert.ok(staged().length > 0, 'it could be filed');
      assert.ok(fixture.problems.length > 0);
      const killed = afterKill();
      assert.deepEqual(killed.executions.list({ session_id, limit: 1_000 }), newestFirst());
      store.close();
      assert.match(String(fixture.problems.at(-1)), /4 writes .* lost/);
      assert.deepEqual(fixture.open().executions.list({ session_id, limit: 1_000 }), newestFirst());
    });
  });

  it('is tried again when another program held the database, and new executions are refused meanwhile', async () => {
    const execution = run();
    other.exec('BEGIN IMMEDIATE');
    const deadline = performance.now() + 10_000;
    while (fixture.problems.length === 0) {
      assert.ok(performance.now() < deadline, 'filing was not tried');
      await nextTurn();
    }
    assert.throws(() => {
      store.journal.insertExecution(anExecution(session));
    }, UNAVAILABLE);
    assert.deepEqual(store.executions.get(execution.id), execution);
    other.exec('COMMIT');
    await untilFiled();
    run();
    assert.equal(fixture.problems.length, 1);
  }).timeout(30_000);
});
