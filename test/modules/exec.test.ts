import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModulePolicy } from '../../shared/ipc/call-messages.ts';
import { ExecModule } from '../../daemon/modules/exec/exec-module.ts';
import { isAlive, waitUntil } from '../helpers/wait-until.ts';
import { makeTree } from '../worktree/tree.ts';
import { ModuleCaller, policyFor } from './module-fixture.ts';

describe('the host module exec', function () {
  this.timeout(60_000);
  let root: string;
  let outside: string;
  let remove: () => Promise<void>;
  before(async () => {
    const tree = await makeTree({
      'worktree/sub/.keep': '',
      'worktree/hello.sh': '#!/bin/sh\necho hello from "$PWD"\n',
      'worktree/sub/hello.sh': '#!/bin/sh\necho from elsewhere\n',
      'outside/canary.txt': 'canary',
    });
    remove = tree.remove;
    root = join(tree.root, 'worktree');
    outside = join(tree.root, 'outside');
    for (const name of ['hello.sh', 'sub/hello.sh']) await chmod(join(root, name), 0o755);
    await symlink(outside, join(root, 'link'));
  });
  after(() => remove());

  const caller = (more: Partial<ModulePolicy> = {}): ModuleCaller => new ModuleCaller(new ExecModule(policyFor(root, more))); // prettier-ignore
  const run = (...args: unknown[]): Promise<unknown> => caller().call('run', ...args);
  const stdout = async (...args: unknown[]): Promise<unknown> => {
    const result = await run(...args);
    return typeof result === 'object' ? (result as { stdout: unknown }).stdout : result;
  };
  const shell = (script: string, options?: unknown): Promise<unknown> => run('sh', ['-c', script], options);

  it('gives what a program wrote and how it ended', async () => {
    assert.deepEqual(await run('echo', ['a b', 'c']), { exitCode: 0, signal: null, stdout: 'a b c\n', stderr: '' });
    assert.deepEqual(await shell('echo no >&2; exit 3'), { exitCode: 3, signal: null, stdout: '', stderr: 'no\n' });
    assert.deepEqual(await shell('kill -TERM $$'), { exitCode: null, signal: 'SIGTERM', stdout: '', stderr: '' });
    assert.equal(await stdout('cat', [], { input: { text: 'ünput' } }), 'ünput');
    assert.equal(await stdout('cat', [], { input: { base64: 'AP8=' }, encoding: 'base64' }), 'AP8=');
    assert.equal(await stdout('true', [], { input: { text: 'x'.repeat(1_000_000) } }), '');
    assert.equal(await stdout('pwd'), `${root}\n`);
    assert.equal(await stdout('pwd', [], { cwd: 'sub' }), `${join(root, 'sub')}\n`);
    assert.equal(await stdout('./hello.sh', [], { cwd: 'sub' }), `hello from ${join(root, 'sub')}\n`);
    assert.match(String(await run('no-such-program-here')), /^ENOENT /);
  });

  it('knows no shell: what one would act upon is text', async () => {
    const words = ['; touch pwned', '$(touch pwned)', '`touch pwned`', '&& touch pwned', '| touch pwned', '> pwned', '*', '~', '$HOME', '\n touch pwned']; // prettier-ignore
    assert.equal(await stdout('printf', ['%s|', ...words]), words.map((word) => `${word}|`).join(''));
    for (const word of [...words, 'echo hi; touch pwned', 'touch pwned'])
      assert.match(String(await run(word)), /^(ENOENT|EACCES) /);
    assert.equal(existsSync(join(root, 'pwned')), false);
    for (const bad of [['a\0b'], [1], 'text', [{}]]) assert.match(String(await run('echo', bad)), /^ERR_INVALID_ARG/);
    assert.match(String(await run('a\0b')), /^ERR_INVALID_ARG/);
  });

  it('runs only the commands that the template lists', async () => {
    const listed = caller({ exec: { commands: ['echo', './hello.sh'] } });
    assert.equal((((await listed.call('run', 'echo', ['a'])) as { stdout: string })).stdout, 'a\n'); // prettier-ignore
    for (const name of ['sh', '/bin/echo', 'echo ', 'hello.sh', './sub/hello.sh', '../worktree/hello.sh', 'sub/../hello.sh'])
      assert.match(String(await listed.call('run', name)), /^ERR_ACCESS_DENIED the template does not allow the command .* add-capability TEMPLATE --kind module --name exec/); // prettier-ignore
    const here = (await listed.call('run', './hello.sh', [], { cwd: 'sub' })) as { stdout: string };
    assert.match(here.stdout, /^hello from /);
    assert.deepEqual(listed.uses.map((use) => use.what), ['exec.run("echo", ["a"])', 'exec.run("./hello.sh", [])']); // prettier-ignore
  });

  it('gives programs the variables of the template and nothing of ours', async () => {
    process.env['VM_TEST_CANARY'] = 'canary';
    const named = caller({ env: { MODE: 'test', PATH: 'sub:/usr/bin:.:/bin' } });
    const env = ((await named.call('run', 'env', [], { env: { MODE: 'other', PATH: root } })) as { stdout: string }).stdout; // prettier-ignore
    const lines = env.split('\n').filter((line) => line !== '' && !line.startsWith('VM_SYSTEM_RUN='));
    assert.deepEqual(lines.sort(), ['MODE=other', 'PATH=/usr/bin:/bin']);
    for (const name of ['LD_PRELOAD', 'VM_SYSTEM_RUN', '__proto__x', 'NODE_OPTIONS'])
      assert.match(String(await named.call('run', 'env', [], { env: { [name]: 'x' } })), /^ERR_ACCESS_DENIED .* --kind env/); // prettier-ignore
    delete process.env['VM_TEST_CANARY'];
  });

  it('leaves the variables that choose what code programs run to the template', async () => {
    const names = ['NODE_OPTIONS', 'LD_PRELOAD', 'GIT_SSH_COMMAND', 'BASH_ENV', 'PYTHONSTARTUP'];
    const given = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
    const named = caller({ env: { ...given(''), MODE: '' } });
    const env = { ...given('/evil'), MODE: 'mine' };
    const { stdout: printed } = (await named.call('run', 'env', [], { env })) as { stdout: string };
    assert.match(printed, /^MODE=mine$/m);
    assert.doesNotMatch(printed, /evil/);
  });

  it('starts programs in the worktree only', async () => {
    for (const cwd of ['..', outside, '/', 'link', 'sub/../../outside', '/proc/self/cwd', 'none', 'hello.sh'])
      assert.match(String(await stdout('pwd', [], { cwd })), /^(ERR_ACCESS_DENIED|ENOENT|ENOTDIR) /, cwd);
  });

  it('kills what writes too much or takes too long, and gives what came before', async () => {
    const short = caller({ exec: { max_output_bytes: 1000 } });
    const flood = String(await short.call('run', 'yes'));
    assert.match(flood, /^ENOBUFS "yes" wrote more than 1000 bytes and was killed/);
    assert.match(String(await short.call('run', 'sh', ['-c', 'yes >&2'])), /^ENOBUFS/);
    const limited = caller({ exec: { timeout_ms: 300 } });
    assert.match(String(await limited.call('run', 'sleep', ['60'])), /^ETIMEDOUT "sleep" took longer than 300 ms/);
    assert.match(String(await limited.call('run', 'sleep', ['60'], { timeoutMs: 50 })), /longer than 50 ms/);
    assert.match(String(await limited.call('run', 'sleep', ['60'], { timeoutMs: 5000 })), /longer than 300 ms/);
    assert.match(String(await run('sleep', ['1'], { timeoutMs: -1 })), /^ERR_INVALID_ARG_TYPE/);
    assert.match(String(await run('echo', ['x'.repeat(200_000)])), /^E2BIG/);
  });

  it('leaves nothing behind: not in the background, not in another session, not with closed pipes', async () => {
    const script = [
      'sleep 300 & echo $! >> pids',
      'nohup sleep 300 > /dev/null 2>&1 & echo $! >> pids',
      'setsid sh -c "echo \\$\\$ >> pids; exec sleep 300" > /dev/null 2>&1 < /dev/null &',
      '(setsid setsid sh -c "echo \\$\\$ >> pids; sleep 300" &)',
      'trap "" TERM HUP INT',
      'while [ $(wc -l < pids) -lt 4 ]; do sleep 0.01; done',
    ].join('\n');
    await shell(script);
    const pids = (await readFile(join(root, 'pids'), 'utf8')).trim().split('\n').map(Number);
    assert.equal(pids.length, 4);
    await waitUntil(() => !pids.some(isAlive), 'the end of all that was started');
  });

  it('ends with its execution', async () => {
    const abort = new AbortController();
    const running = caller().until(abort.signal, 'run', 'sh', ['-c', 'trap "" TERM; sleep 300 & echo $! $$ > running; wait']); // prettier-ignore
    await waitUntil(() => existsSync(join(root, 'running')), 'the program');
    await waitUntil(async () => (await readFile(join(root, 'running'), 'utf8')).endsWith('\n'), 'its pids');
    const pids = (await readFile(join(root, 'running'), 'utf8')).trim().split(' ').map(Number);
    assert.deepEqual(pids.map(isAlive), [true, true]);
    abort.abort();
    assert.match(String(await running), /^ABORT_ERR/);
    await waitUntil(() => !pids.some(isAlive), 'its end');
  });
});
