import type ivm from 'isolated-vm';
import { now } from './clock.ts';

const MIB = 1024 * 1024;

/** What was last found of an isolate's memory. */
export class HeapReading {
  usedBytes = 0;
  #heldBytes = Infinity;
  #at = -Infinity;

  take({ used_heap_size, externally_allocated_size }: ivm.HeapStatistics): void {
    this.usedBytes = used_heap_size;
    this.#heldBytes = used_heap_size + externally_allocated_size;
    this.#at = now();
  }

  /** The guest has been at work in the meantime, for as long as it liked. */
  expire(): void {
    this.#heldBytes = Infinity;
  }

  get ageMs(): number {
    return now() - this.#at;
  }

  /** Whether at least half of the limit is known to be free. */
  hasRoom(limitMb: number): boolean {
    return this.#heldBytes < (limitMb * MIB) / 2;
  }
}
