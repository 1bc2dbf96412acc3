import * as vscode from 'vscode';

/** The code of the error table with which the daemon refused, if it is that kind of error. */
export function codeOf(error: unknown): string | undefined {
  const data = (error as { data?: { code?: unknown } } | undefined)?.data;
  return typeof data?.code === 'string' ? data.code : undefined;
}

/** What the daemon says beside the code. */
export function detailsOf(error: unknown): Record<string, unknown> {
  const data = (error as { data?: { details?: unknown } } | undefined)?.data;
  return typeof data?.details === 'object' && data.details !== null ? (data.details as Record<string, unknown>) : {};
}

/** Tells the user what went wrong, in one sentence, with a way to the log. */
export async function showError(error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const choice = await vscode.window.showErrorMessage(`VM System: ${message}`, 'Show Log');
  if (choice !== undefined) await vscode.commands.executeCommand('vmSystem.showLog');
}
