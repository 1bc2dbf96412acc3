import { killOwnerOften } from './kill-owner.ts';

describe('the owner of a data directory that is killed under load', () => {
  it('is replaced by the clients that come back, who find all that they knew (3 rounds; npm run soak has 50)', async () => {
    await killOwnerOften(3);
  }).timeout(90_000);
});
