import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { DaemonProcess } from '../helpers/daemon-process.ts';

/** The child of the daemon that runs modules. */
export function moduleProcess(daemon: DaemonProcess): number {
  const found = daemon
    .hosts()
    .find((pid) => /modules(\.js|\/main\.ts)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
  assert.ok(found !== undefined, `no module process among ${readdirSync('/proc').length} processes`);
  return found;
}
