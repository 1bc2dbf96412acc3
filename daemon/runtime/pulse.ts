import type { HostProcess } from './host-process.ts';

/** While something is expected of a host, it has to be heard now and then; then it is asked; then it is given up. */
const PING_AFTER_MS = 1000;
const SILENCE_MS = 10_000;

/** Whether a host from which something is expected gives signs of life. */
export class Pulse {
  readonly #process: HostProcess;
  #lastPing = 0;

  constructor(process: HostProcess) {
    this.#process = process;
  }

  /** Asks a host that is silent. Returns why it is to be given up, if it is. */
  check(now: number): string | undefined {
    const silence = now - this.#process.lastHeard;
    if (silence > SILENCE_MS) return `gave no sign of life for ${SILENCE_MS / 1000} s and was killed`;
    if (silence > PING_AFTER_MS && now - this.#lastPing > PING_AFTER_MS) {
      this.#lastPing = now;
      this.#process.send({ t: 'ping' });
    }
    return undefined;
  }
}
