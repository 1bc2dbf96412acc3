import { setFlagsFromString } from 'node:v8';
import { setPriority } from 'node:os';
import { DaemonChannel, endProcess } from './daemon-channel.ts';
import { OPTIMIZERS } from '../../shared/ipc/optimizers.ts';
import { forgetStart } from '../own-garbage.ts';
import { Host } from './host.ts';
import { fs } from './node-modules.ts';

/**
 * Guests must not starve the daemon: with 8 guests spinning on 2 cores it still has to answer health at once. Set before
 * the first other thread is made: on Linux priorities belong to threads, and new ones inherit. The first host of a daemon is
 * waited for; the daemon does this to it when it has come up.
 */
const HOST_NICENESS = 5;

try {
  if (process.env['VM_SYSTEM_HURRIED'] === undefined) setPriority(HOST_NICENESS);
} catch {
  // Not permitted: fair is good enough.
}

// Node's own way out of an error would tear down isolates that may be in use, and hang.
process.on('uncaughtException', (error) => {
  fs.writeSync(2, `${error.stack ?? error.message}\n`);
  endProcess();
});

// Guests' heaps are to be as V8 would have them, and collecting garbage is not for guests.
setFlagsFromString('--max-semi-space-size=0');
setFlagsFromString('--no-expose-gc');
forgetStart();
// A loop looks for interrupts when its budget of rounds is spent, which V8 makes a thousand million while a compiler works
// for its function. What Maglev takes over in the middle of a loop stays so, and could not be stopped for seconds.
setFlagsFromString('--no-maglev-osr');
for (const name of OPTIMIZERS) setFlagsFromString(`--${name}`);
const channel = new DaemonChannel();
const [, , guestScript = '', builtInTexts = '', snapshot] = process.argv;
const host = new Host(
  (message) => {
    channel.send(message);
  },
  { guestScript, builtInTexts, snapshot },
);
channel.listen((message) => {
  host.receive(message);
});
host.start();
