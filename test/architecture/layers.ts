import { isBuiltin } from 'node:module';
import path from 'node:path';
import type { ImportGraph } from './import-graph.ts';

type Layer = {
  /** A folder with all that is below it (`a/`), or only the files right in it (`a/*`). */
  path: string;
  /** What it may import beside itself; a folder stands for all that is below it. */
  mayImport: readonly string[];
  /** Whether it may use Node's own modules. */
  usesNode: boolean;
};

/** The picture in docs/architecture: imports point down only. A folder without a layer is refused. */
const layers: readonly Layer[] = [
  { path: 'shared/', mayImport: [], usesNode: false },
  { path: 'daemon/host/', mayImport: ['shared/', 'daemon/own-garbage.ts'], usesNode: true },
  // The process that does what a session's guest asks of host modules.
  { path: 'daemon/modules/', mayImport: ['shared/', 'daemon/worktree/'], usesNode: true },
  {
    path: 'daemon/runtime/',
    // The daemon ends what a killed module process has left running.
    mayImport: ['shared/', 'daemon/worktree/', 'daemon/modules/exec/marked-processes.ts'],
    usesNode: true,
  },
  // Everything that reads a session's folder: one place that decides what lies inside.
  { path: 'daemon/worktree/', mayImport: ['shared/'], usesNode: true },
  { path: 'daemon/store/', mayImport: ['shared/'], usesNode: true },
  { path: 'daemon/libraries/', mayImport: ['shared/'], usesNode: true },
  { path: 'daemon/language/', mayImport: ['shared/'], usesNode: true },
  // The two ports, and no class behind them.
  {
    path: 'daemon/services/',
    mayImport: [
      'shared/',
      'daemon/worktree/',
      'daemon/store/store.ts',
      'daemon/runtime/runtime.ts',
      'daemon/libraries/libraries.ts',
    ],
    usesNode: true,
  },
  { path: 'daemon/transport/rest/', mayImport: ['shared/', 'daemon/services/'], usesNode: true },
  {
    path: 'daemon/transport/stdio/',
    mayImport: ['shared/', 'daemon/services/', 'daemon/language/'],
    usesNode: true,
  },
  // Who serves a data directory, where, and how others reach it.
  { path: 'daemon/ownership/', mayImport: ['shared/', 'daemon/store/owner-lock.ts'], usesNode: true },
  // Looks at everything from outside, and works where nothing else does.
  {
    path: 'daemon/doctor/',
    mayImport: ['shared/', 'daemon/store/', 'daemon/runtime/', 'daemon/ownership/', 'daemon/data-directory.ts'],
    usesNode: true,
  },
  // Conversations with a session over any pair of streams: the CLI's terminal and the editor's.
  { path: 'daemon/terminal/', mayImport: ['shared/'], usesNode: true },
  {
    path: 'daemon/cli/',
    mayImport: [
      'shared/',
      'daemon/terminal/',
      'daemon/doctor/',
      'daemon/libraries/',
      'daemon/ownership/',
      'daemon/background.ts',
      'daemon/data-directory.ts',
      'daemon/detached.ts',
      'daemon/serve.ts',
    ],
    usesNode: true,
  },
  // Where lines of the log go, and what they say beside the message.
  {
    path: 'daemon/log/',
    mayImport: ['shared/', 'daemon/services/', 'daemon/ownership/private-path.ts'],
    usesNode: true,
  },
  // The composition root and what stands beside it: the whole daemon, but neither its client nor the guest's process.
  {
    path: 'daemon/*',
    mayImport: [
      'shared/',
      'daemon/libraries/',
      'daemon/language/',
      'daemon/log/',
      'daemon/ownership/',
      'daemon/runtime/',
      'daemon/services/',
      'daemon/store/',
      'daemon/transport/',
      'daemon/worktree/',
    ],
    usesNode: true,
  },
  {
    path: 'extension/',
    // How a daemon is reached and started, and a REPL's line editor; nothing of the daemon itself.
    mayImport: ['shared/', 'daemon/terminal/', 'daemon/ownership/', 'daemon/data-directory.ts'],
    usesNode: true,
  },
];

/** Packages that only some may import, and why it matters: guest code and its engine stay in the host's process. */
const restrictedPackages: Readonly<Record<string, readonly string[]>> = {
  'isolated-vm': ['daemon/host/'],
  'better-sqlite3': ['daemon/store/', 'daemon/modules/'],
  vscode: ['extension/'],
};

/** One line for each import that points the wrong way, or that comes from a file no layer knows. */
export function findViolations(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, targets]) => {
    const layer = layerOf(file);
    if (layer === undefined) return [`${file} belongs to no layer`];
    return targets.filter((target) => !isAllowed(layer, file, target)).map((target) => `${file} imports ${target}`);
  });
}

function isAllowed(layer: Layer, file: string, target: string): boolean {
  if (isBuiltin(target)) return layer.usesNode;
  if (isProjectFile(target)) return layerOf(target) === layer || layer.mayImport.some((way) => target.startsWith(way));
  const allowed = restrictedPackages[packageName(target)];
  return allowed?.some((folder) => file.startsWith(folder)) ?? true;
}

function layerOf(file: string): Layer | undefined {
  return layers.find((layer) => layer.path === `${path.posix.dirname(file)}/*` || file.startsWith(layer.path));
}

function isProjectFile(target: string): boolean {
  return /^(daemon|shared|extension|test|docs|dist|\.tools|\.config)\//.test(target) || target.startsWith('../');
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
