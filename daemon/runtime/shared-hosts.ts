import type { RuntimeHost } from './runtime-host.ts';

/** Sessions of isolation `shared` in one host: more would put too much at stake when it dies. */
const SESSIONS_PER_HOST = 50;

/** Hosts that several sessions live in. Strictness is a switch of the whole process, so that there are two kinds. */
export class SharedHosts {
  readonly #make: () => RuntimeHost;
  readonly #hosts = new Map<RuntimeHost, { strict: boolean; sessions: number }>();

  constructor(make: () => RuntimeHost) {
    this.#make = make;
  }

  /** A host with a place, which is taken by this. */
  take(strict: boolean): RuntimeHost {
    for (const [host, use] of this.#hosts) {
      if (use.strict !== strict || use.sessions + host.remains >= SESSIONS_PER_HOST || !host.isUsable) continue;
      use.sessions++;
      return host;
    }
    const host = this.#make();
    this.#hosts.set(host, { strict, sessions: 1 });
    return host;
  }

  /** Gives a place back. Returns whether the host is empty now, and forgotten. */
  release(host: RuntimeHost): boolean {
    const use = this.#hosts.get(host);
    if (use === undefined || --use.sessions > 0) return false;
    this.#hosts.delete(host);
    return true;
  }
}
