import path from 'node:path';
import { main } from './main.mjs';
import { root } from './pinned-node.mjs';
import { runChild } from './run-child.mjs';
import { setup } from './setup.mjs';

const example = path.join(root, 'docs', 'examples', 'report', 'main.js');

/**
 * `npm start [-- FILE [OPTIONS]]`: runs a script in a fresh session. The daemon is this run's own, so that nothing stays behind.
 */
await main(async () => {
  const args = process.argv.slice(2);
  const node = await setup({ build: true });
  const runArgs = args.some((arg) => !arg.startsWith('-')) ? args : [...args, example];
  // npm changes to the project's folder; FILE is meant from where the caller is.
  const cwd = process.env['INIT_CWD'] ?? process.cwd();
  return runChild(node, [path.join(root, 'vm-system'), 'run', '--own-daemon', ...runArgs], { cwd });
});
