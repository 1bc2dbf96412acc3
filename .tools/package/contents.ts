import { promisify } from 'node:util';
import yauzl, { type Entry } from 'yauzl';

export type PackagedFile = { path: string; size: number; packedSize: number };

/** What a VSIX holds, and what each file costs in it. */
export async function readContents(vsix: string): Promise<PackagedFile[]> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  const zip = await open(vsix, { lazyEntries: true });
  return new Promise((resolve, reject) => {
    const files: PackagedFile[] = [];
    zip.on('entry', ({ fileName, uncompressedSize, compressedSize }: Entry) => {
      files.push({ path: fileName.replace(/^extension\//, ''), size: uncompressedSize, packedSize: compressedSize });
      zip.readEntry();
    });
    zip.once('end', () => {
      resolve(files);
    });
    zip.once('error', reject);
    zip.readEntry();
  });
}

/** The largest parts, a package or a folder of ours each, as lines of a table. */
export function describeContents(files: readonly PackagedFile[], count = 12): string[] {
  const parts = new Map<string, { size: number; packedSize: number; files: number }>();
  for (const { path, size, packedSize } of files) {
    const name = partName(path);
    const part = parts.get(name) ?? { size: 0, packedSize: 0, files: 0 };
    parts.set(name, { size: part.size + size, packedSize: part.packedSize + packedSize, files: part.files + 1 });
  }
  const sorted = [...parts].sort(([, a], [, b]) => b.packedSize - a.packedSize);
  const shown = sorted.slice(0, count).map(([name, part]) => row(part.packedSize, part.size, part.files, name));
  return [`${'packed'.padStart(8)} ${'unpacked'.padStart(9)} ${'files'.padStart(6)}  part`, ...shown];
}

function partName(path: string): string {
  const inPackage = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
  if (inPackage?.[1] !== undefined) return inPackage[1];
  return path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path;
}

function row(packedSize: number, size: number, files: number, name: string): string {
  return `${megabytes(packedSize).padStart(8)} ${megabytes(size).padStart(9)} ${String(files).padStart(6)}  ${name}`;
}

/** Bytes as people compare packages: MB with one digit. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
