import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { GREP } from '../harness/suite-result.ts';
import { reached } from './reached.ts';

type Manifest = {
  contributes: {
    commands: { command: string }[];
    views: Record<string, { id: string }[]>;
    configuration: { properties: Record<string, object> };
  };
};

function manifest(): Manifest['contributes'] {
  const extension = vscode.extensions.getExtension('vm-system.vm-system');
  assert.ok(extension);
  return (extension.packageJSON as Manifest).contributes;
}

/** VS Code makes some commands of its own for each view and its container. */
function isOurs(command: string, views: readonly string[]): boolean {
  return command.startsWith('vmSystem.') && !views.some((view) => command.startsWith(`${view}.`));
}

describe('the manifest', () => {
  const views = (): string[] => Object.values(manifest().views).flatMap((list) => list.map(({ id }) => id));
  const commands = (): string[] => manifest().commands.map(({ command }) => command);

  it('has exactly the commands that are registered', async () => {
    const registered = (await vscode.commands.getCommands(true)).filter((command) => isOurs(command, views()));
    assert.deepEqual(registered.sort(), commands().sort());
  });

  // With a filter hardly anything was used.
  if (process.env[GREP] !== undefined) return;

  it('has no command, setting or view that the tests before this one did not use', () => {
    const unused = (all: readonly string[], used: ReadonlySet<string>): string[] => all.filter((id) => !used.has(id));
    assert.deepEqual(unused(commands(), reached.commands), []);
    assert.deepEqual(unused(Object.keys(manifest().configuration.properties), reached.settings), []);
    assert.deepEqual(unused(views(), reached.views), []);
  });
});
