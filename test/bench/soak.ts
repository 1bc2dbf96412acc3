import { DaemonFolder } from '../helpers/daemon-process.ts';
import { killInFlood } from '../kill/kill-in-flood.ts';
import { followThroughDisconnects } from '../process/follow-through-disconnects.ts';
import { interruptLoops } from '../process/interrupt-loops.ts';
import { killOwnerOften } from '../process/kill-owner.ts';
import { pauseFollowers } from '../process/pause-followers.ts';
import { startTogether } from '../process/start-together.ts';
import { reloadWindows } from '../vscode/ui/reload-windows.ts';

/** What `npm test` does a few times, done often. A job throws at the first round that goes wrong. */
type Job = { what: string; rounds: number; run: (folder: DaemonFolder, rounds: number) => Promise<string> };

const JOBS: readonly Job[] = [
  {
    what: 'daemon killed in a console flood',
    rounds: 50,
    run: async (folder, rounds) => {
      for (let round = 0; round < rounds; round++) await killInFlood(folder, Math.random() * 600);
      return 'nothing told of was lost, no gap, no row left running, no host left';
    },
  },
  { what: 'endless loop interrupted', rounds: 100, run: interruptLoops },
  { what: 'stream follower disconnected', rounds: 100, run: followThroughDisconnects },
  { what: 'clients started together', rounds: 100, run: (_folder, rounds) => startTogether(rounds) },
  { what: 'owner killed under load', rounds: 50, run: (_folder, rounds) => killOwnerOften(rounds) },
  { what: 'followers paused', rounds: 1, run: () => pauseFollowers(10_000, 8) },
  { what: 'window reloaded during a run', rounds: 100, run: (_folder, rounds) => reloadWindows(rounds) },
];

/** `npm run soak [-- WORD [ROUNDS]]`: all jobs, or those whose name has the word, as often as they say or as is asked. */
const word = process.argv[2] ?? '';
const asked = Number(process.argv[3]);
for (const { what, rounds: usual, run } of JOBS.filter((job) => job.what.includes(word))) {
  const rounds = asked > 0 ? asked : usual;
  const folder = await DaemonFolder.make();
  const start = performance.now();
  try {
    const outcome = await run(folder, rounds);
    console.log(`${what}, ${rounds} times: ${outcome} (${Math.round((performance.now() - start) / 1000)} s)`);
  } finally {
    await folder.remove();
  }
}
