import { startTogether } from './start-together.ts';

describe('clients that start in the same moment (a few rounds; npm run soak does many)', () => {
  it('end up with one daemon, all served', async () => {
    await startTogether(3);
  }).timeout(90_000);
});
