import { writeFileSync } from 'node:fs';
import { makeGuestSnapshot } from './guest-snapshot.ts';

/** Run by the build: `make-snapshot.js SCRIPT FILE` saves each host from making the same snapshot, and its garbage. */
const [script = '', file = ''] = process.argv.slice(2);
writeFileSync(file, makeGuestSnapshot(script));
// Node's own way out would tear isolates down.
process.kill(process.pid, 'SIGKILL');
