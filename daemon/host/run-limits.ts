import type { Limits } from '../../shared/model/settings.ts';
import { now } from './clock.ts';

/** Shortest time between two looks at the CPU clock. */
const MIN_CPU_CHECK_MS = 5;

/** How old the process's CPU time at the start of a run may be: reading it costs more than a line of a REPL should. */
const MAX_READING_AGE_MS = 20;

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
  #startProcessCpu: number;
  /** When the next look is due, on the clock of `now`. */
  dueAt = 0;

  constructor(limits: Limits, isolateCpu: () => bigint, onExceeded: (limit: TimeLimit) => void) {
    this.#limits = limits;
    this.#isolateCpu = isolateCpu;
    this.#startIsolateCpu = isolateCpu();
    this.#startProcessCpu = recentProcessCpuMs(this.#startWall);
    this.#onExceeded = onExceeded;
    this.#expectLook(0);
    watch(this);
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
    // The bound may be too high by what the process did before the run, which is more than a short run takes.
    return entered < MIN_CPU_CHECK_MS ? entered : Math.min(entered, processCpuMs() - this.#startProcessCpu);
  }

  stop(): void {
    running.delete(this);
  }

  /** Begins anew: what has passed since the start was not the run's. */
  restart(): void {
    this.#startWall = now();
    this.#startIsolateCpu = this.#isolateCpu();
    this.#startProcessCpu = recentProcessCpuMs(this.#startWall);
    this.#expectLook(0);
    watch(this);
  }

  check(): void {
    const cpuUsed = this.cpuMs;
    if (cpuUsed >= this.#limits.cpu_ms) this.#exceed('cpu_ms');
    else if (this.wallMs >= this.#limits.wall_ms) this.#exceed('wall_ms');
    else this.#expectLook(cpuUsed);
  }

  #exceed(limit: TimeLimit): void {
    this.stop();
    this.#onExceeded(limit);
  }

  #expectLook(cpuUsed: number): void {
    const { wall_ms, cpu_ms } = this.#limits;
    const cpuLeft = Math.max(cpu_ms - cpuUsed, MIN_CPU_CHECK_MS);
    const at = now();
    this.dueAt = Math.min(this.#startWall + wall_ms, at + cpuLeft);
  }
}

/**
 * All clocks have one timer, which stays set when a run ends: the next run is due later, so that a thousand short ones set
 * it once.
 */
const running = new Set<RunClock>();
let timer: NodeJS.Timeout | undefined;
let timerDueAt = Infinity;

function watch(clock: RunClock): void {
  running.add(clock);
  if (clock.dueAt >= timerDueAt) return;
  clearTimeout(timer);
  timerDueAt = clock.dueAt;
  timer = setTimeout(look, Math.max(0, timerDueAt - now()));
}

function look(): void {
  timerDueAt = Infinity;
  const at = now();
  for (const clock of [...running]) {
    if (clock.dueAt <= at) clock.check();
    if (running.has(clock)) watch(clock);
  }
}

let lastReading = 0;
let lastReadingAt = -Infinity;

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  lastReading = (user + system) / 1000;
  lastReadingAt = now();
  return lastReading;
}

function recentProcessCpuMs(at: number): number {
  return at - lastReadingAt < MAX_READING_AGE_MS ? lastReading : processCpuMs();
}
