import assert from 'node:assert/strict';
import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { TemplateDetail } from '../../shared/model/template.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/protocol-version.ts';
import type { DaemonProcess } from '../helpers/daemon-process.ts';
import { startBuilt } from '../helpers/run-cli.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { daemonForAll } from './daemon-for-all.ts';
import { shell, type ShellResult } from './shell.ts';

/** The commands that the guide's steps leave out, as its appendix and older scripts have them; and what they print. */
describe('commands', function () {
  this.timeout(60_000);
  let daemon: DaemonProcess;
  daemonForAll((started) => {
    daemon = started;
  });

  const vm = (line: string): Promise<ShellResult> => shell(daemon, `./vm-system ${line}`);
  const ok = async (line: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await vm(line);
    assert.equal(exitCode, 0, `${line}\n${stderr}`);
    assert.equal(stderr, '', line);
    return stdout;
  };
  const json = async <T>(line: string): Promise<T> => JSON.parse(await ok(`${line} --json`)) as T;
  const template = async (name: string): Promise<string> =>
    (await json<{ id: string }>(`template create --name ${name}`)).id;

  it('parts of a template come and go', async () => {
    const id = await template('parts');
    assert.equal(await ok(`template list-capabilities ${id}`), 'No capabilities.');
    assert.equal(await ok(`template list-startup ${id}`), 'No startup files.');
    assert.match(
      await ok(`template add-capability ${id} --kind env --name NODE_ENV --disabled --config '{"names":["A"]}'`),
      /^Added capability: env:NODE_ENV \(ID: \S+\)$/,
    );
    await ok(`template add-startup ${id} --path late.js --order 20`);
    await ok(`template add-startup ${id} --path early.js --order -5 --mode eval`);
    assert.match(
      await ok(`template list-startup ${id}`),
      /^ORDER +PATH .*\n-5 +early\.js +eval .*\n20 +late\.js +eval/,
    );
    assert.match(await ok(`template list-capabilities ${id}`), /^env +NODE_ENV +no +\{"names":\["A"\]\}/m);
    assert.match(await ok(`template add-module ${id} --name database`), /^Added module: database/);
    assert.equal(await ok(`template list-modules ${id}`), 'database');
    const detail = await json<TemplateDetail>(`template get ${id}`);
    for (const { id: part } of detail.startup_files) await ok(`template remove-startup ${id} ${part}`);
    for (const { id: part } of detail.capabilities) await ok(`template remove-capability ${id} ${part}`);
    assert.equal(await ok(`template remove-module ${id} database`), 'Removed module: database');
    const after = await json<TemplateDetail>(`template get ${id}`);
    assert.deepEqual([after.startup_files, after.capabilities, after.template.exposed_modules], [[], [], []]);
  });

  it('settings change by flags and by JSON, together', async () => {
    const id = await template('settings');
    await ok(`template set-settings ${id} --cpu-ms 1 --limits '{"wall_ms":2,"cpu_ms":9}' --runtime '{"strict":false}'`);
    const { settings } = await json<TemplateDetail>(`template get ${id}`);
    assert.deepEqual([settings.limits.cpu_ms, settings.limits.wall_ms, settings.limits.mem_mb], [1, 2, 128]);
    assert.equal(settings.runtime.strict, false);
    assert.match((await vm(`template set-settings ${id}`)).stderr, /name at least one setting/);
    const refused = await vm(`template set-settings ${id} --mem-mb 1`);
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stderr, /^VALIDATION_ERROR: .*mem_mb/);
  });

  it('a template is renamed, switched off, and deleted', async () => {
    const id = await template('old');
    assert.equal(await ok(`template update ${id} --name new --active false`), `Updated template: new (ID: ${id})`);
    assert.match(await ok('template list'), new RegExp(`^${id} +new +v8 +no `, 'm'));
    assert.equal(await ok(`template delete ${id}`), `Deleted template: ${id}`);
    assert.match((await vm(`template get ${id}`)).stderr, /^TEMPLATE_NOT_FOUND: .*\nhint: .*template list/);
  });

  it('modules and vm are the older names', async () => {
    const id = await template('older');
    await ok(`modules add-module --vm-id ${id} --module-id database`);
    assert.equal(await ok(`vm list-modules ${id}`), 'database');
    assert.equal((await vm('modules add-module --name database')).exitCode, 2);
    const refused = await vm(`modules add-module --template-id ${id} --name json`);
    assert.match(refused.stderr, /^MODULE_NOT_ALLOWED: /);
  });

  it('global options are understood before, between and after the words of a command', async () => {
    for (const line of ['--json template list', 'template --json list', 'template list --json']) {
      assert.ok(Array.isArray(JSON.parse(await ok(line))), line);
    }
    for (const line of ['--server-url 127.0.0.1:1 session list', 'session list --server-url=http://127.0.0.1:1/']) {
      assert.equal((await vm(line)).exitCode, 4, line);
    }
  });

  it('--json has the answer of the API, exactly', async () => {
    const session = await daemon.session();
    assert.deepEqual(await json(`session get ${session.id}`), await daemon.client.get(`sessions/${session.id}`));
    assert.deepEqual(await json('session list'), await daemon.client.get('sessions'));
    const { id } = await json<Execution>(`exec repl ${session.id} '({a: "ü"})'`);
    assert.deepEqual(await json(`exec get ${id}`), await daemon.client.get(`executions/${id}`));
    assert.deepEqual(await json(`exec events ${id}`), await daemon.client.get(`executions/${id}/events`));
    assert.deepEqual(await json('ops runtime-summary'), await daemon.client.get('runtime/summary'));
  });

  it('events come from where they are asked for, and in the number', async () => {
    const session = await daemon.session();
    const { id } = await daemon.repl(session, 'for (let i = 0; i < 1500; i++) console.log(i)');
    assert.equal((await ok(`exec events ${id}`)).split('\n').length, 1_502);
    assert.equal((await ok(`exec events ${id} --limit 1200`)).split('\n').length, 1_200);
    const [first] = (await ok(`exec events ${id} --after-seq 1500`)).split('\n');
    assert.match(first ?? '', /^ {1}1501 {2}console +\{"level":"log","text":"1499"\}$/);
    assert.equal(await ok(`exec events ${id} --after-seq 9999`), 'No events.');
    assert.equal((await ok(`exec events ${id} --follow --after-seq 1501`)).split('\n').length, 1);
  });

  it('arguments and environment reach a file', async () => {
    await daemon.folder.write('shows.js', 'JSON.stringify({ args, env })');
    const session = await daemon.session();
    const text = await ok(`exec run-file ${session.id} shows.js --args '{"k":[1]}' --env A=1 --env '{"B":"2"}'`);
    assert.match(text, /"preview":"\{\\"args\\":\{\\"k\\":\[1\]\},\\"env\\":\{\\"A\\":\\"1\\",\\"B\\":\\"2\\"\}\}"/);
  });

  it('code may start with a minus', async () => {
    const session = await daemon.session();
    assert.match(await ok(`exec repl ${session.id} '-1 + 43'`), /"preview":"42"/);
  });

  it('Ctrl-C cancels what exec runs, and keeps the session', async () => {
    const session = await daemon.session();
    const { url, folder } = daemon;
    const env = { ...process.env, VM_SYSTEM_SERVER_URL: url, VM_SYSTEM_DATA_DIR: folder.path, NO_COLOR: '1' };
    const { child, run } = startBuilt(['exec', 'repl', session.id, 'var kept = 1; for (;;) {}'], env);
    await waitUntil(async () => {
      const [last] = await daemon.client.get<Execution[]>('executions', { session_id: session.id });
      return last?.status === 'running';
    }, 'the loop to run');
    child.kill('SIGINT');
    const { code, stdout } = await run;
    assert.match(stdout, /^Status: cancelled$/m);
    assert.equal(code, 1);
    assert.match(await ok(`exec repl ${session.id} kept`), /"preview":"1"/);
  });

  it('sessions restart, are interrupted, and close', async () => {
    const session = await daemon.session();
    await ok(`exec repl ${session.id} 'var x = 1'`);
    assert.equal(await ok(`session interrupt ${session.id}`), 'Nothing was running.');
    assert.match(await ok(`session restart ${session.id}`), /^Status: +ready$/m);
    assert.match(await ok(`exec repl ${session.id} 'typeof x'`), /"preview":"undefined"/);
    assert.equal(await ok(`session close ${session.id}`), `Closed session: ${session.id}`);
    assert.equal((await json<Session[]>('session list --status closed')).at(-1)?.id, session.id);
    const refused = await vm(`exec repl ${session.id} 1`);
    assert.match(refused.stderr, /^SESSION_NOT_READY: .*\nhint: .*session restart/);
    assert.ok(refused.stderr.endsWith(`vm-system session restart ${session.id}`));
  });

  it('names that others chose cannot play with the terminal', async () => {
    await daemon.client.post('templates', { name: 'a\u001b[2J\nID: fake' });
    const text = await ok('template list');
    assert.match(text, /a\\x1b\[2J\\nID: fake/);
    assert.doesNotMatch(text, /\u001b/);
  });

  it('a group without a command prints its help and is an error', async () => {
    for (const line of ['', 'template', 'session']) {
      const { exitCode, stderr, stdout } = await vm(line);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^Usage: vm-system/);
      assert.doesNotMatch(stderr, /outputHelp/);
      assert.equal(stdout, '');
    }
  });

  it('help knows topics and commands', async () => {
    const help = await ok('help');
    for (const topic of ['getting-started', 'architecture', 'templates-and-sessions', 'api-reference']) {
      assert.match(help, new RegExp(`^  ${topic}$`, 'm'));
      assert.match(await ok(`help ${topic}`), /^# /);
    }
    assert.match(await ok('help session'), /^Usage: vm-system session/);
    const { exitCode, stderr } = await vm('help nothing');
    assert.equal(exitCode, 2);
    assert.match(stderr, /cli-command-reference/);
  });

  it('--version names the versions of all that has to fit together, and itself in the first line', async () => {
    const [first = '', ...others] = (await ok('--version')).split('\n');
    assert.match(first, /^vm-system \d+\.\d+\.\d+\S*$/);
    const listed = Object.fromEntries(others.map((line) => line.split(/: +/, 2) as [string, string]));
    const { version, ...all } = JSON.parse(await ok('--version --json')) as Record<string, string | number>;
    assert.equal(`vm-system ${version}`, first);
    assert.deepEqual(listed, Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)])));
    assert.deepEqual(Object.keys(all).sort(), ['api', 'node', 'platform', 'protocol', 'sqlite', 'v8']);
    assert.equal(all['node'], process.versions.node);
    assert.equal(all['v8'], process.versions.v8);
    assert.match(String(all['sqlite']), /^3\.\d+\.\d+$/);
    assert.equal(all['protocol'], PROTOCOL_VERSION);
  });
});
