import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Capability } from '../../shared/model/template.ts';
import { ModuleSession, valueOf, type Ran } from '../host/modules/module-session.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { TestServer } from './http-server.ts';

type Given = Pick<Capability, 'kind' | 'name'> & Partial<Capability>;

const ROW = { id: '', vm_id: '', enabled: true, config: {} };

describe('what a template allows of database, exec and http', function () {
  this.timeout(60_000);
  let server: TestServer;
  let session: ModuleSession | undefined;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.stop());
  afterEach(async () => {
    await session?.close();
    server.asked.length = 0;
  });

  const open = async (modules: string[], ...capabilities: Given[]): Promise<ModuleSession> =>
    (session = await ModuleSession.open({ 'a.txt': 'a' }, {}, { modules, capabilities: capabilities.map((each) => ({ ...ROW, ...each })) })); // prettier-ignore
  const value = async (source: string): Promise<unknown> => valueOf(await session!.repl(source));
  const audit = ({ events }: Ran): unknown[] =>
    events.flatMap(({ type, payload }) => (type === 'system' ? [[payload['code'], payload['capability']]] : []));

  it('net: the named hosts, and the log says what was asked', async () => {
    await open(['http'], { kind: 'net', name: 'local', config: { hosts: ['127.0.0.1'], ports: [server.port], private: true } }); // prettier-ignore
    const post = `await (await fetch('${server.url('/echo')}', { method: 'POST', body: JSON.stringify({ a: 1 }) })).json()`;
    const ran = await session!.repl(post);
    assert.deepEqual(valueOf(ran), { a: 1 });
    assert.deepEqual(audit(ran), [['USE_ALLOWED', 'net:127.0.0.1']]);
    assert.deepEqual(await value(`const r = await fetch(new URL('${server.url('/bytes')}')); [r.ok, r.status, r.url, [...new Uint8Array(await r.arrayBuffer())], r.headers.get('content-type')]`), [true, 200, server.url('/bytes'), [0, 255, 128], null]); // prettier-ignore
    const denied = await session!.repl(`await fetch('http://localhost:${server.port}/').catch((e) => e.message)`);
    assert.match(String(valueOf(denied)), /allow requests to localhost:\d+; allow it with: vm-system template add-capability T --kind net --name localhost/); // prettier-ignore
    assert.deepEqual(audit(denied), [['USE_DENIED', 'net:localhost']]);
    const cut = `const c = new AbortController(); setTimeout(() => c.abort('enough'), 20); await fetch('${server.url('/silent')}', { signal: c.signal }).catch((e) => e)`; // prettier-ignore
    assert.equal(await value(cut), 'enough');
  });

  it('net: without the capability nothing is asked, by any name', async () => {
    await open(['http']);
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]'])
      assert.match(String(await value(`await fetch('${server.url('/', host)}').catch((e) => e.code)`)), /ERR_ACCESS_DENIED/, host); // prettier-ignore
    assert.deepEqual(server.asked, []);
  });

  it('net: a name of this machine is refused where only the name is allowed', async () => {
    await open(['http'], { kind: 'net', name: 'localhost', config: { ports: [server.port] } });
    assert.match(String(await value(`await fetch('${server.url('/', 'localhost')}').catch((e) => e.message)`)), /localhost leads to .*"private":true/); // prettier-ignore
    assert.deepEqual(server.asked, []);
  });

  it('http: an execution that is interrupted takes its requests along', async () => {
    await open(['http'], { kind: 'net', name: 'local', config: { hosts: ['127.0.0.1'], ports: [server.port], private: true } }); // prettier-ignore
    const ran = await session!.repl(`await fetch('${server.url('/drip')}')`, { wall_ms: 500 });
    assert.equal(ran.status, 'timeout');
    await waitUntil(() => server.open === 0, 'the connection to close', 20_000);
    assert.equal(await value('1 + 1'), 2);
  });

  it('global fetch: may be taken away while the module stays', async () => {
    await open(['http'], { kind: 'global', name: 'fetch', enabled: false });
    assert.equal(await value("typeof fetch + typeof require('http').fetch"), 'undefinedfunction');
  });

  it('exec: the listed commands, with the variables of the template', async () => {
    process.env['VM_TEST_CANARY'] = 'canary';
    await open([], { kind: 'module', name: 'exec', config: { commands: ['env', 'sh'], timeout_ms: 60_000 } }, { kind: 'env', name: 'MODE', config: { values: { MODE: 'test' } } }); // prettier-ignore
    const env = String(await value("require('exec').run('env').stdout"));
    Reflect.deleteProperty(process.env, 'VM_TEST_CANARY');
    assert.deepEqual(env.split('\n').filter((line) => !/^(VM_SYSTEM_RUN=|$)/.test(line)).sort(), ['MODE=test', 'PATH=/usr/local/bin:/usr/bin:/bin']); // prettier-ignore
    const refused = await session!.repl("require('exec').run('cat', ['/etc/passwd'])");
    assert.match(String(valueOf(refused)), /does not allow the command "cat"; allow it with: vm-system template add-capability T --kind module --name exec/); // prettier-ignore
    assert.deepEqual(audit(refused), [['USE_DENIED', 'module:exec']]);
    const flood = await session!.repl("require('exec').run('sh', ['-c', 'yes'])");
    assert.match(String(valueOf(flood)), /wrote more than 1048576 bytes and was killed/);
  });

  it('database: is fenced to the worktree in its process, too', async () => {
    await open(['database', 'fs']);
    const outside = join(dirname(session!.root), `canary-${process.pid}.db`);
    await writeFile(outside, 'canary');
    await symlink(outside, join(session!.root, 'link.db'));
    try {
      for (const name of [outside, `../canary-${process.pid}.db`, 'link.db', '/dev/null', '/proc/self/environ'])
        assert.match(String(await value(`require('database').configure('sqlite3', ${JSON.stringify(name)})`)), /JS_EXCEPTION/, name); // prettier-ignore
      assert.match(String(await value(`const db = require('database'); db.configure('sqlite3', 'own.db'); db.exec("ATTACH '${outside}' AS x")`)), /ATTACH is not available/); // prettier-ignore
      assert.equal(await readFile(outside, 'utf8'), 'canary');
      assert.equal(existsSync(join(session!.root, 'own.db')), true);
    } finally {
      await writeFile(outside, '');
    }
  });

  it('arguments are read once, before anything is decided', async () => {
    await open(['exec', 'database', 'http'], { kind: 'module', name: 'exec', config: { commands: ['echo'] } });
    const changing = "let n = 0; const command = { toString() { n++; return n > 1 ? 'sh' : 'echo' }, toJSON() { n++; return n > 1 ? 'sh' : 'echo' } }"; // prettier-ignore
    assert.equal(await value(`${changing}; String(require('exec').run(command, ['hi']))`), 'hi\n');
    assert.match(String(await value("require('exec').run({ toJSON: () => 'sh' }, ['-c', 'id'])")), /does not allow the command "sh"/); // prettier-ignore
    const polluted = "Object.prototype.toJSON = () => ['sh']; try { require('exec').run('echo', ['x']) } catch (e) { e.code } finally { delete Object.prototype.toJSON }"; // prettier-ignore
    assert.match(String(await value(polluted)), /ERR_/);
    const reach = "const f = require('exec').run.constructor.constructor; [typeof f('return this')().process.binding, typeof f('return process')().mainModule, f('return typeof require')()]"; // prettier-ignore
    assert.deepEqual(await value(reach), ['undefined', 'undefined', 'function']);
  });
});
