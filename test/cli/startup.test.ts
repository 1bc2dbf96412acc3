import assert from 'node:assert/strict';
import { basename } from 'node:path';
import * as esbuild from 'esbuild';

const ENTRY = 'daemon/cli/main.ts';
const COMMAND_LINE = 'daemon/cli/command-line.ts';

/** Everything that Node reads of these files and what they import at once, as the bundle has it. */
async function loadedWith(...files: string[]): Promise<string[]> {
  const { metafile } = await esbuild.build({
    absWorkingDir: new URL('../..', import.meta.url).pathname,
    entryPoints: { cli: ENTRY },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'bundle',
    external: ['isolated-vm', 'better-sqlite3', '@fastify/swagger-ui'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const inputs = new Set<string>();
  const visit = (path: string, seen: Set<string>): void => {
    const output = metafile.outputs[path];
    if (output === undefined || seen.has(path)) return;
    seen.add(path);
    for (const input of Object.keys(output.inputs)) inputs.add(input);
    for (const { path: next, kind } of output.imports) if (kind === 'import-statement') visit(next, seen);
  };
  for (const file of files) {
    const start = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === file);
    assert.ok(start, `${file} begins no part of the bundle`);
    visit(start[0], new Set());
  }
  return [...inputs];
}

function packagesOf(inputs: readonly string[]): string[] {
  return [...new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))].sort();
}

describe('starting the command line', () => {
  it('loads commander, and nothing of the daemon: every millisecond is one for each command', async () => {
    const inputs = await loadedWith(ENTRY, COMMAND_LINE);
    assert.deepEqual(packagesOf(inputs), ['commander', 'env-paths', 'is-safe-filename']);
    const daemon = inputs.filter((path) => /^daemon\/(?!cli\/|terminal\/)/.test(path)).map((path) => basename(path));
    // The last three: where the daemon is, which every command has to know.
    const known = ['cache-directory.ts', 'data-directory.ts', 'endpoint.ts', 'ownership-error.ts', 'private-path.ts'];
    assert.deepEqual(daemon.sort(), known);
  }).timeout(60_000);

  it('loads not even that on the way to a daemon', async () => {
    assert.deepEqual(packagesOf(await loadedWith(ENTRY)), ['env-paths', 'is-safe-filename']);
  }).timeout(60_000);
});
