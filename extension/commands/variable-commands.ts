import * as vscode from 'vscode';
import type { Parts } from '../parts.ts';
import type { VariableNode } from '../views/variable-tree.ts';
import type { Commands } from './register-commands.ts';

/** What is done with a variable of the active session; its value is only looked at. */
export function variableCommands(parts: Parts): Commands {
  return {
    'vmSystem.copyValue': (node) => vscode.env.clipboard.writeText((node as VariableNode).variable.preview),
    'vmSystem.inspectVariable': async (node) => {
      parts.output.note(await parts.variableTree.inspect(node as VariableNode));
      parts.output.show();
    },
  };
}
