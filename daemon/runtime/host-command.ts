import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export type HostCommand = { file: string; args: string[] };

/**
 * Second fence behind the watch of the resident memory: a host whose data grows beyond this aborts by itself. V8 could
 * not reserve its code range at 1.0 GiB.
 */
const DATA_LIMIT_BYTES = 1.5 * 1024 ** 3;
/** Sessions that may need more than this run without that fence. */
export const MAX_FENCED_MEM_MB = 512;

/** How a host is started. Everything in it stays the same while the daemon lives, except the fence. */
export function hostCommand({ fenced }: { fenced: boolean }): HostCommand {
  const words = [...wrappers(fenced), process.execPath, ...nodeArgs(), entry()];
  const [file = process.execPath, ...args] = words;
  return { file, args };
}

/** Beside the bundle of the daemon lies the host's; from sources, the host runs from sources. */
function entry(): string {
  const bundled = !import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(bundled ? './host.js' : '../host/main.ts', import.meta.url));
}

function nodeArgs(): string[] {
  const readable = [...codeFolders(), '/etc/alpine-release'];
  return [
    // isolated-vm needs it: its isolates are made from V8's own snapshot, and one process can have only one.
    '--no-node-snapshot',
    '--no-warnings',
    // The host reads its own code and nothing else; no writes, no child processes, no workers. Costs no measurable time.
    '--permission',
    '--allow-addons',
    ...readable.map((folder) => `--allow-fs-read=${folder}`),
  ];
}

function codeFolders(): string[] {
  const packages = ['isolated-vm', 'node-gyp-build'].map((name) => path.dirname(packageFile(name)));
  const file = entry();
  if (!file.endsWith('.ts')) return [file, ...packages];
  const root = path.resolve(path.dirname(file), '../..');
  return [path.join(root, 'daemon/host'), path.join(root, 'shared'), ...packages];
}

/** Found without loading it: the daemon never loads isolated-vm. */
function packageFile(name: string): string {
  return createRequire(import.meta.url).resolve(`${name}/package.json`);
}

/** Programs of util-linux that set something and then become the program that follows; where they fail, hosts do without. */
function wrappers(fenced: boolean): string[] {
  if (process.platform !== 'linux') return [];
  // The kernel kills the host with the daemon, even if the host's own watch of the pipe hangs.
  const orphanGuard = ['setpriv', '--pdeathsig', 'KILL'];
  const memoryFence = ['prlimit', `--data=${DATA_LIMIT_BYTES}`];
  return [orphanGuard, ...(fenced ? [memoryFence] : [])].flatMap(usable);
}

const probed = new Map<string, string[]>();

/** The words with the program's full path (the host has no PATH), or none when it is absent or another kind (busybox). */
function usable([name = '', ...options]: string[]): string[] {
  let words = probed.get(name);
  if (words !== undefined) return words;
  const file = ['/usr/bin', '/bin'].map((folder) => path.join(folder, name)).find((candidate) => existsSync(candidate));
  words = file === undefined ? [] : [file, ...options, '--'];
  if (file !== undefined && spawnSync(file, [...options, '--', 'true'], { stdio: 'ignore' }).status !== 0) words = [];
  probed.set(name, words);
  return words;
}
