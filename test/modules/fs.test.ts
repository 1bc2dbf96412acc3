import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleOf, ModuleSession, valueOf, type Ran } from '../host/modules/module-session.ts';

/** What the log says of host modules, a line each. */
function uses({ events }: Ran): string[] {
  return events.flatMap(({ type, payload }) => (type === 'system' ? [String(payload['message'])] : []));
}

describe('the host module fs', () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({ 'a.txt': 'hällo', 'data/n.json': { n: 1 } }, {}, { modules: ['fs'] });
    await session.repl("const fs = require('fs'), later = require('node:fs/promises')");
  });
  after(() => session.close());

  const value = async (source: string): Promise<unknown> => valueOf(await session.repl(source));

  it('has one object for all its names', async () => {
    const names = `[require('node:fs') === fs, require('vm:fs') === fs, later === fs.promises, require('vm:fs/promises') === later,
      (await import('fs')).default === fs, (await import('node:fs/promises')).readFile === later.readFile]`;
    assert.deepEqual(await value(names), [true, true, true, true, true, true]);
  });

  it('reads and writes text and bytes, at once, by promise and by callback', async () => {
    assert.equal(await value("fs.readFileSync('a.txt', 'utf8')"), 'hällo');
    assert.equal(await value("await later.readFile('a.txt', { encoding: 'utf-8' })"), 'hällo');
    assert.equal(await value("fs.readFileSync('a.txt').toString('hex')"), Buffer.from('hällo').toString('hex'));
    const callback = "await new Promise((ok, no) => fs.readFile('a.txt', 'latin1', (e, v) => e ? no(e) : ok(v)))";
    assert.equal(await value(callback), Buffer.from('hällo').toString('latin1'));
    await value(
      "fs.writeFileSync('b.bin', new Uint8Array([0, 255, 128])); await later.appendFile('b.bin', 'é', 'latin1')",
    );
    assert.deepEqual([...(await readFile(join(session.root, 'b.bin')))], [0, 255, 128, 0xe9]);
    assert.equal(await value("fs.writeFileSync('b.bin', 'x', { flag: 'wx' })"), "[JS_EXCEPTION] Error: EEXIST: file already exists, open 'b.bin'"); // prettier-ignore
  });

  it('makes, lists, moves and removes', async () => {
    assert.equal(await value("fs.mkdirSync('x/y/z', { recursive: true })"), join(session.root, 'x'));
    await value("fs.copyFileSync('a.txt', 'x/c.txt'); fs.renameSync('x/c.txt', 'x/y/d.txt'); fs.truncateSync('x/y/d.txt', 1)"); // prettier-ignore
    assert.deepEqual(await value("fs.readdirSync('x', { recursive: true }).sort()"), ['y', 'y/d.txt', 'y/z']);
    const kinds = "(await later.readdir('x/y', { withFileTypes: true })).map((e) => [e.name, e.isFile(), e.isDirectory(), e.parentPath])"; // prettier-ignore
    assert.deepEqual(await value(`${kinds}.sort()`), [['d.txt', true, false, 'x/y'], ['z', false, true, 'x/y']]); // prettier-ignore
    assert.deepEqual(await value("[fs.statSync('x/y/d.txt').size, fs.statSync('x').isDirectory(), fs.lstatSync('a.txt').mtime instanceof Date]"), [1, true, true]); // prettier-ignore
    assert.match(String(await value("fs.rmSync('x')")), /ERR_FS_EISDIR|Path is a directory/);
    assert.deepEqual(await value("fs.rmSync('x', { recursive: true }); [fs.existsSync('x'), fs.existsSync('a.txt')]"), [false, true]); // prettier-ignore
    assert.deepEqual(await value("fs.statSync('none', { throwIfNoEntry: false }) === undefined"), true);
  });

  it("throws Node's errors, with no trace of where it runs", async () => {
    const caught = "(() => { try { fs.readFileSync('none.txt'); } catch (e) { return [e instanceof Error, e.code, e.syscall, e.path, e.message, e.stack.includes('vm-system:')]; } })()"; // prettier-ignore
    const message = "ENOENT: no such file or directory, open 'none.txt'";
    assert.deepEqual(await value(caught), [true, 'ENOENT', 'open', 'none.txt', message, false]);
    assert.match(String(await value('fs.readFileSync(7)')), /The "path" argument must be of type string/);
    assert.match(String(await value("fs.createReadStream('a.txt')")), /not available in sessions/);
  });

  it('is in the log, use by use, in the order of the console', async () => {
    const ran = await session.repl("console.log(1); fs.existsSync('a.txt'); console.log(2); try { fs.readFileSync('/etc/passwd') } catch {}"); // prettier-ignore
    const shown = ran.events.map(({ type, payload }) => `${type} ${(payload['text'] ?? payload['message']) as string}`);
    assert.deepEqual(shown.slice(0, 4), [
      'console 1',
      'system allowed: fs.exists("a.txt")',
      'console 2',
      'system denied: fs.readFile("/etc/passwd"): \'/etc/passwd\' lies outside of the worktree',
    ]);
    const denied = ran.events[3]?.payload ?? {};
    assert.equal(denied['code'], 'USE_DENIED');
    assert.equal(denied['need'], `vm-system template add-capability T --kind fs --name NAME --config '{"roots":[{"path":"/etc","access":"ro"}]}'`); // prettier-ignore
  });

  it('makes no more events than the limits allow', async () => {
    const ran = await session.repl("for (;;) fs.existsSync('a.txt')", { max_events: 50 });
    assert.equal(ran.error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    assert.ok(ran.events.length < 50, `${ran.events.length} events`);
    assert.equal(await value('1 + 1'), 2);
  });

  it('goes on between executions, and says so in their log', async () => {
    const ran = await session.repl("later.readFile('a.txt', 'utf8').then((text) => console.log('read', text)); 0");
    assert.equal(ran.status, 'ok');
    // Whichever execution it falls into: both are over when this is.
    const next = await session.repl("await later.stat('a.txt'); 1");
    const all = [...ran.events, ...next.events];
    assert.deepEqual(consoleOf({ ...next, events: all }), ['read hällo']);
    assert.equal(uses({ ...next, events: all }).length, 2);
  });

  it('ends with an interrupt, and the session lives on', async () => {
    for (const source of [
      "for (;;) fs.existsSync('a.txt')",
      "for (;;) await later.readFile('a.txt')",
      "fs.watching = (async () => { for (;;) await later.stat('a.txt') })(); await new Promise(() => {})",
    ]) {
      const running = session.repl(source);
      await session.seen(({ type }) => type === 'system');
      session.runtime.interrupt('s');
      const { status } = await running;
      assert.equal(status, 'cancelled', source);
      assert.equal(await value("fs.readFileSync('a.txt', 'utf8')"), 'hällo');
      assert.equal(session.lost, undefined);
    }
    const late = await session.repl("for (;;) fs.existsSync('a.txt')", { wall_ms: 300 });
    assert.equal(late.error?.code, 'EXEC_TIMEOUT');
    assert.equal(await value("fs.existsSync('a.txt')"), true);
  });

  it('takes arguments apart before anything happens: getters, proxies and patched prototypes gain nothing', async () => {
    const source = `
      const calls = [];
      const path = { toString() { calls.push('toString'); return '/etc/passwd'; }, toJSON() { calls.push('toJSON'); return '/etc/passwd'; } };
      const options = { get encoding() { calls.push('getter'); fs.writeFileSync('nested.txt', 'nested'); return 'utf8'; } };
      const attempts = [() => fs.readFileSync(path), () => fs.readFileSync(new Proxy(['/etc/passwd'], {})), () => fs.readFileSync('a.txt', options)];
      const results = attempts.map((attempt) => { try { return String(attempt()); } catch (e) { return e.code; } });
      [results, fs.existsSync('nested.txt')]`;
    assert.deepEqual(await value(source), [['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE', 'hällo'], true]);
  });
});

describe('host modules that the template lacks', () => {
  it('are refused by name', async () => {
    const session = await ModuleSession.open({});
    try {
      for (const name of ['fs', 'database', 'exec', 'http', 'vm:fs', 'node:fs', 'fs/promises']) {
        const short = name.replace('vm:', '');
        const expected = `Error: Invalid module: "${short.replace('node:', '')}".`;
        for (const source of [`require('${name}')`, `await import('${name}')`]) {
          assert.ok(String(valueOf(await session.repl(source))).includes(expected), `${source}: ${String(valueOf(await session.repl(source)))}`); // prettier-ignore
        }
      }
    } finally {
      await session.close();
    }
  });
});
