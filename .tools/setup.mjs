import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { withSetupLock } from './lock.mjs';
import { pinnedNode, root } from './pinned-node.mjs';
import { runChild } from './run-child.mjs';

/**
 * Makes a checkout ready: packages as package-lock.json has them, and a fresh bundle in dist/.
 * Costs some milliseconds when all is in place already. Uses nothing outside Node 20, as nothing else is there yet.
 * @param {{ build: boolean }} wanted
 * @returns {Promise<string>} path of the Node to run everything else with
 */
export async function setup({ build }) {
  if (!packagesAreCurrent()) {
    await withSetupLock(async () => {
      if (!packagesAreCurrent()) await installPackages();
    });
  }
  const node = pinnedNode();
  if (build) {
    const { buildIfStale } = await import('./bundle.mjs');
    await buildIfStale();
  }
  return node;
}

/**
 * npm leaves a copy of the lockfile inside node_modules as the last step of an install: what it says is what is there.
 * Comparing with it (not with a stamp of our own) also accepts what a plain `npm install` has brought up to date.
 */
function packagesAreCurrent() {
  const installedFile = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([location, entry]) => {
    if (location === '') return true;
    const found = installed[location];
    // Packages for other platforms are optional, and rightly missing.
    return found === undefined ? entry.optional === true : found.integrity === entry.integrity;
  });
}

async function installPackages() {
  console.error('Installing packages (once; about half a minute) …');
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  const { npm_execpath: npmCli, npm_node_execpath: npmNode } = process.env;
  // Under npm, use that very npm: an ordinary user may have no other.
  const code = npmCli?.endsWith('npm-cli.js')
    ? await runChild(npmNode ?? process.execPath, [npmCli, ...args], { cwd: root })
    : await runChild('npm', args, { cwd: root, shell: process.platform === 'win32' });
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; its messages are above`);
}
