import * as vscode from 'vscode';
import { showError } from '../notify.ts';

/** What each command does, by its id in package.json. */
export type Commands = Readonly<Record<`vmSystem.${string}`, (argument?: unknown) => unknown>>;

/** Commands that run code or change something on the daemon's side wait for the workspace to be trusted. */
export type CommandGroup = { needTrust: boolean; commands: Commands };

/** Registers commands; what one rejects with is told to the user, and its result is `undefined` then. */
export function registerCommands({ needTrust, commands }: CommandGroup): vscode.Disposable[] {
  return Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (argument?: unknown): Promise<unknown> => {
      if (needTrust && !(await isTrusted())) return undefined;
      try {
        return await run(argument);
      } catch (error) {
        void showError(error);
        return undefined;
      }
    }),
  );
}

/** Menus are disabled in an untrusted workspace; keys and links are not. */
async function isTrusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const message = 'VM System runs and changes nothing in a restricted workspace.';
  const choice = await vscode.window.showWarningMessage(message, manage);
  if (choice === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
