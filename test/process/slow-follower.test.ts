import { pauseFollowers } from './pause-followers.ts';

describe('followers that are stopped for a while', () => {
  it('get everything when they go on; nobody else waits, and the daemon does not grow (2 s; npm run soak: 10 s)', async () => {
    await pauseFollowers(2_000, 4);
  }).timeout(240_000);
});
