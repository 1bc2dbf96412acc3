import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { command, withSetting } from './reached.ts';
import { edit, file, runFile, tidyUp, until } from './window.ts';

const { Global } = vscode.ConfigurationTarget;

async function hoverText(name: string, at: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', file(name), at);
  const contents = hovers.flatMap((hover) => hover.contents as vscode.MarkdownString[]);
  return contents.map(({ value }) => value).join('\n');
}

async function completions(name: string, at: vscode.Position): Promise<string[]> {
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    file(name),
    at,
  );
  return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

async function lenses(name: string): Promise<vscode.CodeLens[]> {
  return vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', file(name));
}

/** The process with which this window has its language features; Linux only. */
function stdioProcesses(): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.map(Number).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--stdio'));
}

describe('language features from the live session', () => {
  afterEach(tidyUp);

  it('shows values of the session by hovering, and members by completion', async () => {
    await edit('values.js', 'globalThis.settings = { mode: "test", retries: 3 };\nsettings.\n');
    await edit('define.js', 'globalThis.settings = { mode: "test", retries: 3 };\n');
    await runFile('define.js');
    const at = new vscode.Position(0, 15);
    const hover = await until('hover', async () => {
      const text = await hoverText('values.js', at);
      // TypeScript has something to say as well, and may be there first.
      return text.includes("mode: 'test'") && text;
    });
    assert.match(hover, /retries: 3/);
    await until('completion', async () =>
      (await completions('values.js', new vscode.Position(1, 9))).includes('retries'),
    );
  });

  it('follows the session that is chosen for the folder', async () => {
    await edit('follow.js', 'globalThis.which = "first";\n');
    await runFile('follow.js');
    const at = new vscode.Position(0, 13);
    await until('first value', async () => (await hoverText('follow.js', at)).includes('first'));
    await command('vmSystem.newSession');
    await edit('other.js', 'globalThis.which = "second";\n');
    await runFile('other.js');
    await until('second value', async () => (await hoverText('follow.js', at)).includes('second'));
  });

  it('come back after their process was killed, and nothing else is lost', async function () {
    if (process.platform !== 'linux') this.skip();
    await edit('again.js', 'globalThis.again = "here";\n');
    await runFile('again.js');
    const at = new vscode.Position(0, 13);
    await until('value', async () => (await hoverText('again.js', at)).includes('here'));
    const [pid, ...others] = stdioProcesses();
    assert.ok(pid !== undefined && others.length === 0, 'there is one');
    process.kill(pid, 'SIGKILL');
    await until('its end', () => Promise.resolve(!stdioProcesses().includes(pid)));
    await runFile('again.js');
    await until('value again', async () => (await hoverText('again.js', at)).includes('here'));
    assert.equal(stdioProcesses().length, 1);
  });

  it('has a lens that runs the file, once, unless the setting turns it off', async () => {
    await edit('lens.js', 'globalThis.lens = "used";\n');
    const own = async (): Promise<vscode.CodeLens[]> =>
      (await lenses('lens.js')).filter((lens) => lens.command?.command === 'vmSystem.runFile');
    const [lens, ...others] = await own();
    assert.ok(lens?.command);
    assert.deepEqual(others, []);
    await command('vmSystem.runFile', lens.command.arguments?.[0]);
    // With a connection the daemon offers one as well; there is still only one.
    assert.equal((await own()).length, 1);
    await withSetting('vmSystem.codeLens', false, Global, async () => {
      assert.deepEqual(await own(), []);
    });
  });
});
