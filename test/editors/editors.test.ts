import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LAUNCHER } from '../helpers/daemon-process.ts';
import { startProcess } from '../helpers/run-cli.ts';
import { SharedFolder } from '../process/shared-daemon.ts';
import type { EditorReport } from './report.ts';

const FILE = `console.log(config.mode)
function f() { throw new Error('broken — 😀') }
/* 😀 */ f()
`;

const CODE_MIRROR = [process.execPath, join(import.meta.dirname, 'code-mirror.ts')];
const DRIVE = join(import.meta.dirname, 'neovim.lua');
const NEOVIM = ['nvim', '--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-c', `luafile ${DRIVE}`, '-c', 'cquit'];

describe("editors with LSP clients of other people's making", function () {
  this.timeout(60_000);
  let folder: SharedFolder;
  beforeEach(async () => {
    folder = await SharedFolder.make();
    await writeFile(join(folder.path, 'a.js'), FILE);
  });
  afterEach(() => folder.remove());

  /** Runs the driver of an editor on a session that has a variable `config`. */
  const drive = async (command: readonly string[]): Promise<EditorReport> => {
    const client = await folder.client();
    const session = await folder.session(client);
    const input = "let config = { mode: 'test', depth: 3 }";
    await client.rpc.request('vm/execution/repl', { session_id: session.id, input });
    const env = { ...folder.env, VM_LAUNCHER: LAUNCHER, VM_FOLDER: folder.path, VM_SESSION_ID: session.id };
    const { code, stdout, stderr } = await startProcess(command, env).run;
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as EditorReport;
  };

  const check = ({ capabilities, ...report }: EditorReport): void => {
    assert.equal((capabilities.experimental as { vm: { data_directory: string } }).vm.data_directory, folder.path);
    assert.deepEqual(report.completion.slice(0, 2), ['depth', 'mode']);
    assert.match(report.hover, /config: object = \{ mode: 'test', depth: 3 \}/);
    const range = { start: { line: 1, character: 21 }, end: { line: 1, character: 24 } };
    assert.deepEqual(report.diagnostics, [{ message: 'Error: broken — 😀', range }]);
    assert.deepEqual([report.diagnosticsLater, report.lenses, report.exitCode], [0, ['Run in session'], 0]);
  };

  it('CodeMirror', async () => {
    check(await drive(CODE_MIRROR));
  });

  it('Neovim (where it is installed: apt-get install neovim)', async function () {
    if (spawnSync('nvim', ['--version']).error !== undefined) this.skip();
    check(await drive(NEOVIM));
  });
});
