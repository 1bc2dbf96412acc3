import type { Limits } from '../../shared/model/settings.ts';
import { now } from './clock.ts';

/** Shortest time between two looks at the CPU clock. */
const MIN_CPU_CHECK_MS = 5;

export type TimeLimit = 'wall_ms' | 'cpu_ms';

/**
 * Watches the time of one run. It cannot have used more CPU than the time that has passed, so the next look is due no
 * earlier than what is left of cpu_ms: short runs are never looked at.
 */
export class RunClock {
  readonly #limits: Limits;
  readonly #isolateCpu: () => bigint;
  readonly #onExceeded: (limit: TimeLimit) => void;
  #startWall = now();
  #startIsolateCpu: bigint;
  #startProcessCpu = processCpuMs();
  #timer: NodeJS.Timeout;

  constructor(limits: Limits, isolateCpu: () => bigint, onExceeded: (limit: TimeLimit) => void) {
    this.#limits = limits;
    this.#isolateCpu = isolateCpu;
    this.#startIsolateCpu = isolateCpu();
    this.#onExceeded = onExceeded;
    this.#timer = this.#schedule(0);
  }

  get wallMs(): number {
    return now() - this.#startWall;
  }

  /**
   * isolated-vm counts the time that the isolate's thread was entered, running or not: on 2 cores, 8 loops of 4 s were said
   * to have used 4 s each. The process's own CPU time is an upper bound as well, and the smaller one is near the truth.
   */
  get cpuMs(): number {
    const entered = Number(this.#isolateCpu() - this.#startIsolateCpu) / 1e6;
    return Math.min(entered, processCpuMs() - this.#startProcessCpu);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Begins anew: what has passed since the start was not the run's. */
  restart(): void {
    this.stop();
    this.#startWall = now();
    this.#startIsolateCpu = this.#isolateCpu();
    this.#startProcessCpu = processCpuMs();
    this.#timer = this.#schedule(0);
  }

  #schedule(cpuUsed: number): NodeJS.Timeout {
    const { wall_ms, cpu_ms } = this.#limits;
    const cpuLeft = Math.max(cpu_ms - cpuUsed, MIN_CPU_CHECK_MS);
    return setTimeout(() => { this.#check(); }, Math.max(0, Math.min(wall_ms - this.wallMs, cpuLeft))); // prettier-ignore
  }

  #check(): void {
    const cpuUsed = this.cpuMs;
    if (cpuUsed >= this.#limits.cpu_ms) this.#onExceeded('cpu_ms');
    else if (this.wallMs >= this.#limits.wall_ms) this.#onExceeded('wall_ms');
    else this.#timer = this.#schedule(cpuUsed);
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
