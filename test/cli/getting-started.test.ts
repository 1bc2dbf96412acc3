import assert from 'node:assert/strict';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { shell } from './shell.ts';

/** The original's guide, step by step: its users' habits and scripts have to work here. */
describe('the getting-started guide of the original system', () => {
  let folder: DaemonFolder;
  let daemon: DaemonProcess;
  let template = '';
  let session = '';
  let execution = '';

  before(async () => {
    folder = await DaemonFolder.make();
    daemon = await DaemonProcess.start(folder);
    const made = await shell(
      daemon,
      `mkdir -p ${folder.path}/tree/runtime
       cat > ${folder.path}/tree/runtime/init.js <<'JS'
console.log("startup init loaded")
globalThis.answerSeed = 40
JS
       cat > ${folder.path}/tree/app.js <<'JS'
console.log("app.js executing")
answerSeed + 2
JS`,
    );
    assert.equal(made.exitCode, 0);
  });
  after(async () => {
    await daemon.end();
    await folder.remove();
  });

  /** Runs a line that has to succeed, and returns what it printed. */
  const run = async (line: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await shell(daemon, line);
    assert.equal(exitCode, 0, `${line}\n${stdout}\n${stderr}`);
    return stdout;
  };

  it('step 1: help names the groups', async () => {
    const help = await run('./vm-system --help');
    for (const group of ['serve', 'template', 'session', 'exec', 'modules'])
      assert.match(help, new RegExp(`^  ${group}`, 'm'));
  });

  it('step 3: health', async () => {
    assert.equal(await run(`curl -sS ${daemon.url}/api/v1/health`), '{"status":"ok"}');
  });

  it('step 4: a template', async () => {
    const line = await run('./vm-system template create --name guide-template --engine goja');
    assert.match(line, /^Created template: guide-template \(ID: [0-9a-f-]{36}\)$/);
    template = /ID: (.*)\)/.exec(line)?.[1] ?? '';
  });

  it('step 5: startup file and capability', async () => {
    await run(`./vm-system template add-startup ${template} --path runtime/init.js --order 10 --mode eval`);
    await run(`./vm-system template add-capability ${template} --kind module --name console --enabled`);
    const detail = await run(`./vm-system template get ${template}`);
    assert.match(detail, /"cpu_ms":2000,"wall_ms":5000,"mem_mb":128,"max_events":50000,"max_output_kb":256/);
    assert.match(detail, /10 {2}runtime\/init\.js/);
    assert.match(detail, /module:console/);
  });

  it('step 6: a session', async () => {
    const text = await run(`./vm-system session create \\
      --template-id ${template} \\
      --workspace-id ws-guide \\
      --base-commit deadbeef \\
      --worktree-path ${folder.path}/tree`);
    session = /^Created session: (\S+)$/m.exec(text)?.[1] ?? '';
    assert.match(text, /^Status: +ready$/m);
    assert.match(text, /^Base commit: +deadbeef$/m);
  });

  it('step 7: a snippet', async () => {
    const text = await run(`./vm-system exec repl ${session} 'answerSeed + 2'`);
    execution = /^Execution ID: (\S+)$/m.exec(text)?.[1] ?? '';
    assert.match(text, /"preview":"42"/);
    assert.match(text, /input_echo/);
    assert.match(text, /^Status: ok$/m);
  });

  it('step 8: a file, and one that is not inside', async () => {
    const text = await run(`./vm-system exec run-file ${session} app.js`);
    assert.match(text, /"text":"app.js executing"/);
    assert.match(text, /"preview":"42"/);
    const refused = await run(`curl -sS -X POST ${daemon.url}/api/v1/executions/run-file \\
      -H 'Content-Type: application/json' \\
      -d '{"session_id":"${session}","path":"../etc/passwd"}'`);
    const { error } = JSON.parse(refused) as { error: { code: string; message: string } };
    assert.equal(error.code, 'INVALID_PATH');
    assert.match(error.message, /^Path escapes allowed worktree/);
  });

  it('step 9: what happened', async () => {
    assert.match(await run('./vm-system session list'), new RegExp(session));
    assert.match(await run('./vm-system session list --status ready'), new RegExp(session));
    assert.match(await run(`./vm-system exec list ${session} --limit 50`), new RegExp(execution));
    assert.match(await run(`./vm-system exec get ${execution}`), /Status: +ok/);
    assert.match(await run(`./vm-system exec events ${execution} --after-seq 0`), /input_echo[^]*value/);
    assert.deepEqual(JSON.parse(await run(`curl -sS ${daemon.url}/api/v1/runtime/summary`)), {
      active_sessions: 1,
      active_session_ids: [session],
    });
  });

  it('step 10: the end', async () => {
    await run(`./vm-system session delete ${session}`);
    await run(`curl -sSf -X POST ${daemon.url}/api/v1/sessions/${session}/close -d '{}'`);
    assert.match(await run(`./vm-system session get ${session}`), /Status: +closed/);
  });

  it('runbook 1: the demo in a script', async () => {
    const text = await run(`set -e
mkdir -p ${folder.path}/demo/runtime
printf 'globalThis.seed=41\\n' >${folder.path}/demo/runtime/init.js
printf 'seed+1\\n' >${folder.path}/demo/app.js
TEMPLATE_ID=$(./vm-system template create --name quick-demo | sed -n 's/.*(ID: \\(.*\\)).*/\\1/p')
./vm-system template add-startup "$TEMPLATE_ID" --path runtime/init.js --order 10 --mode eval
SESSION_ID=$(./vm-system session create --template-id "$TEMPLATE_ID" --workspace-id ws --base-commit deadbeef --worktree-path ${folder.path}/demo | awk '/Created session:/ {print $3}')
./vm-system exec run-file "$SESSION_ID" app.js`);
    assert.match(text, /"preview":"42"/);
  }).timeout(60_000);

  it('runbook 2: contracts by hand', async () => {
    assert.match(
      await run(`curl -i -sS ${daemon.url}/api/v1/templates/does-not-exist`),
      /400 Bad Request[^]*VALIDATION_ERROR/,
    );
    assert.match(
      await run(`curl -i -sS "${daemon.url}/api/v1/executions?limit=3"`),
      /400 Bad Request[^]*VALIDATION_ERROR/,
    );
  });

  it('runbook 3: SESSION_BUSY', async () => {
    const busy = await daemon.session();
    const loop = await daemon.start(busy, 'for (;;) {}');
    const second = await shell(daemon, `./vm-system exec repl ${busy.id} 1`);
    assert.equal(second.exitCode, 3);
    assert.match(second.stderr, /^SESSION_BUSY: /);
    await run(`./vm-system exec cancel ${loop.id}`);
  });

  it('runbook 5: OUTPUT_LIMIT_EXCEEDED', async () => {
    const tight = await daemon.session({ limits: { max_events: 5 } });
    const answer =
      await run(`curl -sS -X POST ${daemon.url}/api/v1/executions/repl -H 'Content-Type: application/json' \\
      -d '{"session_id":"${tight.id}","input":"for (let i = 0; i < 50; i++) console.log(i)"}'`);
    assert.equal((JSON.parse(answer) as { error: { code: string } }).error.code, 'OUTPUT_LIMIT_EXCEEDED');
    const refused = await shell(
      daemon,
      `./vm-system exec repl ${tight.id} 'for (let i = 0; i < 50; i++) console.log(i)'`,
    );
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stderr, /^OUTPUT_LIMIT_EXCEEDED: /);
  });
}).timeout(60_000);
