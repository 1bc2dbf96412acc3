import { stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { main } from '../main.mjs';
import { root } from '../pinned-node.mjs';
import { describeContents, megabytes, readContents } from './contents.ts';
import { makeVsix } from './make-vsix.ts';
import { findTarget } from './targets.ts';

/** `npm run package [-- --target NAME]… [--out FOLDER]`: one VSIX for each target, of this machine when none is named. */
await main(async () => {
  const { values } = parseArgs({
    options: { target: { type: 'string', multiple: true }, out: { type: 'string', default: path.join(root, 'dist') } },
  });
  // All names first: a wrong one shall not cost the minutes of those before it.
  const targets = (values.target ?? [undefined]).map(findTarget);
  for (const target of targets) {
    const file = await makeVsix(target, path.resolve(process.env['INIT_CWD'] ?? '.', values.out));
    const { size } = await stat(file);
    console.log([`${file}: ${megabytes(size)}`, ...describeContents(await readContents(file))].join('\n'));
  }
  return 0;
});
