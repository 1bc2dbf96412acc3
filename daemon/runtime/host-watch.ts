import type { RuntimeHost } from './runtime-host.ts';

/**
 * How often hosts are looked at while one of them runs something: a guest can fill memory at some 1.5 GiB/s, so that a
 * limit is overstepped by about 40 MiB before it is seen. One look at one host costs about 5 µs.
 */
const BUSY_MS = 25;
const IDLE_MS = 500;
/** Looks without a run in progress before the pace goes down: a REPL's runs are far apart and short. */
const BUSY_LOOKS_AFTER_RUN = 8;

/** So late are looks only when the daemon itself got no processor, was stopped, or its machine was. */
const LATE_MS = 1000;

/** Looks after the limits that a host cannot keep itself. */
export class HostWatch {
  readonly #hosts = new Set<RuntimeHost>();
  #timer: NodeJS.Timeout | undefined;
  #looksLeft = 0;
  #isFast = false;
  /** When the next look is due, on the clock of performance.now(). */
  #due = 0;

  add(host: RuntimeHost): void {
    this.#hosts.add(host);
    this.hurry();
  }

  remove(host: RuntimeHost): void {
    this.#hosts.delete(host);
  }

  /** Something begins to run. */
  hurry(): void {
    this.#looksLeft = BUSY_LOOKS_AFTER_RUN;
    if (this.#isFast) return;
    this.#isFast = true;
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#hosts.clear();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#hosts.size === 0) {
      this.#isFast = false;
      return;
    }
    const ms = this.#isFast ? BUSY_MS : IDLE_MS;
    this.#due = performance.now() + ms;
    this.#timer = setTimeout(() => { this.#look(); }, ms).unref(); // prettier-ignore
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#due;
    let isBusy = false;
    for (const host of this.#hosts) {
      const busy = host.isBusy;
      isBusy ||= busy;
      // What hosts said meanwhile has not been read yet: nobody is to blame for silence in a time in which nobody listened.
      if (late > LATE_MS) host.excuse(late);
      // Idle hosts are looked at as well: at the slow pace always, at the fast pace only while they may still be running.
      if (busy || !this.#isFast) host.check(now);
    }
    this.#looksLeft = isBusy ? BUSY_LOOKS_AFTER_RUN : this.#looksLeft - 1;
    this.#isFast = this.#looksLeft > 0;
    this.#schedule();
  }
}
