import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { satisfies } from 'semver';
import { formatLibrary, parseLibraryName, type LibraryReference } from '../../shared/catalogue/libraries.ts';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { PackageManifest, Registry } from './registry.ts';

/** A library that needs more packages than this is no library for a session. */
const MAX_PACKAGES = 500;
const PARALLEL_DOWNLOADS = 8;

/** A package with all that it needs, unpacked so that a bundler resolves it as Node would. */
export type PackageTree = {
  root: PackageManifest;
  /** The folder in whose node_modules the root package lies. */
  folder: string;
  packages: PackageManifest[];
};

type TreeNode = { manifest: PackageManifest; /** name in `require` → package */ needs: Map<string, TreeNode> };

/**
 * Unpacks a package and everything it depends on below `folder`: each package in a folder of its own, with symlinks to
 * exactly what it asked for beside it. So versions that exclude each other live side by side, and nothing undeclared is found.
 * @param extra packages that the root gets beside its own dependencies, `name@version`
 * @param onProgress called as packages arrive
 */
export async function fetchPackageTree(
  registry: Registry,
  reference: LibraryReference,
  folder: string,
  extra: readonly string[],
  onProgress: (done: number, total: number) => void,
): Promise<PackageTree> {
  const nodes = await resolveTree(registry, reference, extra);
  let done = 0;
  onProgress(done, nodes.length);
  await forEachParallel(nodes, async (node) => {
    const place = placeOf(folder, node.manifest);
    await registry.extract(node.manifest, place);
    onProgress(++done, nodes.length);
  });
  for (const node of nodes) await linkNeeds(folder, node);
  const [root] = nodes;
  if (root === undefined) throw new Error('a tree has a root');
  const packages = nodes.map(({ manifest }) => manifest);
  return { root: root.manifest, folder: nodeFolder(folder, root.manifest), packages };
}

/** Breadth first, one after the other: the same answers of the registry always give the same tree. */
async function resolveTree(
  registry: Registry,
  reference: LibraryReference,
  extra: readonly string[],
): Promise<TreeNode[]> {
  const root: TreeNode = { manifest: await registry.manifest(reference.name, reference.version), needs: new Map() };
  const nodes = [root];
  for (const node of nodes) {
    const wishes = dependenciesOf(node.manifest);
    if (node === root) {
      for (const text of extra) {
        const { name, wanted = '' } = parseLibraryName(text) ?? { name: text };
        wishes.set(name, wanted);
      }
    }
    for (const [alias, spec] of wishes) {
      node.needs.set(alias, await findOrAdd(registry, nodes, alias, spec, node.manifest));
    }
  }
  return nodes;
}

/** What is in the tree and fits is taken again, as npm does it: one copy of a package, where one will do. */
async function findOrAdd(
  registry: Registry,
  nodes: TreeNode[],
  alias: string,
  spec: string,
  wantedBy: PackageManifest,
): Promise<TreeNode> {
  const { name, wanted = '*' } = registryRequest(alias, spec, wantedBy);
  const present = nodes.find(({ manifest }) => manifest.name === name && satisfies(manifest.version, wanted));
  if (present !== undefined) return present;
  const manifest = await registry.manifest(name, wanted);
  const same = nodes.find((node) => node.manifest.name === name && node.manifest.version === manifest.version);
  if (same !== undefined) return same;
  if (nodes.length >= MAX_PACKAGES) {
    throw new VmError('LIBRARY_NOT_CACHED', `The library needs more than ${MAX_PACKAGES} packages.`, { name });
  }
  const node: TreeNode = { manifest, needs: new Map() };
  nodes.push(node);
  return node;
}

/** Dependencies and the peers that are not optional. Optional dependencies are for a platform; a session has none. */
function dependenciesOf(manifest: PackageManifest): Map<string, string> {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const peers = Object.entries(peerDependencies).filter(([name]) => peerDependenciesMeta[name]?.optional !== true);
  const own = Object.entries(dependencies).filter(([name]) => !Object.hasOwn(optionalDependencies, name));
  return new Map([...peers, ...own]);
}

/** Only what a registry serves: a Git address, a URL or a path in somebody's package would make us ask other hosts. */
function registryRequest(alias: string, spec: string, wantedBy: PackageManifest): { name: string; wanted?: string } {
  const target = spec.startsWith('npm:') ? spec.slice('npm:'.length) : `${alias}@${spec.trim() || '*'}`;
  const request = parseLibraryName(target);
  if (request !== undefined) return request;
  throw new VmError(
    'LIBRARY_NOT_CACHED',
    `${formatLibrary(wantedBy)} depends on ${alias} from "${spec}", and not from the registry; it cannot be used.`,
    { package: formatLibrary(wantedBy), dependency: alias },
  );
}

async function linkNeeds(folder: string, { manifest, needs }: TreeNode): Promise<void> {
  for (const [alias, { manifest: target }] of needs) {
    // A package that depends on another version of itself keeps its own place.
    if (alias === manifest.name) continue;
    const link = join(nodeFolder(folder, manifest), 'node_modules', alias);
    await mkdir(dirname(link), { recursive: true });
    await symlink(placeOf(folder, target), link, 'junction');
  }
}

function nodeFolder(folder: string, manifest: PackageManifest): string {
  return join(folder, encodeURIComponent(formatLibrary(manifest)));
}

function placeOf(folder: string, manifest: PackageManifest): string {
  return join(nodeFolder(folder, manifest), 'node_modules', manifest.name);
}

async function forEachParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, worker));
}
