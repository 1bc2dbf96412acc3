import * as vscode from 'vscode';

/** What the tests of this run have used, for the one that compares it with the manifest. */
export const reached = { commands: new Set<string>(), settings: new Set<string>(), views: new Set<string>() };

/** Runs a command of ours as a menu does. */
export function command<T>(id: `vmSystem.${string}`, argument?: unknown): Promise<T | undefined> {
  reached.commands.add(id);
  return Promise.resolve(vscode.commands.executeCommand<T | undefined>(id, argument));
}

/** Sets one of our settings while `work` runs. */
export async function withSetting(
  id: `vmSystem.${string}`,
  value: unknown,
  target: vscode.ConfigurationTarget,
  work: () => Promise<void>,
): Promise<void> {
  reached.settings.add(id);
  await vscode.workspace.getConfiguration().update(id, value, target);
  try {
    await work();
  } finally {
    await vscode.workspace.getConfiguration().update(id, undefined, target);
  }
}

/** Shows a view, so that VS Code asks for what is in it. */
export async function showView(id: `vmSystem.${string}`): Promise<void> {
  reached.views.add(id);
  await vscode.commands.executeCommand(`${id}.focus`);
}
