import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withSetupLock } from './lock.mjs';
import { pinnedNode, root } from './pinned-node.mjs';
import { watchReport } from './watch-report.mjs';

const distDirectory = path.join(root, 'dist');
const stampFile = path.join(distDirectory, '.stamp');
const sourceRoots = ['daemon', 'shared', 'extension', '.tools', 'package.json', 'package-lock.json', 'tsconfig.json'];

/**
 * One bundle each; an entry's name becomes its file in dist/. All files land flat there, so bundled code finds its
 * siblings by `new URL('./host.js', import.meta.url)`, whichever chunk it ended up in.
 * The host is a bundle of its own: a runtime host loads one small file and nothing of the daemon; parsers when needed.
 * @typedef {{ entries: Record<string, string>, splitting: boolean, options?: import('esbuild').BuildOptions }} Bundle
 */

/** @satisfies {import('esbuild').BuildOptions} */
const scriptOptions = { platform: 'neutral', format: 'iife', minifyWhitespace: true, minifySyntax: true };

/** Node's built-ins for guests, a file each: `daemon/runtime/built-in-texts.ts` makes the same ones. */
const builtInSources = 'daemon/host/built-ins';

/**
 * One file that editors load as CommonJS, whatever their age; what only they have is left to them.
 * @satisfies {import('esbuild').BuildOptions}
 */
const extensionOptions = {
  platform: 'node',
  format: 'cjs',
  // The Node inside of the oldest editor that package.json allows.
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  external: ['vscode'],
  // Packages that have both: the one for bundlers needs no search for files at run time.
  mainFields: ['module', 'main'],
  // `import()` inside it is `require`: what is loaded later is a file of the same kind.
  supported: { 'dynamic-import': false },
  sourcemap: true,
  minify: true,
  // Messages and logs name errors by their class.
  keepNames: true,
};

/**
 * What the extension loads when it is needed, by the name that it imports it by. Read together with the rest at
 * activation, it would cost twice the time of all the rest.
 */
const extensionParts = {
  connection: 'extension/daemon/connection.ts',
  'daemon-link': 'extension/daemon/daemon-link.ts',
  'language-connection': 'extension/language/language-connection.ts',
  'repl-terminal': 'daemon/terminal/repl-terminal.ts',
};

/** Leaves these to be loaded from beside the bundle, for which esbuild's splitting knows only ES modules. */
const partsApart = {
  name: 'parts-apart',
  setup(/** @type {import('esbuild').PluginBuild} */ { onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, path: imported, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const file = path.relative(root, path.resolve(resolveDir, imported)).replaceAll('\\', '/');
      const part = Object.entries(extensionParts).find(([, source]) => source === file);
      return part === undefined ? undefined : { path: `./${part[0]}.cjs`, external: true };
    });
  },
};

/**
 * `import * as` of a CommonJS module is a copy of it: of some 450 names, once in each of our files, which is most of the
 * time that the extension takes to load. The editor's own object does as well.
 */
const editorApiUncopied = {
  name: 'editor-api-uncopied',
  setup(/** @type {import('esbuild').PluginBuild} */ { onLoad }) {
    onLoad({ filter: /[\\/]extension[\\/].*\.ts$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      return {
        contents: text.replace("import * as vscode from 'vscode';", "import vscode = require('vscode');"),
        loader: 'ts',
      };
    });
  },
};

/** @type {Bundle[]} */
const bundles = [
  { entries: { cli: 'daemon/cli/main.ts' }, splitting: true },
  { entries: { host: 'daemon/host/main.ts', 'make-snapshot': 'daemon/host/make-snapshot.ts' }, splitting: true },
  // In parts: what a session's modules do not need must not be loaded, and its fence would not let it be.
  { entries: { modules: 'daemon/modules/main.ts' }, splitting: true },
  // No module: a host runs it as a script in each guest's context. `daemon/runtime/guest-script.ts` makes the same one.
  { entries: { guest: 'daemon/host/guest/main.ts' }, splitting: false, options: scriptOptions },
  {
    entries: { extension: 'extension/extension.ts', ...extensionParts },
    splitting: false,
    options: { ...extensionOptions, plugins: [partsApart, editorApiUncopied] },
  },
  { entries: builtInEntries(), splitting: false, options: readBuiltInOptions() },
];

/** Natives, and what looks for its own files beside it (Swagger UI's pages, esbuild's program). */
export const external = ['isolated-vm', 'better-sqlite3', '@fastify/swagger-ui', 'esbuild'];

/** Gives CommonJS packages inside an ES module bundle the names that they expect to be there. */
const commonJsNames = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join(' ');

/** @satisfies {import('esbuild').BuildOptions} */
const moduleOptions = {
  sourcemap: true,
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  format: 'esm',
  external,
  banner: { js: commonJsNames },
};

/**
 * What Node asks for the kind of a module, and keeps whole as long as a process lives: ours, which tells an editor of all
 * that it can do, is 40 KiB.
 */
const nearestPackage = '{"type":"module"}\n';

/** Chunks of earlier builds stay this long, so that a process that started from them can still load them. */
const oldChunkMs = 60 * 60 * 1_000;

/** Builds unless dist/ was made from exactly the present sources. Throws when a source does not compile. */
export async function buildIfStale() {
  if (readStamp() === sourceStamp()) return;
  await withSetupLock(async () => {
    const stamp = sourceStamp();
    if (readStamp() === stamp) return;
    await build(distDirectory, { sourcemap: true, snapshot: true });
    makeManPage();
    writeAtomically(stampFile, stamp);
  });
}

/** Rebuilds at every change until the process is stopped. */
export async function watch() {
  const esbuild = await import('esbuild');
  const report = watchReport(console.log);
  for (const bundle of bundles) {
    const options = buildOptions(bundle, distDirectory);
    const plugins = [...(options.plugins ?? []), report];
    const context = await esbuild.context({ ...options, logLevel: 'silent', plugins });
    await context.watch();
  }
  rmSync(stampFile, { force: true });
}

/**
 * @param {string} directory
 * @param {{ sourcemap: boolean, snapshot: boolean }} wanted
 */
export async function build(directory, { sourcemap, snapshot }) {
  const esbuild = await import('esbuild');
  const options = bundles
    .map((bundle) => ({ ...buildOptions(bundle, directory), ...(sourcemap ? {} : { sourcemap }) }))
    .filter(({ entryPoints }) => Object.keys(entryPoints).length > 0);
  // In memory first: nothing is written unless everything compiles.
  const results = await Promise.all(options.map((bundle) => esbuild.build({ ...bundle, write: false })));
  const files = results.flatMap((result) => result.outputFiles);
  const entryNames = new Set(bundles.flatMap(({ entries }) => Object.keys(entries)).map((name) => `${name}.js`));
  const isEntry = (/** @type {{ path: string }} */ file) => Number(entryNames.has(path.basename(file.path)));
  // Chunks before the entries that name them.
  files.sort((a, b) => isEntry(a) - isEntry(b));
  mkdirSync(directory, { recursive: true });
  for (const { path: file, contents, text } of files) {
    writeAtomically(file, path.basename(file) === 'guest.js' ? await shortened(text) : contents);
  }
  writeAtomically(path.join(directory, 'package.json'), nearestPackage);
  if (snapshot) makeSnapshot(directory);
  removeOldChunks(directory, new Set(files.map((file) => path.basename(file.path))));
}

/**
 * The guests' script with short names inside of its functions: each isolate has a copy of it. What is named at the top
 * keeps its name, which V8 may show to users: `Class constructor URL cannot be invoked without 'new'`.
 * @param {string} script
 */
async function shortened(script) {
  const esbuild = await import('esbuild');
  const [, body] = /^"use strict";\(\(\)=>\{(.*)\}\)\(\);\n$/s.exec(script) ?? [];
  if (body === undefined) throw new Error("esbuild wraps the guests' script otherwise than expected");
  // To esbuild these are the names of a script's own top level, which others may use.
  const { code } = await esbuild.transform(body, { minify: true, target: 'node24' });
  return `"use strict";(()=>{${code}})();\n`;
}

/** What `man vm-system` shows once npm has installed us: the bundle knows its commands best. */
function makeManPage() {
  const page = execFileSync(pinnedNode(), [path.join(distDirectory, 'cli.js'), 'man']);
  writeAtomically(path.join(distDirectory, 'vm-system.1'), page);
}

/**
 * A host that finds none that fits makes it itself: not to have it is no error.
 * @param {string} directory
 */
function makeSnapshot(directory) {
  const inDist = (/** @type {string} */ name) => path.join(directory, name);
  const node = pinnedNode();
  const name = `'guest-' + process.versions.v8 + '-' + process.platform + '-' + process.arch + '.snapshot'`;
  const file = inDist(execFileSync(node, ['-p', name], { encoding: 'utf8' }).trim());
  const args = ['--no-node-snapshot', inDist('make-snapshot.js'), inDist('guest.js'), `${file}.tmp`];
  rmSync(file, { force: true });
  const { stderr } = spawnSync(node, args, { encoding: 'utf8' });
  // It ends itself by a signal, as hosts do.
  if (existsSync(`${file}.tmp`)) renameSync(`${file}.tmp`, file);
  else console.error(`build: hosts will start slower, their snapshot could not be made: ${stderr.slice(0, 500)}`);
}

/**
 * @param {Bundle} bundle
 * @param {string} directory
 */
function buildOptions({ entries, splitting, options = moduleOptions }, directory) {
  return /** @satisfies {import('esbuild').BuildOptions} */ ({
    absWorkingDir: root,
    entryPoints: existingEntries(entries),
    outdir: directory,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting,
    target: 'node24',
    ...options,
    logLevel: 'warning',
  });
}

function builtInEntries() {
  const names = readdirSync(path.join(root, builtInSources)).filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(names.map((name) => [`built-in.${name.slice(0, -3)}`, `${builtInSources}/${name}`]));
}

/** @returns {import('esbuild').BuildOptions} */
function readBuiltInOptions() {
  return JSON.parse(readFileSync(path.join(root, builtInSources, 'esbuild.json'), 'utf8'));
}

/**
 * While the first sources are being written an entry may not be there yet.
 * @param {Record<string, string>} entries
 */
function existingEntries(entries) {
  const existing = Object.entries(entries).filter(([name, file]) => {
    const exists = existsSync(path.join(root, file));
    if (!exists) console.error(`build: ${file} is not there yet, so there is no dist/${name}.js`);
    return exists;
  });
  return Object.fromEntries(existing);
}

/** Path, size and time of every source: another branch, an edit or a removed file each change it. */
export function sourceStamp() {
  const lines = sourceRoots.flatMap((name) => {
    const start = path.join(root, name);
    if (!existsSync(start)) return [];
    const inside = statSync(start).isDirectory() ? readdirSync(start, { recursive: true, encoding: 'utf8' }) : [];
    return [start, ...inside.map((file) => path.join(start, file))].map(describeFile);
  });
  return `${lines.sort().join('\n')}\n`;
}

/** @param {string} file */
function describeFile(file) {
  // A file may vanish while we look (an editor saving it); that is one more difference to the last stamp.
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return path.relative(root, file);
  return `${path.relative(root, file)} ${stats.size} ${stats.mtimeMs}`;
}

function readStamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
}

/**
 * @param {string} file
 * @param {string | Uint8Array} contents
 */
function writeAtomically(file, contents) {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

/**
 * @param {string} directory
 * @param {ReadonlySet<string>} current names of the files just written
 */
function removeOldChunks(directory, current) {
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    const isOurs = name.endsWith('.js') || name.endsWith('.js.map');
    if (isOurs && !current.has(name) && Date.now() - statSync(file).mtimeMs > oldChunkMs) rmSync(file);
  }
}
