import assert from 'node:assert/strict';
import { ModuleSession, valueOf, type Ran } from '../host/modules/module-session.ts';

/** What the log says of host modules, a line each. */
function uses({ events }: Ran): string[] {
  return events.flatMap(({ type, payload }) => (type === 'system' ? [String(payload['message'])] : []));
}

describe('host modules of a session', function () {
  this.timeout(60_000);
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({ 'a.txt': 'a' }, {}, { modules: ['database', 'exec', 'http'] });
  });
  after(() => session.close());
  const value = async (source: string): Promise<unknown> => valueOf(await session.repl(source));

  it('database: what the guest gives comes back', async () => {
    await value("const database = require('database'); database.configure('sqlite3', ':memory:')");
    assert.deepEqual(await value("database.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, v)')"), { success: true, rowsAffected: 0, lastInsertId: 0 }); // prettier-ignore
    assert.deepEqual(await value("database.exec('INSERT INTO users (name, v) VALUES (?, ?)', 'Ann', new Uint8Array([1, 255]))"), { success: true, rowsAffected: 1, lastInsertId: 1 }); // prettier-ignore
    await value("database.exec('INSERT INTO users (name, v) VALUES (:name, :v)', { name: 'Bo', v: 2n ** 60n })");
    await value("database.exec('INSERT INTO users (name, v) VALUES (?, ?)', ['Cy', -Infinity])");
    assert.deepEqual(await value("database.query('SELECT id, name FROM users WHERE id < ?', 3)"), [{ id: 1, name: 'Ann' }, { id: 2, name: 'Bo' }]); // prettier-ignore
    assert.deepEqual(await value("database.query('SELECT v FROM users').map((row) => Buffer.isBuffer(row.v) ? [...row.v] : typeof row.v + row.v)"), [[1, 255], 'bigint1152921504606846976', 'number-Infinity']); // prettier-ignore
    assert.deepEqual(await value("(await import('vm:database')).default === database && database.query('SELECT * FROM users WHERE 0')"), []); // prettier-ignore
    assert.match(String(await value("database.query('SELEC')")), /near "SELEC": syntax error/);
    assert.match(String(await value("database.exec('INSERT INTO users (v) VALUES (?)', () => 1)")), /must be null, a number/); // prettier-ignore
  });

  it('database: transactions', async () => {
    const count = "database.query('SELECT count(*) AS n FROM t')[0].n";
    await value("database.exec('CREATE TABLE t (v)'); const add = (v) => database.exec('INSERT INTO t VALUES (?)', v)");
    assert.equal(await value("database.transaction(() => { add(1); add(2); return 'done' })"), 'done');
    assert.match(String(await value("database.transaction(() => { add(3); throw new Error('no') })")), /Error: no/);
    const nested = "database.transaction(() => { add(3); try { database.transaction(() => { add(4); throw 1 }) } catch {} })"; // prettier-ignore
    assert.equal(await value(`${nested}; ${count}`), 3);
    assert.match(String(await value('database.transaction(async () => { add(5) })')), /returns no promise/);
    assert.equal(await value(count), 3);
    // Cut off within, and what it did is undone when the next one begins.
    const cut = await session.repl('database.transaction(() => { add(6); for (;;); })', { wall_ms: 300, cpu_ms: 300 });
    assert.equal(cut.status, 'timeout');
    assert.equal(await value(`database.transaction(() => add(7)); ${count}`), 4);
    assert.equal(await value("database.transaction(() => { database.transaction(() => add(8)) }); database.query('SELECT v FROM t ORDER BY v').map((r) => r.v).join()"), '1,2,3,7,8'); // prettier-ignore
  });
  it('database: a query without end ends with its execution, and the session lives on', async () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    assert.equal((await session.repl(`database.query('${endless}')`, { wall_ms: 300 })).status, 'timeout');
    assert.equal(await value('1 + 1'), 2);
    const gone = "(() => { try { return database.query('SELECT 1') } catch (error) { return error.code } })()";
    const deadline = Date.now() + 20_000;
    let answer: unknown;
    while ((answer = await value(gone)) !== 'ERR_DATABASE_CLOSED') {
      assert.ok(Date.now() < deadline, JSON.stringify(answer));
    }
    await value("database.configure('sqlite3', ':memory:')");
    assert.deepEqual(await value("database.query('SELECT 1 AS one')"), [{ one: 1 }]);
  });

  it('exec', async () => {
    assert.deepEqual(await value("const { run, promises } = require('exec'); const r = run('echo', ['hi there']); [r.exitCode, r.stdout, r.stderr, r.signal, String(r)]"), [0, 'hi there\n', '', null, 'hi there\n']); // prettier-ignore
    assert.deepEqual(await value("[...run('cat', [], { input: new Uint8Array([0, 255]), encoding: 'buffer' }).stdout]"), [0, 255]); // prettier-ignore
    assert.deepEqual(await value("(await Promise.all([1, 2].map((n) => promises.run('echo', [`${n}`])))).map(String)"), ['1\n', '2\n']); // prettier-ignore
    assert.match(String(await value("run('no-such-program')")), /ENOENT/);
    assert.deepEqual(uses(await session.repl("run('echo', ['x']); 1")), ['allowed: exec.run("echo", ["x"])']);
  });
  it('http: a fetch like that of browsers', async () => {
    const denied = "await fetch('http://127.0.0.1:1/').catch((e) => [e.code, e.message])";
    const [code, message] = (await value(denied)) as string[];
    assert.equal(code, 'ERR_ACCESS_DENIED');
    assert.match(message ?? '', /the template does not allow requests to 127\.0\.0\.1:1; allow it with: vm-system template add-capability/); // prettier-ignore
    assert.deepEqual(await value("const http = require('http'); [http.fetch === fetch, http.Headers === Headers, new Request('http://a.b') instanceof http.Request, (await import('vm:http')).Response === Response]"), [true, true, true, true]); // prettier-ignore
    assert.deepEqual(await value("[...new Headers({ B: '1', a: ' 2 ' })].join(';')"), 'a,2;b,1');
    const headers =
      "const h = new Headers([['Set-Cookie', 'a=1, 2'], ['set-cookie', 'b']]); h.append('x', 1); h.append('X', 2)";
    assert.deepEqual(await value(`${headers}; [h.get('SET-cookie'), h.getSetCookie(), h.get('x'), h.has('y'), h.get('y')]`), ['a=1, 2, b', ['a=1, 2', 'b'], '1, 2', false, null]); // prettier-ignore
    for (const bad of [
      "new Headers({ 'a b': '1' })",
      "new Headers({ a: '1\\n2: 3' })",
      "new Request('/no-base')",
      "new Request('http://a.b', { body: 'x' })",
    ])
      assert.match(String(await value(bad)), /TypeError/, bad);
    const response = "const r = new Response('\\ufeffü', { status: 201 }); const c = r.clone()";
    assert.deepEqual(await value(`${response}; [await r.text(), r.bodyUsed, r.ok, c.bodyUsed, (await c.arrayBuffer()).byteLength, await r.text().catch((e) => e.name)]`), ['ü', true, true, false, 5, 'TypeError']); // prettier-ignore
    assert.deepEqual(await value('[Headers, Request, Response].map((each) => each.name)'), ['Headers', 'Request', 'Response']); // prettier-ignore
    assert.deepEqual(await value('await Response.json({ a: [1] }).json()'), { a: [1] });
    assert.equal(await value("new Request('http://a.b', { method: 'post', body: new URLSearchParams({ a: 'b c' }) }).headers.get('content-type')"), 'application/x-www-form-urlencoded;charset=UTF-8'); // prettier-ignore
    assert.equal(await value("const a = AbortSignal.abort('why'); await fetch('http://a.b', { signal: a }).catch((e) => e)"), 'why'); // prettier-ignore
  });
});
