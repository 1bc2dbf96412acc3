import assert from 'node:assert/strict';
import { link, mkdir, readFile, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DatabaseModule } from '../../daemon/modules/database/database-module.ts';
import { makeTree } from '../worktree/tree.ts';
import { ModuleCaller, policyFor } from './module-fixture.ts';

describe('the host module database', function () {
  this.timeout(60_000);
  let root: string;
  let outside: string;
  let remove: () => Promise<void>;
  let database: ModuleCaller;
  beforeEach(async () => {
    const tree = await makeTree({ 'worktree/data/.keep': '', 'outside/canary.txt': 'canary' });
    remove = tree.remove;
    root = join(tree.root, 'worktree');
    outside = join(tree.root, 'outside');
    database = new ModuleCaller(new DatabaseModule(policyFor(root)));
  });
  afterEach(async () => {
    database.close();
    await remove();
  });

  const call = (name: string, ...args: unknown[]): Promise<unknown> => database.call(name, ...args);
  const rows = async (sql: string, ...args: unknown[]): Promise<unknown> => {
    const result = await call('query', sql, ...args);
    return typeof result === 'object' ? (result as { rows: unknown }).rows : result;
  };

  it('works in memory, with every kind of value', async () => {
    await call('configure', 'sqlite3', ':memory:');
    await call('exec', 'CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
    const values = [null, 'text', 1, 1.5, true, { big: '9007199254740993' }, { blob: 'AP8=' }, { real: 'Infinity' }];
    for (const value of values) await call('exec', 'INSERT INTO t (v) VALUES (?)', [value]);
    const kinds = values.map((value, index) => [index + 1, value === true ? 1 : value]);
    assert.deepEqual(await rows('SELECT id, v FROM t'), kinds);
    assert.deepEqual(await rows('SELECT typeof(v) FROM t WHERE id IN (3, 4)'), [['integer'], ['real']]);
    assert.deepEqual(await call('query', 'SELECT :a AS x, :a AS x', { a: 'n' }), { columns: ['x', 'x'], rows: [['n', 'n']] }); // prettier-ignore
    assert.deepEqual(await call('exec', 'UPDATE t SET v = 0 WHERE id > 4'), { changes: 4, id: 8 });
    assert.deepEqual(await call('exec', 'DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (9, 9), (10, 10)'), { changes: 3, id: 10 }); // prettier-ignore
    assert.deepEqual(await call('exec', 'DELETE FROM t WHERE id = ? RETURNING v', [10]), { changes: 1, id: 10 });
    assert.match(String(await call('query', 'SELECT * FROM none')), /^SQLITE_ERROR no such table: none/);
    assert.match(String(await call('query', 'SELECT ?', [])), /RangeError|Too few parameter values/);
    await call('close');
    assert.match(String(await rows('SELECT 1')), /^ERR_DATABASE_CLOSED No database: call database\.configure/);
    assert.match(String(await call('configure', 'postgres', 'x')), /driver/);
  });

  it('keeps a file in the worktree, which other programs can read', async () => {
    await call('configure', 'sqlite3', 'data/app.db');
    assert.deepEqual(database.uses, [{ allowed: true, capability: 'module:database', what: 'database.configure("data/app.db")' }]); // prettier-ignore
    await call('exec', "CREATE TABLE t (v); INSERT INTO t VALUES ('kept')");
    assert.deepEqual(await rows('SELECT v FROM t'), [['kept']]);
    const other = new Database(join(root, 'data/app.db'));
    assert.deepEqual(other.prepare('SELECT v FROM t').pluck().all(), ['kept']);
    other.prepare("INSERT INTO t VALUES ('from outside')").run();
    other.close();
    assert.deepEqual(await rows('SELECT count(*) FROM t'), [[2]]);
    await call('exec', 'VACUUM');
    assert.deepEqual(
      (await readdir(join(root, 'data'))).filter((name) => !name.startsWith('app.db')),
      ['.keep'],
    );
  });

  it('undoes what is begun and not committed, and what an interrupted transaction left', async () => {
    await call('configure', 'sqlite', ':memory:');
    await call('exec', 'CREATE TABLE t (v)');
    assert.equal(await call('begin', false), 0);
    await call('exec', 'INSERT INTO t VALUES (1)');
    assert.equal(await call('begin', true), 1);
    await call('exec', 'INSERT INTO t VALUES (2)');
    await call('rollback', 1);
    await call('commit', 0);
    assert.deepEqual(await rows('SELECT v FROM t'), [[1]]);
    await call('begin', false);
    await call('exec', 'DELETE FROM t');
    assert.equal(await call('begin', false), 0);
    assert.deepEqual(await rows('SELECT v FROM t'), [[1]]);
    await call('rollback', 0);
    await call('exec', 'BEGIN; DELETE FROM t');
    assert.equal(await call('begin', false), 1);
    await call('commit', 1);
    await call('exec', 'ROLLBACK');
    assert.deepEqual(await rows('SELECT v FROM t'), [[1]]);
  });

  it('refuses every statement that reaches for another file', async () => {
    await call('configure', 'sqlite3', 'data/app.db');
    await call('exec', 'CREATE TABLE t (v)');
    const stolen = join(outside, 'stolen.db');
    const attacks = [
      `ATTACH '${stolen}' AS x`, `attach database '${stolen}' as x`, ` \v\n/* ; */ ATTACH '${stolen}' AS x`,
      `SELECT 1; -- ;\nATTACH '${stolen}' AS x`, `;;\ufeffATTACH '${stolen}' AS x`, `SELECT ';' ; ATTACH '${stolen}' AS x`,
      `SELECT 1 AS [a;b]; ATTACH '${stolen}' AS x`, `EXPLAIN ATTACH '${stolen}' AS x`, 'DETACH main',
      `VACUUM INTO '${stolen}'`, `VACUUM main INTO '${stolen}'`, `vacuum/**/into '${stolen}'`,
      `PRAGMA temp_store_directory = '${outside}'`, `PRAGMA data_store_directory = '${outside}'`, 'PRAGMA temp_store = FILE',
      `PRAGMA main.temp_store(1)`, 'PRAGMA "temp_store" = 1', 'EXPLAIN PRAGMA temp_store = 1', 'EXPLAIN QUERY PLAN PRAGMA temp_store = 1',
      'PRAGMA writable_schema = ON', 'PRAGMA max_page_count = 1000000', 'PRAGMA mmap_size = 1000000', 'PRAGMA trusted_schema = ON',
    ]; // prettier-ignore
    for (const sql of attacks) {
      for (const name of ['exec', 'query'])
        assert.match(String(await call(name, sql)), /^ERR_ACCESS_DENIED .* not available in sessions/, sql);
    }
    assert.match(String(await call('exec', "SELECT load_extension('/tmp/x.so')")), /^SQLITE_ERROR not authorized/);
    assert.match(String(await call('exec', 'PRAGMA journal_mode = WAL')), /WAL is not supported/);
    assert.deepEqual(await readdir(outside), ['canary.txt']);
    assert.deepEqual(await rows("SELECT 'ATTACH it; ATTACH'"), [['ATTACH it; ATTACH']]);
    const trigger = 'CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE v = 1; UPDATE t SET v = 3; END; INSERT INTO t VALUES (2)'; // prettier-ignore
    assert.deepEqual(await call('exec', trigger), { changes: 2, id: 1 });
  });

  it('opens nothing outside of the worktree, whatever the names lead to', async () => {
    const canary = join(outside, 'canary.txt');
    await symlink(canary, join(root, 'link.db'));
    await symlink(outside, join(root, 'folder'));
    await link(canary, join(root, 'hard.db'));
    await writeFile(join(root, 'app.db'), '');
    await symlink(canary, join(root, 'app.db-journal'));
    await symlink(join(outside, 'new.db'), join(root, 'dangling.db'));
    const names = ['../outside/new.db', join(outside, 'new.db'), 'link.db', 'folder/new.db', 'hard.db', 'app.db', 'dangling.db', 'data', '/dev/null', '/proc/self/mem', '/proc/self/fd/0', 'file:../outside/new.db', '', 'a\0b']; // prettier-ignore
    for (const name of names) {
      const answer = await call('configure', 'sqlite3', name);
      assert.match(String(answer), /^(ERR_ACCESS_DENIED|E[A-Z]+|ERR_INVALID_ARG_\w+) /, `${name}: ${String(answer)}`);
      assert.match(String(await call('exec', 'CREATE TABLE t (v)')), /^ERR_DATABASE_CLOSED/, name);
    }
    assert.equal(await readFile(canary, 'utf8'), 'canary');
    assert.deepEqual(await readdir(outside), ['canary.txt']);
  });

  it('keeps to its own files when they are swapped for links while it is open', async () => {
    const canary = join(outside, 'canary.txt');
    await call('configure', 'sqlite3', 'data/app.db');
    await call('exec', 'CREATE TABLE t (v)');
    await mkdir(join(root, 'evil'));
    for (const name of ['app.db', 'app.db-journal']) await symlink(canary, join(root, 'evil', name));
    await rename(join(root, 'data'), join(root, 'old'));
    await rename(join(root, 'evil'), join(root, 'data'));
    await call('exec', 'INSERT INTO t VALUES (1)');
    assert.equal(await readFile(canary, 'utf8'), 'canary');
    const moved = new Database(join(root, 'old/app.db'), { readonly: true });
    assert.deepEqual(moved.prepare('SELECT v FROM t').pluck().all(), [1]);
    moved.close();
  });

  it('does not delete the file that a forged journal names', async () => {
    // Such a name, and the journal's own in the text, are what SQLite wants to see before it deletes.
    const canary = join(outside, 'canary-mj012345900');
    const text = `${join(root, 'victim.db-journal')}\0${join(root, 'data/app.db-journal')}\0`;
    await writeFile(canary, text);
    const name = Buffer.from(canary);
    const [sum, length] = [Buffer.alloc(4), Buffer.alloc(4)];
    sum.writeUInt32BE(name.reduce((total, byte) => total + byte, 0));
    length.writeUInt32BE(name.length);
    const magic = Buffer.from('d9d505f920a163d7', 'hex');
    const header = Buffer.alloc(512);
    magic.copy(header);
    for (const [value, at] of [[0, 8], [1, 12], [2, 16], [512, 20], [4096, 24]] as const) header.writeUInt32BE(value, at); // prettier-ignore
    const page = Buffer.alloc(4);
    const forged = Buffer.concat([header, page, name, length, sum, magic]);
    const make = (at: string): void => {
      const made = new Database(join(root, at));
      made.exec('CREATE TABLE t (v)');
      made.close();
    };
    // What SQLite by itself makes of such a journal.
    make('victim.db');
    await writeFile(join(root, 'victim.db-journal'), forged);
    const victim = new Database(join(root, 'victim.db'));
    victim.prepare('SELECT * FROM t').all();
    victim.close();
    assert.equal(existsSync(canary), false, 'the journal is forged well enough');

    await writeFile(canary, text);
    make('data/app.db');
    for (const when of ['before', 'while']) {
      await writeFile(join(root, 'data/app.db-journal'), forged);
      if (when === 'before') await call('configure', 'sqlite3', 'data/app.db');
      assert.deepEqual(await rows('SELECT * FROM t'), [], when);
      assert.equal(await readFile(canary, 'utf8'), text, when);
    }
  });

  it('gives so many rows and bytes, and grows so far', async () => {
    const series = (end: number): string => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${end})`; // prettier-ignore
    await call('configure', 'sqlite3', ':memory:');
    assert.deepEqual(await rows(`${series(3)} SELECT i FROM n`), [[1], [2], [3]]);
    assert.match(String(await rows(`${series(200_000)} SELECT i FROM n`)), /^ERR_OUT_OF_RANGE .* LIMIT/);
    assert.match(String(await rows(`${series(100)} SELECT hex(zeroblob(100000)) FROM n`)), /^ERR_OUT_OF_RANGE/);
    await call('exec', 'CREATE TABLE t (v); CREATE TEMP TABLE u (v)');
    for (const table of ['t', 'u'])
      assert.match(String(await call('exec', `${series(3_000)} INSERT INTO ${table} SELECT zeroblob(100000) FROM n`)), /^SQLITE_FULL/, table); // prettier-ignore

    const limited = new ModuleCaller(new DatabaseModule(policyFor(root, { fs: { worktree: 'rw', roots: [], quota_bytes: 65_536 } }))); // prettier-ignore
    await limited.call('configure', 'sqlite3', 'data/small.db');
    await limited.call('exec', 'CREATE TABLE t (v)');
    assert.match(String(await limited.call('exec', 'INSERT INTO t VALUES (zeroblob(100000))')), /^SQLITE_FULL/);
    limited.close();
  });

  it('only reads where the template says so', async () => {
    await call('configure', 'sqlite3', 'data/app.db');
    await call('exec', 'CREATE TABLE t (v); INSERT INTO t VALUES (1)');
    await call('close');
    const reader = new ModuleCaller(new DatabaseModule(policyFor(root, { fs: { worktree: 'ro', roots: [] } })));
    assert.equal(await reader.call('configure', 'sqlite3', 'data/app.db'), undefined);
    assert.deepEqual(await reader.call('query', 'SELECT v FROM t'), { columns: ['v'], rows: [[1]] });
    assert.match(String(await reader.call('exec', 'DELETE FROM t')), /^SQLITE_READONLY/);
    assert.match(String(await reader.call('configure', 'sqlite3', 'data/new.db')), /^ENOENT /);
    reader.close();
  });
});
