import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context } from 'esbuild';
import ts from 'typescript';
import { watchReport } from '../../.tools/watch-report.mjs';
import { waitUntil } from '../helpers/wait-until.ts';

const root = join(import.meta.dirname, '..', '..');

type Task = {
  label: string;
  script: string;
  isBackground?: boolean;
  problemMatcher: { pattern: { regexp: string }; background: { beginsPattern: string; endsPattern: string } };
};
type Launch = { name: string; type: string; preLaunchTask?: string };

/** As editors read their files: with comments. */
async function read<T>(name: string): Promise<T> {
  const text = await readFile(join(root, '.vscode', name), 'utf8');
  const { config, error } = ts.parseConfigFileTextToJson(name, text) as { config: unknown; error?: ts.Diagnostic };
  assert.equal(error, undefined);
  return config as T;
}

describe('F5', () => {
  let watch: Task;

  before(async () => {
    const { tasks } = await read<{ tasks: Task[] }>('tasks.json');
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object };
    for (const { label, script } of tasks) assert.ok(script in scripts, `${label} runs ${script}, which there is not`);
    const found = tasks.find(({ label }) => label === 'watch');
    assert.ok(found);
    watch = found;
  });

  it('starts an editor with the extension once the build that it goes on watching has ended', async () => {
    const { configurations } = await read<{ configurations: Launch[] }>('launch.json');
    const [first] = configurations;
    assert.equal(first?.type, 'extensionHost');
    assert.equal(first.preLaunchTask, watch.label);
    assert.equal(watch.isBackground, true);
  });

  it('sees in the build when it begins, what is wrong and where, and when it has ended', async function () {
    this.timeout(60_000);
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'vm-watch-')));
    const source = join(folder, 'source.ts');
    await writeFile(source, 'export const fine = 1;\n');
    const lines: string[] = [];
    const print = (line: string): void => {
      lines.push(line);
    };
    const options = { absWorkingDir: folder, outdir: join(folder, 'out'), plugins: [watchReport(print)] };
    const build = await context({ ...options, logLevel: 'silent', entryPoints: [source], bundle: true });
    const { pattern, background } = watch.problemMatcher;
    const ends = (): string[] => lines.filter((line) => new RegExp(background.endsPattern).test(line));
    try {
      await build.watch();
      await waitUntil(() => ends().length === 1, 'the first build', 30_000);
      assert.ok(existsSync(join(folder, 'out', 'source.js')));
      await writeFile(source, 'export const fine = 1;\nexport const = 2;\n');
      await waitUntil(() => ends().length === 2, 'the second build', 30_000);
      assert.equal(lines.filter((line) => new RegExp(background.beginsPattern).test(line)).length, 2);
      const problems = lines.map((line) => new RegExp(pattern.regexp).exec(line)).filter((match) => match !== null);
      assert.deepEqual(
        problems.map((match) => match.slice(1, 5)),
        [[source, '2', '14', 'error']],
      );
    } finally {
      await build.dispose();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
