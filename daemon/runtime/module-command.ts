import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModulePolicy } from '../../shared/ipc/call-messages.ts';
import { packageFolder, wrapperWords, type HostCommand } from './host-command.ts';

/** What a module needs of Node's fence beside its own code and the files that the policy names. */
type Needs = {
  words?: readonly string[];
  readable?: readonly string[];
  /** Its packages: those that stay beside the bundle, and those that are in it. */
  natives?: readonly string[];
  bundled?: readonly string[];
};
const NEEDS: Readonly<Record<string, Needs>> = {
  // The package asks which C library it runs on.
  database: { words: ['--allow-addons'], readable: ['/proc/self/maps'], natives: ['better-sqlite3'] },
  // Programs are found again by their environment, wherever they have gone; they could read there themselves.
  exec: { words: ['--allow-child-process'], readable: ['/proc'] },
  http: { bundled: ['undici', 'ipaddr.js'] },
};
/** An open folder is used by the name that the system gives to it: see `daemon/modules/fs/places.ts`. */
const OPEN_FILES = '/proc/self/fd/*';

/** How the module process of a session is started: behind a fence that lets through what its policy allows. */
export function moduleCommand({ worktree, modules, fs }: ModulePolicy): HostCommand {
  const needs = modules.flatMap((name) => NEEDS[name] ?? []);
  const readable = [...fs.roots.map((root) => root.path), OPEN_FILES, ...needs.flatMap((need) => need.readable ?? [])];
  const writable = fs.roots.filter(({ access }) => access === 'rw').map((root) => root.path);
  if (fs.worktree !== 'none' || modules.includes('database') || modules.includes('exec')) readable.push(worktree);
  // A database may be a file of the worktree without the module fs, unless the template has that for reading only.
  if (fs.worktree === 'rw' || (fs.worktree === 'none' && modules.includes('database'))) writable.push(worktree);
  const code = [...codeFolders(), ...needs.flatMap(packagesOf)];
  const isWriting = writable.length > 0;
  const args = [
    '--no-warnings',
    '--max-semi-space-size=1',
    '--max-old-space-size=256',
    ...fence(code, [
      ...widestFirst([...code, ...readable]).map((place) => `--allow-fs-read=${place}`),
      ...widestFirst([...writable, ...(isWriting ? [OPEN_FILES] : [])]).map((place) => `--allow-fs-write=${place}`),
      ...needs.flatMap((need) => need.words ?? []),
    ]),
  ];
  // One that runs programs may end them first; they would inherit the limit of memory.
  const hasPrograms = modules.includes('exec');
  const orphan = hasPrograms ? 'TERM' : 'KILL';
  const words = [...wrapperWords({ fenced: !hasPrograms, orphan }), process.execPath, ...args, entry()];
  const [file = process.execPath, ...rest] = words;
  return { file, args: rest };
}

/** Node does not let a program follow links to its own code with this: an installation made of links goes without. */
function fence(code: readonly string[], allowed: readonly string[]): readonly string[] {
  return code.every((folder) => realpathSync(folder) === folder) ? ['--permission', ...allowed] : [];
}

/** Node forgets a folder that is allowed after something inside of it. */
function widestFirst(places: readonly string[]): string[] {
  return [...places].sort((a, b) => a.length - b.length);
}

function packagesOf({ natives = [], bundled = [] }: Needs): string[] {
  const names = isBundled() ? natives : [...natives, ...bundled];
  return names.map((name) => packageFolder(name, path.dirname(entry())));
}

function entry(): string {
  return fileURLToPath(new URL(isBundled() ? './modules.js' : '../modules/main.ts', import.meta.url));
}

function isBundled(): boolean {
  return !import.meta.url.endsWith('.ts');
}

function codeFolders(): string[] {
  const folder = path.dirname(entry());
  if (isBundled()) return [folder];
  const root = path.resolve(folder, '../..');
  return [folder, path.join(root, 'shared'), path.join(root, 'daemon/worktree'), path.join(root, 'package.json')];
}
