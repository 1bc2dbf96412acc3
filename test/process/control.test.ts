import { DaemonFolder } from '../helpers/daemon-process.ts';
import { followThroughDisconnects } from './follow-through-disconnects.ts';
import { interruptLoops } from './interrupt-loops.ts';

describe('a daemon in its own process (a few rounds; npm run soak does many)', () => {
  let folder: DaemonFolder;

  beforeEach(async () => {
    folder = await DaemonFolder.make();
  });
  afterEach(() => folder.remove());

  it('stops endless loops and keeps the state', async () => {
    await interruptLoops(folder, 5);
  }).timeout(60_000);

  it('shows each event once and in order to a follower that comes and goes', async () => {
    await followThroughDisconnects(folder, 10);
  }).timeout(60_000);
});
