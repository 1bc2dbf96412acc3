import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { main } from './main.mjs';
import { root } from './pinned-node.mjs';
import { runChild, runQuietly } from './run-child.mjs';
import { setup } from './setup.mjs';

const cache = 'node_modules/.cache';
const prettierArgs = ['.', '--cache', `--cache-location=${cache}/prettier`, '--log-level=warn'];

/** @type {Record<string, string[]>} a package's script and its arguments */
const commands = {
  typecheck: ['typescript/bin/tsc', '--noEmit'],
  lint: [
    'eslint/bin/eslint.js',
    '.',
    '--config=.config/eslint.config.mjs',
    '--max-warnings=0',
    '--cache',
    `--cache-location=${cache}/eslint`,
  ],
  'format check': ['prettier/bin/prettier.cjs', '--check', ...prettierArgs],
  format: ['prettier/bin/prettier.cjs', '--write', ...prettierArgs],
};

/**
 * The checks that need no test run, side by side; prints what the failing ones say.
 * @param {string} node
 * @returns {Promise<boolean>} whether all are content
 */
export async function runChecks(node) {
  const outcomes = await Promise.all(
    ['typecheck', 'lint', 'format check'].map(async (name) => {
      const started = performance.now();
      const { code, output } = await runQuietly(node, command(name), { cwd: root });
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      console.log(`${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)`);
      if (code !== 0) console.log(output);
      return code === 0;
    }),
  );
  return outcomes.every(Boolean);
}

/** @param {string} name */
function command(name) {
  const [script = '', ...args] = commands[name] ?? [];
  mkdirSync(path.join(root, cache), { recursive: true });
  return [path.join(root, 'node_modules', script), ...args];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const node = await setup({ build: false });
    const [name = '', ...args] = process.argv.slice(2);
    return runChild(node, [...command(name), ...args], { cwd: root });
  });
}
