import assert from 'node:assert/strict';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { daemonForAll } from './daemon-for-all.ts';
import { shell } from './shell.ts';

describe('the command line', () => {
  let daemon: DaemonProcess;
  daemonForAll(async (started) => {
    daemon = started;
    await daemon.folder.write('throws.js', 'console.log("before"); throw new Error("on purpose")');
    await daemon.folder.write('greets.js', 'console.log("hello", args[0]); ({ env: env.NAME })');
  });

  const cases: [line: string, code: number, output: RegExp][] = [
    ['./vm-system template list', 0, /No templates\./],
    ['./vm-system template create', 2, /required option '--name <name>'/],
    ['./vm-system template frobnicate', 2, /unknown command 'frobnicate'/],
    ['./vm-system exec list x --limit many', 2, /whole number/],
    ['./vm-system session get 00000000-0000-7000-8000-000000000000', 3, /^SESSION_NOT_FOUND: /m],
    ['./vm-system session get nonsense', 3, /^VALIDATION_ERROR: /m],
    ['./vm-system session list --server-url http://127.0.0.1:9', 4, /no daemon answers at .*vm-system serve/],
    ['./vm-system help no-such-topic', 2, /getting-started/],
    ['./vm-system help getting-started', 0, /^# Getting started/],
    ['./vm-system run $VM_SYSTEM_DATA_DIR/none.js', 1, /does not exist/],
    ['./vm-system run $VM_SYSTEM_DATA_DIR/throws.js', 1, /before[^]*Uncaught Error: on purpose/],
    ['./vm-system run --env NAME=world $VM_SYSTEM_DATA_DIR/greets.js there', 0, /hello there[^]*\{ env: 'world' \}/],
    ['echo "console.log(6 * 7)" | ./vm-system run -', 0, /^42$/m],
    ['./vm-system --version', 0, /^vm-system \d/],
    ['./vm-system template list | head -c 0', 0, /^$/],
    ['./vm-system serve --listen 127.0.0.1:99999', 2, /HOST:PORT/],
    [
      './vm-system serve --data-dir $VM_SYSTEM_DATA_DIR --db $VM_SYSTEM_DATA_DIR/test.db --listen 127.0.0.1:0',
      1,
      /^vm-system: [^\n]*$/,
    ],
  ];
  for (const [line, code, output] of cases) {
    it(`${line} → ${code}`, async () => {
      const { exitCode, stdout: all } = await shell(daemon, `{ ${line}; } 2>&1`);
      assert.match(all, output);
      assert.equal(exitCode, code, all);
    });
  }

  it('prints the answer of the API and nothing else with --json', async () => {
    const { stdout } = await shell(daemon, './vm-system --json template create --name as-json');
    assert.equal((JSON.parse(stdout) as { name: string }).name, 'as-json');
    const { stdout: empty, stderr } = await shell(daemon, './vm-system session get nonsense --json');
    assert.equal(empty, '');
    assert.equal((JSON.parse(stderr) as { error: { code: string } }).error.code, 'VALIDATION_ERROR');
  });

  it('reaches a daemon that wants the token, by itself', async () => {
    const strict = await DaemonFolder.make();
    const guarded = await DaemonProcess.start(strict, ['--auth', 'token']);
    const bare = await shell(guarded, `curl -sS -o /dev/null -w '%{http_code}' ${guarded.url}/api/v1/templates`);
    assert.equal(bare.stdout, '401');
    assert.equal((await shell(guarded, './vm-system template list')).exitCode, 0);
    const withToken = `curl -sS -H "Authorization: Bearer $(./vm-system token)" ${guarded.url}/api/v1/templates`;
    assert.equal((await shell(guarded, withToken)).stdout, '[]');
    await guarded.end();
    await strict.remove();
  });
}).timeout(60_000);
