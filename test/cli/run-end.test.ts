import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { restBackend } from '../../daemon/cli/commands/repl.ts';
import { RestClient } from '../../daemon/cli/rest-client.ts';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Session } from '../../shared/model/session.ts';
import { LAUNCHER, type DaemonFolder, type DaemonProcess } from '../helpers/daemon-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { daemonForAll } from './daemon-for-all.ts';

/** A file, what it prints, and the code with which `run` ends: those of Node. */
const ENDS: [name: string, text: string, stdout: string, stderr: RegExp, exitCode: number][] = [
  ['later.js', 'setTimeout(() => console.log("later"), 100); "now"', "'now'\nlater", /^$/, 0],
  ['steps.js', 'let n = 0; const t = setInterval(() => { console.log(++n); if (n === 3) clearInterval(t) }, 60); n', '0\n1\n2\n3', /^$/, 0], // prettier-ignore
  ['late-throw.js', 'setTimeout(() => { throw new Error("late") }, 50); 1', '1', /^Uncaught Error: late\n {4}at .*late-throw\.js:1:26/, 1], // prettier-ignore
  [
    'late-reject.js',
    'setTimeout(() => { Promise.reject(new Error("late")) }, 50); 1',
    '1',
    /^Unhandled rejection: Error: late\n/,
    1,
  ],
  ['microtask.js', 'queueMicrotask(() => { throw 5 }); 1', '1', /^Uncaught 5$/, 1],
  ['silent.js', 'setTimeout(() => { globalThis.silent = true }, 100); 1', '1', /^$/, 0],
  ['late-exit.js', 'setTimeout(() => process.exit(6), 50); setInterval(() => {}, 10); 1', '1', /^$/, 6],
  ['exit.js', 'console.log(1); process.exit(7); console.log(2)', '1', /^$/, 7],
  ['exit-well.js', 'console.log(1); process.exit(0); throw 1', '1', /^$/, 0],
  ['code.js', 'process.exitCode = 3; setTimeout(() => console.log(process.exitCode), 50); 1', '1\n3', /^$/, 3],
  ['late-code.js', 'process.exitCode = 3; setTimeout(() => { process.exitCode = "5" }, 50); 1', '1', /^$/, 5],
  ['no-code.js', 'process.exitCode = 3; process.exitCode = undefined; 1', '1', /^$/, 0],
  ['code-throw.js', 'process.exitCode = 3; throw new Error("first")', '', /^Uncaught Error: first/, 1],
  ['code-exit.js', 'process.exitCode = 3; process.exit()', '', /^$/, 3],
  ['code-exit-other.js', 'process.exitCode = 3; process.exit(4)', '', /^$/, 4],
  ['rejects.js', 'Promise.reject(new Error("no one")); 1', '1', /^Unhandled rejection: Error: no one/, 1],
  ['plain.js', 'throw { a: 1 }', '', /^Uncaught \{ a: 1 \}$/, 1],
  ['caused.js', 'throw new Error("a", { cause: Object.assign(new TypeError("b"), { code: "E_B" }) })', '', /^Uncaught Error: a\n.*\{\n {2}\[cause\]: TypeError: b\n[^]*code: 'E_B'\n {2}\}\n\}$/, 1], // prettier-ignore
  ['imports.mjs', 'import "./none.mjs"', '', /^Uncaught Error: Cannot find module '\.\/none\.mjs' imported from imports\.mjs$/, 1], // prettier-ignore
];

describe('the end of a run', function () {
  this.timeout(60_000);
  let daemon: DaemonProcess;
  let folder: DaemonFolder;
  daemonForAll(async (started) => {
    daemon = started;
    folder = started.folder;
    for (const [name, text] of ENDS) await folder.write(name, text);
  });

  function run(...args: string[]) {
    const env = { VM_SYSTEM_SERVER_URL: daemon.url, VM_SYSTEM_DATA_DIR: folder.path, NO_COLOR: '1' };
    return execa(LAUNCHER, ['run', ...args], { env, cwd: folder.path, reject: false });
  }

  for (const [name, text, stdout, stderr, exitCode] of ENDS) {
    it(`${name} ends with ${exitCode}: ${text}`, async () => {
      const end = await run(name);
      assert.equal(end.stdout, stdout, end.stderr);
      assert.match(end.stderr, stderr);
      assert.equal(end.exitCode, exitCode);
    });
  }

  it('the code that one file sets is not for the next one in the session, and --json changes no code', async () => {
    const { id } = await daemon.session();
    assert.equal((await run('code.js', '--session', id)).exitCode, 3);
    await folder.write('plain-exit.js', 'process.exit()');
    assert.equal((await run('plain-exit.js', '--session', id)).exitCode, 0);
    for (const [name, exitCode] of [
      ['code.js', 3],
      ['code.js', 3],
      ['exit.js', 7],
      ['rejects.js', 1],
    ] as const) {
      // prettier-ignore
      assert.equal((await run('--json', name, '--session', id)).exitCode, exitCode, name);
    }
    await daemon.client.post(`sessions/${id}/close`, {});
  });

  it('Ctrl-C stops timers that would go on for ever, and keeps the session', async () => {
    await folder.write('ticks.js', 'globalThis.ticks = 0; setInterval(() => console.log("tick", ++ticks), 50); 0');
    const started = run('ticks.js');
    let text = '';
    started.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await waitUntil(() => text.includes('tick 2'), 'two ticks', 20_000);
    const [session] = await daemon.client.get<Session[]>('sessions', { status: 'ready' });
    assert.equal((await daemon.client.get<Session>(`sessions/${session?.id ?? ''}`)).goes_on, true);
    started.kill('SIGINT');
    assert.equal((await started).exitCode, 0);
    assert.equal((await daemon.client.get<Session>(`sessions/${session?.id ?? ''}`)).goes_on, undefined);
    await folder.write('reads.js', 'ticks >= 2');
    assert.equal((await run('reads.js')).stdout, 'true');
  });

  it('timers that somebody else has left in the session are neither waited for nor stopped', async () => {
    await folder.write('others.js', '6 * 7');
    const session = await daemon.session();
    await daemon.client.post('executions/repl', { session_id: session.id, input: 'const other = setInterval(() => {}, 20)' }); // prettier-ignore
    assert.equal((await run('others.js', '--session', session.id)).stdout, '42');
    assert.equal((await daemon.client.get<Session>(`sessions/${session.id}`)).goes_on, true);
    await daemon.client.post(`sessions/${session.id}/close`, {});
  });

  it('--watch runs again while timers of the run before go on, which end', async () => {
    await folder.write('watched.js', 'setInterval(() => console.log("old"), 50); 0');
    const started = run('watched.js', '--watch');
    let text = '';
    started.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await waitUntil(() => text.includes('old'), 'the first run', 20_000);
    await folder.write('watched.js', 'setInterval(() => console.log("new"), 50); 1');
    await waitUntil(() => /new[^]*new/.test(text), 'the second run', 20_000);
    assert.doesNotMatch(text.slice(text.indexOf('new')), /old/);
    started.kill('SIGINT');
    await started;
  });

  it('--watch runs again when a file changes that is imported, also one that was not there', async () => {
    await mkdir(join(folder.path, 'lib'));
    await folder.write('lib/a.ts', 'import { b } from "./b.js"; export const a = "a" + b');
    await folder.write('importing.mjs', 'import { a } from "./lib/a.ts"; export default "got " + a');
    const started = run('importing.mjs', '--watch');
    let text = '';
    started.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    let told = '';
    started.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await waitUntil(() => /Cannot find module [^]*Watching/.test(told), 'the failure', 20_000);
    await folder.write('lib/b.ts', 'export const b: string = "b1"');
    await waitUntil(() => text.includes("'got ab1'"), 'the new file', 20_000);
    await folder.write('lib/b.ts', 'export const b: string = "b2"');
    await waitUntil(() => text.includes("'got ab2'"), 'its change', 20_000);
    started.kill('SIGINT');
    assert.equal((await started).exitCode, 0);
  });

  it('--worktree lets a file import from above its folder, and is named where that is missing', async () => {
    await mkdir(join(folder.path, 'project/src'), { recursive: true });
    await folder.write('project/package.json', '{"name":"project"}');
    await folder.write('project/shared.js', 'exports.shared = 42');
    await folder.write('project/src/main.js', 'require("../shared.js").shared');
    const without = await run('project/src/main.js');
    assert.equal(without.exitCode, 1);
    assert.ok(without.stderr.endsWith(`\nhint: to import from all of ${folder.path}/project: vm-system run --worktree ${folder.path}/project …`)); // prettier-ignore
    assert.equal((await run('--worktree', 'project', 'project/src/main.js')).stdout, '42');
    const outside = await run('--worktree', 'project/src', 'project/shared.js');
    assert.equal(outside.exitCode, 1);
    assert.match(outside.stderr, /project\/shared\.js lies outside of project\/src$/);
    assert.match((await run('--worktree', 'none', 'exit.js')).stderr, /none is no folder$/);
  });

  it('what is meant for the file and looks like an option is told where to stand', async () => {
    const { exitCode, stderr } = await run('exit.js', '--level=5');
    assert.equal(exitCode, 2);
    assert.match(stderr, /unknown option '--level=5'\nhint: .*comes after --: vm-system run FILE -- --flag$/);
    const piped = await run('-', 'argument');
    assert.equal(piped.exitCode, 2);
    assert.match(piped.stderr, /arguments and --env need a file/);
  });

  it('a REPL is told once what an import has failed with', async () => {
    const { id } = await daemon.session();
    const backend = restBackend(new RestClient({ serverUrl: daemon.url, token: undefined }), id);
    const seen: ExecutionEvent[] = [];
    await backend.execute('import "./none.mjs"', (event) => seen.push(event));
    const [told] = seen.filter(({ type }) => type === 'exception');
    assert.match(String(told?.payload['message']), /Cannot find module '\.\/none\.mjs'/);
    await assert.rejects(
      backend.execute('for (;;);', () => undefined),
      /^Error: (?:CPU_LIMIT_EXCEEDED|EXEC_TIMEOUT): /,
    );
    await daemon.client.post(`sessions/${id}/close`, {});
  });

  it('a REPL is told what timers do between its inputs, and nothing of before', async () => {
    const { id } = await daemon.session();
    const backend = restBackend(new RestClient({ serverUrl: daemon.url, token: undefined }), id);
    await backend.execute('setTimeout(() => console.log("before"), 1)', () => undefined);
    await waitUntil(
      async () => (await daemon.client.get<Session>(`sessions/${id}`)).goes_on !== true,
      'the timer',
      20_000,
    );
    const seen: ExecutionEvent[] = [];
    const leaving = new AbortController();
    const following = backend.followBackground?.((event) => seen.push(event), leaving.signal);
    const texts = (): unknown[] => seen.map(({ payload }) => payload['text']);
    await backend.execute('setTimeout(() => console.log("after"), 200); console.log("during")', () => undefined);
    await waitUntil(() => seen.length > 0, 'the timer to be heard of', 20_000);
    await backend.execute('setTimeout(() => console.log("again"), 50)', () => undefined);
    await waitUntil(() => seen.length > 1, 'the next one', 20_000);
    assert.deepEqual(texts(), ['after', 'again']);
    leaving.abort();
    await following;
  });
});
