import type { Parts } from '../parts.ts';
import type { Commands } from './register-commands.ts';

/** What shows something of the window, and the way out when the daemon cannot be reached. */
export function windowCommands(parts: Parts): Commands {
  return {
    'vmSystem.showOutput': () => {
      parts.output.show();
    },
    'vmSystem.showLog': () => {
      parts.log().show();
    },
    'vmSystem.restartDaemon': () => parts.client.reconnect(),
    'vmSystem.refreshVariables': () => {
      parts.variableTree.refresh();
    },
  };
}
