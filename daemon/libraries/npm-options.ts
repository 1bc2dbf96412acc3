import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** What pacote wants to know: registries, credentials, proxies, certificates, the npm cache, and much more. */
export type NpmOptions = Record<string, unknown>;

/** npm itself waits ten seconds and then a minute, for builds that nobody watches; somebody waits for us. */
const RETRY_AFTER_MS = 300;

/**
 * Reads npm's own configuration, as `npm install` run in `cwd` would: project, user, global and built-in npmrc files and
 * npm_config_* variables, by the package that npm itself does it with.
 */
export async function readNpmOptions(cwd: string, env: NodeJS.ProcessEnv = process.env): Promise<NpmOptions> {
  const [{ default: Config }, { default: npm }] = await Promise.all([
    import('@npmcli/config'),
    import('@npmcli/config/lib/definitions/index.js'),
  ]);
  const config = new Config({
    definitions: npm.definitions,
    shorthands: npm.shorthands,
    flatten: npm.flatten,
    npmPath: npmFolder(env),
    // The global npmrc lies beside the Node that the user's npm runs on, not beside the one that we run on.
    execPath: findProgram('node', env) ?? process.execPath,
    argv: [],
    cwd,
    // It writes into the environment that it is given.
    env: { ...env },
    platform: process.platform,
    warn: false,
  });
  await config.load();
  const retry = config.flat['retry'] as { retries: number; factor: number };
  return {
    ...config.flat,
    retry: { ...retry, minTimeout: RETRY_AFTER_MS, maxTimeout: RETRY_AFTER_MS * 4 },
    // Nothing of a package is ever run; it is said here too, so that nobody has to trust the defaults.
    ignoreScripts: true,
  };
}

/** Where the user's npm is installed: its built-in npmrc counts. Somewhere without one when there is no npm. */
function npmFolder(env: NodeJS.ProcessEnv): string {
  const node = findProgram('node', env);
  if (process.platform === 'win32') return join(dirname(node ?? process.execPath), 'node_modules', 'npm');
  const npm = findProgram('npm', env);
  // …/lib/node_modules/npm/bin/npm-cli.js
  return npm === undefined ? import.meta.dirname : dirname(dirname(npm));
}

/** The first program of this name on the PATH, symlinks resolved. */
function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    try {
      accessSync(join(folder, file), constants.X_OK);
      return realpathSync(join(folder, file));
    } catch {
      // Not here.
    }
  }
  return undefined;
}
