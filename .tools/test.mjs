import { statSync } from 'node:fs';
import path from 'node:path';
import { runChecks } from './check.mjs';
import { main } from './main.mjs';
import { root } from './pinned-node.mjs';
import { runChild } from './run-child.mjs';
import { setup } from './setup.mjs';

const allTests = 'test/**/*.test.ts';
const optionsWithValue = new Set([
  '-f',
  '--fgrep',
  '-g',
  '--grep',
  '-R',
  '--reporter',
  '-t',
  '--timeout',
  '-s',
  '--slow',
]);

/** `npm test` checks and tests everything; `npm test -- ARGS` only hands ARGS (mocha's options, files, folders) to mocha. */
await main(async () => {
  const args = process.argv.slice(2);
  const isFullRun = args.length === 0;
  const node = await setup({ build: false });
  const { buildIfStale } = await import('./bundle.mjs');
  await buildIfStale().catch((error) => {
    if (isFullRun) throw error;
    console.error('The sources do not compile: tests that start dist/ see the last good build.');
  });
  const checksPassed = !isFullRun || (await runChecks(node));
  const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  // isolated-vm asks for --no-node-snapshot in every process that loads it.
  const testCode = await runChild(
    node,
    ['--no-node-snapshot', mocha, ...(isFullRun ? ['--forbid-only', allTests] : mochaArgs(args))],
    { cwd: root },
  );
  return checksPassed ? testCode : testCode || 1;
});

/** @param {string[]} args */
function mochaArgs(args) {
  let hasSpec = false;
  const mapped = args.map((arg, index) => {
    if (arg.startsWith('-') || optionsWithValue.has(args[index - 1] ?? '')) return arg;
    hasSpec = true;
    const isFolder = statSync(path.join(root, arg), { throwIfNoEntry: false })?.isDirectory() ?? false;
    return isFolder ? `${arg.replace(/\/+$/, '')}/**/*.test.ts` : arg;
  });
  return hasSpec ? mapped : [...mapped, allTests];
}
