import { watch } from './bundle.mjs';
import { main } from './main.mjs';
import { setup } from './setup.mjs';

/** `npm run build` and, with --watch, `npm run watch`. */
await main(async () => {
  await setup({ build: true });
  if (process.argv.includes('--watch')) await watch();
  return 0;
});
