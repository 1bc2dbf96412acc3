import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { sourceStamp } from '../../.tools/bundle.mjs';
import { makeVsix } from '../../.tools/package/make-vsix.ts';
import { findTarget } from '../../.tools/package/targets.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.vscode-test', 'vsix');

let made: Promise<string> | undefined;

/** The package for this machine, as `npm run package` makes it; made again only when something in it has changed. */
export function packagedExtension(): Promise<string> {
  return (made ??= makeOnce());
}

async function makeOnce(): Promise<string> {
  const stampFile = join(folder, 'stamp');
  const others = ['.vscodeignore', 'README.md', 'CHANGELOG.md', 'docs', 'node_modules/.package-lock.json'];
  const times = others.map((name) => `${name} ${statSync(join(root, name)).mtimeMs}`);
  const stamp = createHash('sha256')
    .update([sourceStamp(), ...times].join('\n'))
    .digest('hex');
  const [known, file] = (await readFile(stampFile, 'utf8').catch(() => '')).split('\n');
  if (known === stamp && file !== undefined && existsSync(file)) return file;
  await rm(folder, { recursive: true, force: true });
  const fresh = await makeVsix(findTarget(), folder);
  await writeFile(stampFile, `${stamp}\n${fresh}`);
  return fresh;
}

/** Lays the files of a package out as VS Code does when it installs one. */
export async function unpackExtension(vsix: string, destination: string): Promise<void> {
  const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);
  const zip = await open(vsix, { lazyEntries: true, autoClose: true });
  const ended = new Promise<void>((resolve, reject) => {
    zip.once('end', resolve);
    zip.once('error', reject);
    zip.on('entry', (entry: Entry) => {
      writeEntry(zip, entry, destination).then(() => {
        zip.readEntry();
      }, reject);
    });
  });
  zip.readEntry();
  await ended;
}

async function writeEntry(zip: ZipFile, entry: Entry, destination: string): Promise<void> {
  if (!entry.fileName.startsWith('extension/') || entry.fileName.endsWith('/')) return;
  const file = join(destination, entry.fileName.slice('extension/'.length));
  await mkdir(dirname(file), { recursive: true });
  const open = promisify(zip.openReadStream.bind(zip)) as (entry: Entry) => Promise<NodeJS.ReadableStream>;
  // Unix's mode is in the upper half.
  const mode = (entry.externalFileAttributes >>> 16) & 0o777;
  await pipeline(await open(entry), createWriteStream(file, { mode }));
}
