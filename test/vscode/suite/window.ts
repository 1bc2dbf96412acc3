import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Extension } from '../../../extension/extension.ts';
import { shortId } from '../../../extension/output/format-event.ts';
import type { Execution } from '../../../shared/model/execution.ts';
import type { Session } from '../../../shared/model/session.ts';
import { command } from './reached.ts';

const ID = 'vm-system.vm-system';
const DEADLINE_MS = 45_000;

/** The running extension, activated if need be. */
export async function theExtension(): Promise<Extension> {
  const extension = vscode.extensions.getExtension<Extension>(ID);
  assert.ok(extension, `${ID} is not installed`);
  return extension.activate();
}

/** Polls until there is a value that is not undefined or false. */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline)
      throw new Error(`within ${DEADLINE_MS} ms there was no ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The address of a file in the window's (first) folder. */
export function file(name: string, folder = 0): vscode.Uri {
  const root = vscode.workspace.workspaceFolders?.[folder];
  assert.ok(root, 'no folder is open');
  return vscode.Uri.joinPath(root.uri, name);
}

/** Writes a file and opens it. */
export async function edit(name: string, text: string): Promise<vscode.TextEditor> {
  await vscode.workspace.fs.writeFile(file(name), Buffer.from(text));
  const editor = await vscode.window.showTextDocument(file(name));
  // An editor that was open before notices the change by itself, later.
  await until(`${name} as it was written`, () => editor.document.getText() === text);
  return editor;
}

export async function runFile(name: string): Promise<Execution> {
  const execution = await command<Execution>('vmSystem.runFile', file(name));
  assert.ok(execution, `${name} did not run`);
  return execution;
}

/** The output channel's document; it is there while it is shown. Shown events have the same language and another scheme. */
export function outputDocument(): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    ({ languageId, uri }) => languageId === 'vm-system-output' && uri.scheme === 'output',
  );
}

/** Text of the output channel; it has to be shown for that. */
export function outputText(): string {
  return outputDocument()?.getText() ?? '';
}

/** Waits until the channel shows something. */
export async function untilOutput(text: string | RegExp): Promise<string> {
  await command('vmSystem.showOutput');
  return until(`output with ${String(text)}`, () => {
    const shown = outputText();
    return (typeof text === 'string' ? shown.includes(text) : text.test(shown)) && shown;
  });
}

/** Waits until the status bar shows the session of the current folder. */
export async function untilSessionShown(): Promise<void> {
  const { active, client, statusBar } = await theExtension();
  const seen = (): string => `session in the status bar, only ${statusBar.text}: ${JSON.stringify(client.state)}`;
  await until(seen, () => {
    const session = active.current();
    return session !== undefined && statusBar.text.includes(shortId(session.id));
  });
}

/** Closes what a test has opened and made, so that the next finds an empty window. */
export async function tidyUp(): Promise<void> {
  const { state, client } = await theExtension();
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const close = ({ id }: Session): Promise<unknown> => client.request('vm/session/close', { session_id: id });
  await Promise.all(state.aliveSessions.map(close));
  await until('end of all sessions', () => state.aliveSessions.length === 0);
}

/** Text of the active editor. */
export function activeText(): string {
  const editor = vscode.window.activeTextEditor;
  assert.ok(editor, 'there is no active editor');
  return editor.document.getText();
}
