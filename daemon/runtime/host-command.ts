import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { OPTIMIZERS } from '../../shared/ipc/optimizers.ts';
import { builtInTexts } from './built-in-texts.ts';
import { guestScript, guestSnapshot } from './guest-script.ts';

export type HostCommand = { file: string; args: string[] };

/**
 * Second fence behind the watch of the resident memory: a host whose data grows beyond this aborts by itself. Each isolate
 * reserves 0.5 GiB of it for code: Node's own, the session's, and for a moment a spare one that is being replaced.
 */
const DATA_LIMIT_BYTES = 2 * 1024 ** 3;
/** Sessions that may need more than this run without that fence. */
export const MAX_FENCED_MEM_MB = 512;

/** What a process has in its memory is nobody's to read later. */
const NO_DUMPS = ['--core=0'];
/** Hosts write no files, and open few. */
const HOST_LIMITS = ['--fsize=0', '--nofile=256'];

type Wrapping = {
  /** Whether its memory is bounded. */
  fenced: boolean;
  /** The signal it gets when the daemon ends. */
  orphan?: 'KILL' | 'TERM';
  /** Further options of prlimit. */
  limits?: readonly string[];
};

/** How a host is started. Everything in it stays the same while the daemon lives, except the fence. */
export function hostCommand({ fenced }: { fenced: boolean }): HostCommand {
  const name = fenced ? 'fenced' : 'free';
  return (commands[name] ??= makeCommand(fenced));
}

const commands: { fenced?: HostCommand; free?: HostCommand } = {};

function makeCommand(fenced: boolean): HostCommand {
  const files = [guestScript(), builtInTexts(), ...snapshot()];
  const words = [...wrapperWords({ fenced, limits: HOST_LIMITS }), process.execPath, ...nodeArgs(), entry(), ...files];
  const [file = process.execPath, ...args] = words;
  return { file, args };
}

/** Beside the bundle of the daemon lies the host's; from sources, the host runs from sources. */
function entry(): string {
  const bundled = !import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(bundled ? './host.js' : '../host/main.ts', import.meta.url));
}

function snapshot(): string[] {
  const file = guestSnapshot();
  return file === undefined ? [] : [file];
}

function nodeArgs(): string[] {
  return [
    // isolated-vm needs it: its isolates are made from V8's own snapshot, and one process can have only one.
    '--no-node-snapshot',
    '--no-warnings',
    // For the host alone, which takes it from the guests again before there is any.
    '--expose-gc',
    // For the host's own heap; it sets the guests' back.
    '--max-semi-space-size=1',
    // Nothing that runs at the start is worth it; the host turns them on again. The compilers' own code stays unread.
    ...OPTIMIZERS.map((name) => `--no-${name}`),
    ...permissionArgs(),
  ];
}

/**
 * The host reads its own code and nothing else; no writes, no child processes, no workers. Costs no measurable time.
 * Node does not let a program follow links with this, so that an installation made of links goes without.
 */
function permissionArgs(): string[] {
  const folders = codeFolders();
  if (folders.some((folder) => realpathSync(folder) !== folder)) return [];
  const readable = [...folders, `${builtInTexts()}*`, '/etc/alpine-release', '/dev/urandom'];
  return ['--permission', '--allow-addons', ...readable.map((folder) => `--allow-fs-read=${folder}`)];
}

function codeFolders(): string[] {
  const file = entry();
  const isolatedVm = packageFolder('isolated-vm', path.dirname(file));
  const loader = packageFolder('node-gyp-build', realpathSync(isolatedVm));
  if (!file.endsWith('.ts')) return [path.dirname(file), isolatedVm, loader];
  const root = path.resolve(path.dirname(file), '../..');
  // The bundle has these inside.
  const packages = ['acorn', 'es-module-lexer', 'cjs-module-lexer'].map((name) =>
    packageFolder(name, path.dirname(file)),
  );
  const own = ['daemon/host', 'daemon/own-garbage.ts', 'shared'].map((name) => path.join(root, name));
  return [...own, ...packages, guestScript(), isolatedVm, loader];
}

/** Where Node will find a package. Found without loading it: the daemon never loads isolated-vm. */
export function packageFolder(name: string, from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder)) throw new Error(`the package ${name} is not installed`);
  }
}

/** Programs of util-linux that set something and then become the program that follows; where they fail, hosts do without. */
export function wrapperWords({ fenced, orphan = 'KILL', limits = [] }: Wrapping): string[] {
  if (process.platform !== 'linux') return [];
  // The kernel kills the host with the daemon, even if the host's own watch of the pipe hangs.
  const orphanGuard = ['setpriv', '--pdeathsig', orphan];
  const all = [...(fenced ? [`--data=${DATA_LIMIT_BYTES}`] : []), ...NO_DUMPS, ...limits];
  return usableOf([orphanGuard, ['prlimit', ...all]]);
}

const probed = new Map<string, string[]>();

/** Words of those programs that work here. Mostly all do, and one try says so: a daemon that starts waits for each. */
function usableOf(programs: readonly string[][]): string[] {
  const key = JSON.stringify(programs);
  let words = probed.get(key);
  if (words !== undefined) return words;
  words = programs.flatMap(located);
  if (!works(words)) words = programs.map(located).filter(works).flat();
  probed.set(key, words);
  return words;
}

/** The words with the program's full path (the host has no PATH), or none when it is absent. */
function located([name = '', ...options]: string[]): string[] {
  const file = ['/usr/bin', '/bin'].map((folder) => path.join(folder, name)).find((candidate) => existsSync(candidate));
  return file === undefined ? [] : [file, ...options, '--'];
}

/** Not where the program is of another kind (busybox). */
function works([file, ...options]: string[]): boolean {
  return file === undefined || spawnSync(file, [...options, 'true'], { stdio: 'ignore' }).status === 0;
}
