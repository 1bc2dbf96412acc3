import * as vscode from 'vscode';

/** When the output channel shows itself. */
export type RevealOutput = 'onRun' | 'onError' | 'never';

const section = (scope?: vscode.Uri): vscode.WorkspaceConfiguration =>
  vscode.workspace.getConfiguration('vmSystem', scope);

/** Name of the template for new sessions of a folder, if one is set. */
export function defaultTemplate(folder: vscode.Uri): string | undefined {
  const name = section(folder).get('defaultTemplate', '').trim();
  return name === '' ? undefined : name;
}

/** The data directory, or undefined for the user's own. A workspace cannot set it: it would choose the daemon. */
export function dataDirectory(): string | undefined {
  const path = section().inspect<string>('dataDirectory')?.globalValue?.trim() ?? '';
  return path === '' ? undefined : path;
}

export function codeLensEnabled(document: vscode.Uri): boolean {
  return section(document).get('codeLens', true);
}

export function revealOutput(): RevealOutput {
  return section().get<RevealOutput>('revealOutput', 'onRun');
}

/** How much of the protocol goes to the log. */
export type TraceLevel = 'off' | 'messages' | 'verbose';

export function traceLevel(): TraceLevel {
  return section().get<TraceLevel>('trace.server', 'off');
}
