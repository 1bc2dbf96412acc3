import path from 'node:path';
import { main } from './main.mjs';
import { root } from './pinned-node.mjs';
import { runChild } from './run-child.mjs';
import { setup } from './setup.mjs';

/** `node .tools/run.mjs FILE [ARGS]`: sets up, then runs one of the project's own TypeScript files on the pinned Node. */
await main(async () => {
  const [file = '', ...args] = process.argv.slice(2);
  const node = await setup({ build: true });
  return runChild(node, ['--no-node-snapshot', path.join(root, file), ...args]);
});
