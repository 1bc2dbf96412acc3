import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/** Makes one CommonJS file of a suite, as extension hosts load it; answers with its path. */
export async function bundleSuite(entry: string): Promise<string> {
  const outfile = join(root, '.vscode-test', 'suite', `${entry}.${process.pid}.cjs`);
  await build({
    entryPoints: [join(root, 'test', 'vscode', 'suite', `${entry}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return outfile;
}
