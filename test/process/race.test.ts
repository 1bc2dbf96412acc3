import assert from 'node:assert/strict';
import { SharedFolder } from './shared-daemon.ts';
import { startTogether } from './start-together.ts';

describe('clients that start in the same moment (a few rounds; npm run soak does many)', () => {
  it('end up with one daemon, all served', async () => {
    await startTogether(3);
  }).timeout(90_000);

  it('have a daemon each, with a port of its own, where their data directories are not the same', async () => {
    const folders = await Promise.all(Array.from({ length: 4 }, () => SharedFolder.make()));
    try {
      await Promise.all(folders.map((folder) => folder.client()));
      assert.equal(new Set(folders.map((folder) => folder.endpoint()?.url)).size, folders.length);
    } finally {
      await Promise.all(folders.map((folder) => folder.remove()));
    }
  }).timeout(60_000);
});
