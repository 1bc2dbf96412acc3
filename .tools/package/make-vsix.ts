import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { root } from '../pinned-node.mjs';
import { stage } from './stage.ts';
import type { Target } from './targets.ts';

/** Makes the package of the extension for one platform in `folder`; answers with its path. */
export async function makeVsix(target: Target, folder: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const packagePath = path.join(folder, `${name}-${target.name}-${version}.vsix`);
  const staged = await realpath(await mkdtemp(path.join(tmpdir(), 'vm-package-')));
  try {
    await stage(staged, target);
    await mkdir(folder, { recursive: true });
    // Links in the README lead to files of this project, which is at no public address.
    await createVSIX({
      cwd: staged,
      packagePath,
      target: target.name,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
  return packagePath;
}
