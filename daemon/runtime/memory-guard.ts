import { openRssMeter, type RssMeter } from './rss.ts';
import { onlySuspect } from './blame.ts';
import type { Slot } from './slot.ts';

const MIB = 1024 * 1024;

/**
 * What a host may keep resident beyond its sessions' limits, MiB: garbage not yet collected, compiled code, buffers on
 * their way. Measured with programs that live just within their limits (objects, strings, typed arrays, JSON, sorting): up
 * to 46 MiB beyond a limit of 128, 34 beyond 64; beyond 512 up to 30, and 176 where the limit itself was overstepped.
 */
export function marginMb(memMb: number): number {
  return Math.max(64, memMb / 4);
}

/**
 * A host may overstep this for a moment: the result of a run is copied five times on its way (a string of 10 MB takes 95
 * MiB for some 50 ms). What grows without end is through the wall of three margins before that moment is over.
 */
const MOMENT_MS = 100;
const WALL_MARGINS = 3;

/**
 * Watches one host from outside: isolated-vm's own limit is no wall. It frees when the guest's heap is beyond its limit,
 * but some allocations abort the process, and others (WebAssembly memory, resizable buffers, a heap that grows faster than
 * it is collected) go on for gigabytes.
 */
export class MemoryGuard {
  readonly #meter: RssMeter;
  readonly #shared: boolean;
  /** Resident bytes when nothing ran: of the fresh host, or of a shared host with all that its sessions keep. */
  #atRest: number | undefined;
  #running = 0;
  #overSince: number | undefined;

  constructor(pid: number, shared: boolean) {
    this.#meter = openRssMeter(pid);
    this.#shared = shared;
  }

  /** The host is ready, and empty. */
  calibrate(): void {
    this.#atRest = this.#meter.read();
  }

  runBegins(): void {
    if (this.#running++ === 0 && this.#shared) this.calibrate();
  }

  runEnds(): void {
    this.#running--;
  }

  /** Returns who took more than allowed, as far as that is known; undefined while all is well. */
  check(slots: ReadonlyMap<string, Slot>, now: number): { culprit: Slot | undefined } | undefined {
    const atRest = this.#atRest;
    const resident = this.#meter.read();
    if (resident === undefined || atRest === undefined || slots.size === 0) return undefined;
    const all = [...slots.values()];
    // A shared host at rest holds what its sessions keep, each within its own limit.
    const counted = this.#shared ? all.filter((slot) => slot.run !== undefined || slot.background !== undefined) : all;
    if (counted.length === 0) return undefined;
    const allowedMb = counted.reduce((sum, slot) => sum + slot.memMb, 0);
    const margin = Math.max(...counted.map((slot) => marginMb(slot.memMb)));
    return this.#isBeyond(resident - atRest - allowedMb * MIB, margin * MIB, now)
      ? { culprit: onlySuspect(counted) }
      : undefined;
  }

  #isBeyond(excess: number, margin: number, now: number): boolean {
    if (excess <= margin) this.#overSince = undefined;
    else this.#overSince ??= now;
    const isLong = this.#overSince !== undefined && now - this.#overSince >= MOMENT_MS;
    return isLong || excess > WALL_MARGINS * margin;
  }

  close(): void {
    this.#meter.close();
  }
}
