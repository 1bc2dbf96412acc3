import { hostCommand } from './host-command.ts';
import { HostProcess } from './host-process.ts';

/** Starts a host, in a hurry, before there is a runtime to use it; loads little else. What it says waits until somebody listens. */
export function startHost(): HostProcess {
  return new HostProcess(hostCommand({ fenced: true }), true);
}
