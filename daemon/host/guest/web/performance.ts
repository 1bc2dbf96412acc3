import { now } from '../clock.ts';
import { typeError } from '../coded-error.ts';
import { finishWebClass } from '../define.ts';
import { at, list, push, type List } from '../list.ts';
import { dateNow, StringCtor } from '../primordials.ts';
import { DOMException } from './dom-exception.ts';

const KEY = Symbol('Performance');

/** A mark or a measure. */
class PerformanceEntry {
  readonly name: string;
  readonly entryType: 'mark' | 'measure';
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;

  constructor(name: string, entryType: 'mark' | 'measure', startTime: number, duration: number, detail: unknown) {
    this.name = name;
    this.entryType = entryType;
    this.startTime = startTime;
    this.duration = duration;
    this.detail = detail ?? null;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration, detail } = this;
    return { name, entryType, startTime, duration, detail };
  }
}

/** Set when the context is given to a session: milliseconds of the host's clock, and of the day's. */
let start = 0;
let origin = 0;

export function startPerformance(): void {
  start = now();
  origin = dateNow();
}

const elapsed = (): number => now() - start;

/** Oldest entries go first when there are more. */
const MAX_ENTRIES = 10_000;

/** A clock, and marks on it. */
export class Performance {
  #entries: List<PerformanceEntry> = list();

  constructor(key: unknown = undefined) {
    if (key !== KEY) throw typeError('ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
  }

  get timeOrigin(): number {
    return origin;
  }

  now(): number {
    return elapsed();
  }

  mark(name: unknown, options: unknown = {}): PerformanceEntry {
    const { startTime, detail } = (options ?? {}) as { startTime?: unknown; detail?: unknown };
    const time = typeof startTime === 'number' ? startTime : elapsed();
    return this.#add(new PerformanceEntry(StringCtor(name), 'mark', time, 0, detail));
  }

  measure(name: unknown, options: unknown = undefined, endMark: unknown = undefined): PerformanceEntry {
    const isObject = typeof options === 'object' && options !== null;
    const given = (isObject ? options : { start: options, end: endMark }) as Record<string, unknown>;
    const end = given['end'] === undefined ? elapsed() : this.#time(given['end']);
    const from = given['start'] === undefined ? 0 : this.#time(given['start']);
    return this.#add(new PerformanceEntry(StringCtor(name), 'measure', from, end - from, given['detail']));
  }

  clearMarks(name: unknown = undefined): void {
    this.#clear('mark', name);
  }

  clearMeasures(name: unknown = undefined): void {
    this.#clear('measure', name);
  }

  getEntries(): PerformanceEntry[] {
    return this.#find(() => true);
  }

  getEntriesByName(name: unknown, type: unknown = undefined): PerformanceEntry[] {
    const text = StringCtor(name);
    return this.#find((entry) => entry.name === text && (type === undefined || entry.entryType === type));
  }

  getEntriesByType(type: unknown): PerformanceEntry[] {
    return this.#find((entry) => entry.entryType === type);
  }

  toJSON(): object {
    return { timeOrigin: origin };
  }

  #time(mark: unknown): number {
    if (typeof mark === 'number') return mark;
    const name = StringCtor(mark);
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = at(this.#entries, i);
      if (entry.entryType === 'mark' && entry.name === name) return entry.startTime;
    }
    throw new DOMException(`The "${name}" performance mark has not been set`, 'SyntaxError');
  }

  #add(entry: PerformanceEntry): PerformanceEntry {
    if (this.#entries.length >= MAX_ENTRIES) {
      const kept = list<PerformanceEntry>();
      for (let i = MAX_ENTRIES / 2; i < this.#entries.length; i++) push(kept, at(this.#entries, i));
      this.#entries = kept;
    }
    push(this.#entries, entry);
    return entry;
  }

  #clear(type: PerformanceEntry['entryType'], name: unknown): void {
    const kept = list<PerformanceEntry>();
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = at(this.#entries, i);
      const isMatch = entry.entryType === type && (name === undefined || entry.name === StringCtor(name));
      if (!isMatch) push(kept, entry);
    }
    this.#entries = kept;
  }

  #find(condition: (entry: PerformanceEntry) => boolean): PerformanceEntry[] {
    const found: PerformanceEntry[] = [];
    for (let i = 0; i < this.#entries.length; i++) {
      const entry = at(this.#entries, i);
      if (condition(entry)) push(found, entry);
    }
    return found;
  }
}
finishWebClass(Performance, 'Performance');

export const performance = new Performance(KEY);
