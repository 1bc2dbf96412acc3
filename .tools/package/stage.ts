import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import pacote from 'pacote';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { readNpmOptions } from '../../daemon/libraries/npm-options.ts';
import { build, external } from '../bundle.mjs';
import { pinnedNode, root } from '../pinned-node.mjs';
import { lockedPackages, type LockedPackage } from './locked-packages.ts';
import type { Target } from './targets.ts';

type Manifest = Record<string, unknown> & { optionalDependencies: Record<string, string> };

/** By Node's major version: what isolated-vm names its binaries by. */
const ABIS: Readonly<Record<string, string>> = { 24: '137', 26: '147' };

/** Of the project itself; .vscodeignore says what of them goes in. */
const OWN_FILES = ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore', 'vm-system', 'docs', 'extension'];

/** What only this project's own work needs, and what vsce takes from .vscodeignore instead. */
const UNPACKAGED_FIELDS = ['scripts', 'devDependencies', 'optionalDependencies', 'files'];

/** Makes `folder` look like a checkout that is built and installed for `target`, with the programs of that platform alone. */
export async function stage(folder: string, target: Target): Promise<void> {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;
  const natives = nativeFiles(target, manifest.optionalDependencies[target.node] ?? '');
  const packages = lockedPackages([...external, target.node], target);
  for (const name of OWN_FILES) await cp(path.join(root, name), path.join(folder, name), { recursive: true });
  for (const each of packages) await place(each, folder, natives);
  const dist = path.join(folder, 'dist');
  await build(dist, { sourcemap: false, snapshot: isThisMachine(target) });
  if (isThisMachine(target)) await compileAhead(dist);
  for (const file of [...natives, ...programs(target)]) {
    if (!existsSync(path.join(folder, 'node_modules', file)))
      throw new Error(`no ${file} was found for ${target.name}`);
  }
  const carried = packages.filter(({ location, name }) => location === `node_modules/${name}`);
  const dependencies = Object.fromEntries(carried.map(({ name, version }) => [name, version]));
  const packaged = Object.entries({ ...manifest, dependencies }).filter(([key]) => !UNPACKAGED_FIELDS.includes(key));
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(Object.fromEntries(packaged), null, 2)}\n`);
}

/**
 * Has the daemon start and run something once, so that Node keeps the code that it has compiled for that: a user's first start is then as
 * fast as the later ones. Node checks what it finds there; elsewhere, it is made by the first daemon that ends.
 */
async function compileAhead(dist: string): Promise<void> {
  const data = await mkdtemp(path.join(tmpdir(), 'vm-package-data-'));
  const env = { HOME: data, NODE_COMPILE_CACHE: path.join(dist, '.cache'), NODE_COMPILE_CACHE_PORTABLE: '1' };
  const args = (mode: string): string[] => [path.join(dist, 'cli.js'), 'daemon', mode, '--data-dir', data];
  const daemon = spawn(pinnedNode(), args('--detached'), { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [said] = (await once(daemon.stdout, 'data')) as [Buffer];
    if (said.toString().trim() !== 'ready') throw new Error(`the packaged daemon does not start: ${said.toString()}`);
    const relay = spawn(pinnedNode(), args('--stdio'), { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const left = once(relay, 'exit');
    await runOnce(relay, data);
    await left;
    // Node writes the compiled code at the end.
    const ended = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await ended;
  } finally {
    daemon.kill('SIGKILL');
    await rm(data, { recursive: true, force: true });
  }
}

/** Asks what an editor asks for a first run: Node keeps the functions of a file that were called. */
async function runOnce(
  { stdout, stdin }: ChildProcessByStdio<Writable, Readable, null>,
  folder: string,
): Promise<void> {
  await writeFile(path.join(folder, 'first.js'), 'console.log("first");\n');
  const client = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
  client.listen();
  await client.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await client.sendNotification('initialized', {});
  const { id: template_id } = await client.sendRequest<{ id: string }>('vm/template/create', { name: 'first' });
  const worktree = { workspace_id: 'first', base_commit_oid: 'none', worktree_path: folder };
  const session = await client.sendRequest<{ id: string }>('vm/session/create', { template_id, ...worktree });
  const session_id = session.id;
  await client.sendRequest('vm/session/follow', { session_id });
  await client.sendRequest('vm/execution/runFile', { session_id, path: 'first.js', wait: true });
  await client.sendRequest('vm/execution/list', { session_id, limit: 10 });
  await client.sendRequest('shutdown');
  await client.sendNotification('exit');
}

/** A snapshot is made by the very Node and processor that will read it; elsewhere hosts do without. */
function isThisMachine({ platform, arch }: Target): boolean {
  return platform === process.platform && arch === process.arch;
}

/** From this checkout's node_modules, which npm has compared with the lockfile; else, of another platform, from the registry. */
async function place(
  { location, name, version, integrity }: LockedPackage,
  folder: string,
  natives: string[],
): Promise<void> {
  const installed = path.join(root, location);
  if (!existsSync(path.join(installed, 'package.json'))) {
    const options = await readNpmOptions(root);
    await pacote.extract(`${name}@${version}`, path.join(folder, location), { ...options, integrity });
    return;
  }
  // Packages that bring programs for every platform give the one.
  const isWanted = (file: string): boolean =>
    !file.endsWith('.node') ||
    natives.includes(path.posix.join(name, path.relative(installed, file).replaceAll('\\', '/')));
  await cp(installed, path.join(folder, location), { recursive: true, filter: isWanted });
}

function nativeFiles({ platform, arch, node }: Target, version: string): string[] {
  const abi = ABIS[version.split('.')[0] ?? ''];
  if (abi === undefined) throw new Error(`isolated-vm has no binary for ${node} ${version}`);
  const libc = platform === 'linux' ? '.glibc' : '';
  return [
    `isolated-vm/prebuilds/${platform}-${arch}/isolated-vm.abi${abi}${libc}.node`,
    `better-sqlite3/prebuilds/${platform}-${arch}.node`,
  ];
}

function programs({ platform, arch, node }: Target): string[] {
  const isWindows = platform === 'win32';
  const esbuild = `@esbuild/${platform}-${arch}/`;
  return [`${node}/bin/${isWindows ? 'node.exe' : 'node'}`, esbuild + (isWindows ? 'esbuild.exe' : 'bin/esbuild')];
}
