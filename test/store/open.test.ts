import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { initial } from '../../daemon/store/migrations/0001-initial.ts';
import { APPLICATION_ID, SCHEMA_VERSION, TABLES } from '../../daemon/store/migrate.ts';
import { StoreOpenError, type StoreOpenReason } from '../../daemon/store/store-open-error.ts';
import { addSession, addTemplate, anExecution, someEvents, StoreFixture } from './store-fixture.ts';

describe('opening a store', () => {
  let fixture: StoreFixture;
  beforeEach(() => {
    fixture = new StoreFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  /** Name and content of every file beside the database. */
  const snapshot = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(fixture.folder)
        .sort()
        .map((name) => [
          name,
          createHash('sha256')
            .update(readFileSync(path.join(fixture.folder, name)))
            .digest('hex'),
        ]),
    );
  const refuses = (reason: StoreOpenReason, message: RegExp, file = fixture.file): void => {
    assert.throws(
      () => fixture.open({ path: file }),
      (error) => {
        assert.ok(error instanceof StoreOpenError, String(error));
        assert.equal(error.reason, reason, error.message);
        assert.match(error.message, message);
        assert.match(error.message, /^[^\n]*\.$/, 'not one line that ends in a full stop');
        return true;
      },
    );
  };
  const refusesUntouched = (reason: StoreOpenReason, message: RegExp): void => {
    const before = snapshot();
    refuses(reason, message);
    assert.deepEqual(snapshot(), before);
  };
  /** A database of some size, closed. */
  const make = (): void => {
    const store = fixture.open();
    const execution = anExecution(addSession(store));
    addTemplate(store, 'one');
    store.journal.insertExecution(execution);
    store.journal.appendEvents(someEvents(execution, 1, 2000));
    fixture.closeAll();
  };

  it('makes folders and files that only their owner may use', function () {
    if (process.platform === 'win32') this.skip();
    const file = path.join(fixture.folder, 'a', 'b', 'vm.db');
    const store = fixture.open({ path: file });
    addTemplate(store, 'one');
    const modes = readdirSync(path.dirname(file)).map((name) => [
      name,
      statSync(path.join(path.dirname(file), name)).mode & 0o777,
    ]);
    assert.deepEqual(Object.fromEntries(modes), {
      'vm.db': 0o600,
      'vm.db-shm': 0o600,
      'vm.db-wal': 0o600,
      'vm.db.lock': 0o600,
    });
    for (const folder of ['a', 'a/b']) assert.equal(statSync(path.join(fixture.folder, folder)).mode & 0o777, 0o700);
    store.close();
    chmodSync(file, 0o644);
    fixture.open({ path: file });
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('has the tables, their versions and the pragmas', () => {
    const store = fixture.open();
    const { schema_version, path: file, size_bytes, queue_depth } = store.describe();
    assert.deepEqual(
      { schema_version, file, queue_depth },
      { schema_version: SCHEMA_VERSION, file: fixture.file, queue_depth: 0 },
    );
    assert.ok(size_bytes > 4096);
    const reader = new Database(fixture.file, { readonly: true });
    const tables = reader.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    assert.deepEqual(tables.sort(), [...TABLES].sort());
    assert.deepEqual(reader.prepare('SELECT version, name FROM migrations').all(), [
      { version: 1, name: 'initial' },
      { version: 2, name: 'retention' },
      { version: 3, name: 'journal' },
    ]);
    assert.equal(reader.pragma('journal_mode', { simple: true }), 'wal');
    reader.close();
  });

  it('can do without a file', () => {
    const store = fixture.open({ path: ':memory:' });
    assert.equal(addTemplate(store, 'one').name, store.templates.list()[0]?.name);
    assert.deepEqual(readdirSync(fixture.folder), []);
  });

  it('takes an empty file for a new database', () => {
    writeFileSync(fixture.file, '');
    addTemplate(fixture.open({ durability: 'full' }), 'one');
  });

  it('brings one of the first version up to date, with all that it holds', () => {
    const old = new Database(fixture.file);
    old.exec('CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)');
    old.exec(initial.sql);
    old.exec(`INSERT INTO migrations VALUES (1, 'initial', 0);
      INSERT INTO vm VALUES ('t', 'old', 'v8', 1, '[]', '[]', 0, 0);
      INSERT INTO vm_settings VALUES ('t', '{"cpu_ms":7}', '{}', '{}');`);
    old.pragma(`application_id = ${APPLICATION_ID}`);
    old.pragma('user_version = 1');
    old.close();
    const store = fixture.open();
    assert.equal(store.describe().schema_version, SCHEMA_VERSION);
    assert.equal(store.templates.get('t')?.name, 'old');
    const settings = store.templates.settings('t');
    assert.equal(settings?.limits.cpu_ms, 7);
    assert.deepEqual(settings.retention, { max_age_days: null, max_executions: null });
    store.templates.setSettings('t', { ...settings, retention: { max_age_days: 1, max_executions: null } });
    assert.equal(store.templates.settings('t')?.retention.max_age_days, 1);
  });

  it('refuses a database of a newer version', () => {
    make();
    const database = new Database(fixture.file);
    database.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    database.close();
    const versions = `schema ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION}`;
    refusesUntouched('newer', new RegExp(`newer version of vm-system \\(${versions}\\)`));
  });

  it('refuses a newer version that is in the log only', () => {
    make();
    const database = new Database(fixture.file);
    database.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    const killed = path.join(fixture.folder, 'killed.db');
    for (const suffix of ['', '-wal']) cpSync(fixture.file + suffix, killed + suffix);
    database.close();
    const before = snapshot();
    refuses('newer', /newer version/, killed);
    const { 'killed.db.lock': _lock, ...after } = snapshot();
    assert.deepEqual(after, before);
  });

  it('refuses what is no database', () => {
    for (const content of ['x', '# Notes\n'.repeat(1000), 'SQLite format 3\0']) {
      writeFileSync(fixture.file, content);
      refusesUntouched('damaged', /is not a database, or is damaged/);
    }
  });

  it('refuses a database that is cut off', () => {
    make();
    truncateSync(fixture.file, statSync(fixture.file).size - 4096);
    refusesUntouched('damaged', /is damaged; restore a backup/);
  });

  it('refuses a database with garbage in it', () => {
    make();
    const content = readFileSync(fixture.file);
    for (const [from, to] of [
      [110, 4000],
      [content.length - 20_000, content.length - 4096],
    ] as const) {
      writeFileSync(fixture.file, Buffer.from(content).fill(0xa5, from, to));
      refusesUntouched('damaged', /is damaged; restore a backup/);
    }
    writeFileSync(fixture.file, content);
    assert.equal(fixture.open().templates.list().length, 1);
  });

  it('refuses a database of another program', () => {
    const database = new Database(fixture.file);
    database.pragma('journal_mode = WAL');
    database.exec('CREATE TABLE vm (id TEXT); INSERT INTO vm VALUES (1)');
    database.close();
    refusesUntouched('foreign', /is a database of another program/);
  });

  it('refuses a database that bears our mark and lacks our tables', () => {
    make();
    const database = new Database(fixture.file);
    database.exec('DROP TABLE execution_event');
    database.close();
    refuses('damaged', /is damaged/);
  });

  it('refuses a path where no database can be', () => {
    const taken = path.join(fixture.folder, 'file');
    writeFileSync(taken, '');
    refuses('path', /is a folder; give the path of a file/, fixture.folder);
    refuses('path', /a file is in the way/, path.join(taken, 'vm.db'));
    refuses('path', /a file is in the way/, path.join(taken, 'deeper', 'vm.db'));
    mkdirSync(`${fixture.file}-wal`);
    refuses('path', /-wal is a folder/);
  });

  it('refuses symbolic links', function () {
    if (process.platform === 'win32') this.skip();
    const target = path.join(fixture.folder, 'target');
    writeFileSync(target, 'precious');
    for (const suffix of ['', '-wal', '.lock']) {
      const file = path.join(fixture.folder, `link${suffix.length}.db`);
      symlinkSync(target, file + suffix);
      refuses('path', /is a symbolic link/, file);
    }
    assert.equal(readFileSync(target, 'utf8'), 'precious');
  });

  it('refuses what this user may not write', function () {
    // The superuser may write everything.
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    make();
    chmodSync(fixture.file, 0o400);
    refuses('path', /cannot be written by this user/);
    chmodSync(fixture.folder, 0o500);
    refuses('path', /The folder .* cannot be written by this user/);
    chmodSync(fixture.folder, 0o700);
  });

  it("refuses another user's file", function () {
    // Only the superuser can give a file away.
    if (process.getuid?.() !== 0) this.skip();
    writeFileSync(fixture.file, '');
    chownSync(fixture.file, 12345, 12345);
    refuses('path', /belongs to another user/);
  });

  it('refuses a lock file that is something else', () => {
    writeFileSync(`${fixture.file}.lock`, 'not a lock '.repeat(100));
    refuses('path', /is not a lock file of vm-system/);
  });

  it('says so when there is no room for the tables, and can be tried again', () => {
    assert.throws(() => fixture.open({ maxPages: 10 }), {
      name: 'StoreOpenError',
      reason: 'storage',
      message: /cannot be opened: the disk is full; free some space\.$/,
    });
    addTemplate(fixture.open(), 'one');
  });
});
