import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** File contents by path; what is not a string is written as JSON. */
export type Tree = Readonly<Record<string, unknown>>;

/** Makes a folder of files in the system's temporary place; `remove` deletes it. */
export async function makeTree(tree: Tree): Promise<{ root: string; remove: () => Promise<void> }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'vm-tree-')));
  await writeTree(root, tree);
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Writes files below a folder, making folders as needed. */
export async function writeTree(root: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}
