import {
  MAX_EVENT_TEXT,
  MAX_UNACKED_CHARS,
  MAX_UNACKED_EVENTS,
  type WireEvent,
} from '../../shared/ipc/host-messages.ts';
import type { EventPayload, EventType } from '../../shared/model/event.ts';
import type { Limits } from '../../shared/model/settings.ts';
import { now } from './clock.ts';

/** The first line of a run waits this long for company: most runs are over by then and need no message of their own. */
const FIRST_FLUSH_MS = 1;
const LATER_FLUSH_MS = 8;
const MAX_BATCH_EVENTS = 512;
const MAX_BATCH_CHARS = 131_072;

/** The events of one run on their way to the daemon: counted, limited, sent in batches, never far ahead of its store. */
export class EventOutbox {
  readonly #send: (events: WireEvent[]) => void;
  #maxEvents: number;
  readonly #maxBytes: number;
  #batch: WireEvent[] = [];
  #batchChars = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastFlush = 0;
  #closed = false;
  /** Characters of each batch that is not acknowledged yet, with the number of events up to its end. */
  #unacked: { upTo: number; chars: number }[] = [];
  #unackedChars = 0;
  #ackedEvents = 0;
  #openGates: (() => void)[] = [];
  #lastGate = 0;
  eventCount = 0;
  outputBytes = 0;

  constructor(limits: Limits, send: (events: WireEvent[]) => void) {
    this.#send = send;
    // The daemon's echo of the input is the first event of every execution.
    this.#maxEvents = limits.max_events - 1;
    this.#maxBytes = limits.max_output_kb * 1024;
  }

  /**
   * Takes an event, unless the limits do not allow it.
   * @param text what counts as output
   * @param isLast whether the run's end follows at once and takes it along: no timer, which most runs then never need
   * @returns what was exceeded, if anything
   */
  push(
    type: EventType,
    payload: EventPayload,
    text: string,
    isLast = false,
  ): 'max_events' | 'max_output_kb' | undefined {
    if (this.#closed) return undefined;
    const bytes = Buffer.byteLength(text);
    if (this.eventCount >= this.#maxEvents) return 'max_events';
    if (this.outputBytes + bytes > this.#maxBytes) return 'max_output_kb';
    this.eventCount++;
    this.outputBytes += bytes;
    this.#batch.push([Date.now(), type, payload]);
    this.#batchChars += Math.min(text.length, MAX_EVENT_TEXT);
    if (this.#batch.length >= MAX_BATCH_EVENTS || this.#batchChars >= MAX_BATCH_CHARS) this.flush();
    else if (!isLast) this.#timer ??= setTimeout(() => { this.flush(); }, this.#flushDelay()); // prettier-ignore
    return undefined;
  }

  /**
   * So many events were made elsewhere, which count as ours.
   * @returns whether there are more now than may be
   */
  spend(events: number): boolean {
    this.#maxEvents -= events;
    return !this.#closed && this.eventCount > this.#maxEvents;
  }

  /** So many events are durable. */
  ack(events: number): void {
    this.#ackedEvents = Math.max(this.#ackedEvents, events);
    for (let first = this.#unacked[0]; first !== undefined && first.upTo <= events; first = this.#unacked[0]) {
      this.#unackedChars -= first.chars;
      this.#unacked.shift();
    }
    if (!this.#isBehind()) this.#releaseGates();
  }

  /**
   * What the guest waits for before it goes on. Now and then that is a turn of the event loop even when the daemon keeps
   * up: a guest that logs without pause would otherwise keep timers and the pipe from being served.
   */
  gate(): Promise<void> | undefined {
    if (this.#closed) return undefined;
    const at = now();
    if (!this.#isBehind() && at - this.#lastGate < LATER_FLUSH_MS) return undefined;
    this.#lastGate = at;
    if (!this.#isBehind()) return new Promise((resolve) => setImmediate(resolve));
    this.flush();
    return new Promise((resolve) => this.#openGates.push(resolve));
  }

  /** Takes no more events, and lets the guest go. */
  close(): void {
    this.#closed = true;
    this.#releaseGates();
  }

  /** The events not sent yet, for the last message of the run. */
  takeTail(): WireEvent[] {
    this.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tail = this.#batch;
    this.#batch = [];
    return tail;
  }

  #flushDelay(): number {
    if (this.#lastFlush === 0) return FIRST_FLUSH_MS;
    return Math.max(FIRST_FLUSH_MS, this.#lastFlush + LATER_FLUSH_MS - now());
  }

  /** Sends what is there without waiting for more. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    this.#unacked.push({ upTo: this.eventCount, chars: this.#batchChars });
    this.#unackedChars += this.#batchChars;
    this.#send(this.#batch);
    this.#batch = [];
    this.#batchChars = 0;
    this.#lastFlush = now();
  }

  #isBehind(): boolean {
    return this.eventCount - this.#ackedEvents > MAX_UNACKED_EVENTS || this.#unackedChars > MAX_UNACKED_CHARS;
  }

  #releaseGates(): void {
    const gates = this.#openGates;
    this.#openGates = [];
    for (const open of gates) open();
  }
}
