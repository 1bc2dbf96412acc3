import { at, list, push, type List } from './list.ts';
import { MapCtor, mapDelete, mapGet, mapSet, mapSize } from './primordials.ts';

/** One timer that waits. */
export type Timer = {
  readonly id: number;
  /** Milliseconds since 1970. */
  due: number;
  /** Breaks ties: earlier timers come first. */
  order: number;
  /** Milliseconds from its start, and between two calls of one that repeats. */
  readonly delay: number;
  readonly repeats: boolean;
  readonly callback: (...args: unknown[]) => unknown;
  readonly args: unknown[];
  readonly handle: object;
};

/** Timers by when they are due: a binary heap, so that thousands of them cost little. Cancelled ones are skipped later. */
export class TimerQueue {
  readonly #heap: List<{ due: number; order: number; timer: Timer }> = list();
  readonly #live = new MapCtor<number, Timer>();
  #order = 0;

  get size(): number {
    return mapSize(this.#live);
  }

  get(id: number): Timer | undefined {
    return mapGet(this.#live, id);
  }

  /** Queues a timer, anew if it is queued already. */
  add(timer: Timer, due: number): void {
    timer.due = due;
    timer.order = ++this.#order;
    mapSet(this.#live, timer.id, timer);
    push(this.#heap, { due, order: timer.order, timer });
    this.#rise(this.#heap.length - 1);
  }

  /** The first timer runs: it is due no more, but known until it is removed or queued anew. */
  hold(timer: Timer): void {
    if (this.first() === timer) this.#dropFirst();
  }

  remove(id: number): void {
    mapDelete(this.#live, id);
    if (this.size === 0) this.#heap.length = 0;
  }

  /** The order of the newest timer; later ones belong to the next turn. */
  get lastOrder(): number {
    return this.#order;
  }

  /** The timer that is due next, still queued. */
  first(): Timer | undefined {
    for (let entry = this.#heap[0]; entry !== undefined; entry = this.#heap[0]) {
      const { timer } = entry;
      if (mapGet(this.#live, timer.id) === timer && timer.order === entry.order) return timer;
      this.#dropFirst();
    }
    return undefined;
  }

  clear(): void {
    for (let timer = this.first(); timer !== undefined; timer = this.first()) this.remove(timer.id);
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const last = at(heap, heap.length - 1);
    heap.length--;
    if (heap.length === 0) return;
    heap[0] = last;
    this.#sink(0);
  }

  #isBefore(a: number, b: number): boolean {
    const first = at(this.#heap, a);
    const second = at(this.#heap, b);
    return first.due === second.due ? first.order < second.order : first.due < second.due;
  }

  #rise(from: number): void {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #sink(from: number): void {
    for (let i = from; ;) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left;
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(a: number, b: number): void {
    const entry = at(this.#heap, a);
    this.#heap[a] = at(this.#heap, b);
    this.#heap[b] = entry;
  }
}
