import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Execution } from '../../../shared/model/execution.ts';
import { answering } from './answers.ts';
import { command, withSetting } from './reached.ts';
import { edit, file, outputDocument, outputText, runFile, theExtension, tidyUp, until, untilOutput } from './window.ts';

const { Global } = vscode.ConfigurationTarget;

describe('running code', () => {
  afterEach(tidyUp);

  it('makes a session for the folder, shows what it does, and keeps its variables', async () => {
    await edit('first.js', 'globalThis.counter = 41;\nconsole.log("hello from the file");\ncounter;\n');
    const first = await runFile('first.js');
    assert.equal(first.status, 'ok');
    await edit('second.js', 'counter += 1;\nconsole.warn("counter is", counter);\n');
    const second = await runFile('second.js');
    assert.equal(second.session_id, first.session_id);
    await untilOutput('hello from the file');
    await untilOutput(/\[warn\] {2}counter is 42/);
    const { active } = await theExtension();
    assert.equal(active.current()?.id, first.session_id);
  });

  it('saves an unsaved editor first, and runs TypeScript', async () => {
    const editor = await edit('typed.ts', 'const old: number = 1;\n');
    await editor.edit((builder) => {
      const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
      builder.replace(all, 'const fresh: number = 7;\nconsole.log("fresh", fresh);\n');
    });
    assert.ok(editor.document.isDirty);
    assert.equal((await runFile('typed.ts')).status, 'ok');
    assert.ok(!editor.document.isDirty);
    await untilOutput('fresh 7');
  });

  it('runs the file of the active editor when none is named, and refuses where there is none', async () => {
    await edit('active.js', 'globalThis.ran = "active";\n');
    assert.equal((await command<Execution>('vmSystem.runFile'))?.path, 'active.js');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const asked = await answering([undefined], () => command('vmSystem.runFile'));
    assert.match(asked[0]?.question ?? '', /Open a JavaScript or TypeScript file first/);
  });

  it('shows output while the code still runs, and stops it without losing a variable', async () => {
    await edit('loop.js', 'globalThis.kept = "still here";\nconsole.log("before the loop");\nfor (;;) ;\n');
    const ended = command<Execution>('vmSystem.runFile', file('loop.js'));
    await untilOutput('before the loop');
    const { active, state, statusBar } = await theExtension();
    const session = active.current();
    assert.ok(session);
    await until('running session', () => state.running(session.id));
    assert.match(statusBar.text, /running/);
    await command('vmSystem.interrupt');
    assert.equal((await ended)?.status, 'cancelled');
    await until('a ready session in the status bar', () => statusBar.text.includes('ready'));
    await edit('after.js', 'console.log("it is", kept);\n');
    await runFile('after.js');
    await untilOutput('it is still here');
  });

  it('runs the selection, or the line of the cursor', async () => {
    const editor = await edit('lines.js', 'globalThis.a = 20;\na + 1;\na + 2;\n');
    editor.selection = new vscode.Selection(0, 0, 1, 6);
    const selected = await command<Execution>('vmSystem.runSelection');
    assert.equal(selected?.result?.preview, '21');
    editor.selection = new vscode.Selection(2, 3, 2, 3);
    const line = await command<Execution>('vmSystem.runSelection');
    assert.equal(line?.input, 'a + 2;');
    assert.equal(line.result?.preview, '22');
    editor.selection = new vscode.Selection(3, 0, 3, 0);
    assert.equal(await command('vmSystem.runSelection'), undefined, 'an empty line is nothing to run');
  });

  it('asks whether to stop what runs when something else shall run', async () => {
    await edit('busy.js', 'for (;;) ;\n');
    const first = command<Execution>('vmSystem.runFile', file('busy.js'));
    const { active, state } = await theExtension();
    await until('running session', () => active.current() !== undefined && state.running(active.current()!.id));
    await edit('next.js', '1 + 1;\n');
    let second: Execution | undefined;
    const asked = await answering(['Stop It and Run'], async () => {
      second = await command<Execution>('vmSystem.runFile', file('next.js'));
    });
    assert.match(asked[0]?.question ?? '', /still running something else/);
    assert.equal(second?.status, 'ok');
    assert.equal((await first)?.status, 'cancelled');
  });

  it('shows an exception as a problem at its line, and takes it back when the file runs well', async () => {
    await edit('broken.js', 'const fine = 1;\nundefined.nothing;\n');
    assert.equal((await runFile('broken.js')).status, 'error');
    const problems = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(file('broken.js'));
    const problem = await until('problem', () => problems()[0]);
    assert.equal(problem.range.start.line, 1);
    assert.match(problem.message, /nothing/);
    await untilOutput(/\[error\] Uncaught TypeError: .*nothing/);
    const link = await until('link to the line', async () => {
      const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
        'vscode.executeLinkProvider',
        outputDocument()?.uri,
      );
      return links.find(({ target }) => target?.path.endsWith('/broken.js'));
    });
    assert.equal(link.target?.fragment, 'L2,11');
    await edit('broken.js', 'const fine = 1;\n');
    assert.equal((await runFile('broken.js')).status, 'ok');
    await until('clean file', () => problems().length === 0);
  });

  it('says which limit ended a run, and whose it is', async () => {
    await edit('flood.js', 'for (let i = 0; ; i += 1) console.log("line " + i + "x".repeat(100));\n');
    const flood = await runFile('flood.js');
    assert.equal(flood.error?.code, 'OUTPUT_LIMIT_EXCEEDED');
    await untilOutput(/The output was cut here\. The limits are those of the template "default"/);
  });

  it('reveals the output when the setting says so', async () => {
    await edit('quiet.js', '1;\n');
    const visible = (): boolean =>
      vscode.window.visibleTextEditors.some(({ document }) => document.uri.scheme === 'output');
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await until('closed panel', () => !visible());
    await withSetting('vmSystem.revealOutput', 'never', Global, async () => {
      await runFile('quiet.js');
      assert.ok(!visible(), 'never means never');
    });
    await withSetting('vmSystem.revealOutput', 'onError', Global, async () => {
      await runFile('quiet.js');
      assert.ok(!visible(), 'there was no error');
      await edit('quiet-broken.js', 'throw new Error("loud");\n');
      await runFile('quiet-broken.js');
      await until('output', visible);
    });
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await until('closed panel', () => !visible());
    await runFile('quiet.js');
    await until('output', visible);
    assert.notEqual(outputText(), '');
  });
});
