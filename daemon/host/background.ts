import type { FromHost, WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { Limits } from '../../shared/model/settings.ts';
import type { EventPayload } from '../../shared/model/event.ts';
import { now } from './clock.ts';
import { comeToRest, tidyUp } from './come-to-rest.ts';
import { EventOutbox } from './event-outbox.ts';
import { describeRejection } from './guest-exceptions.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { Turn, TurnEnd } from './guest-turns.ts';
import { isModuleFailure } from './modules/guest-modules.ts';
import { lineEvent, type LineEvent } from './line-event.ts';
import { RunClock } from './run-limits.ts';
import {
  cancelled,
  exited,
  exitNote,
  memoryExceeded,
  outputExceeded,
  timeExceeded,
  type StopReason,
} from './stop-reasons.ts';

/** A turn that took longer is followed by a pause as long as itself: timers alone get half of a processor. */
const MIN_PAUSED_MS = 5;

/**
 * What the runs of a session left behind: their timers go on between runs, each turn under the limits of a run. Their
 * output is an execution of its own, which begins with its first event and ends when nothing is left to be called, when
 * the next run begins, or with the session.
 */
export class Background {
  readonly #id: string;
  readonly #guest: GuestIsolate;
  readonly #send: (message: FromHost) => void;
  #limits: Limits | undefined;
  #outbox: EventOutbox | undefined;
  #goesOn = false;
  #startedAt = 0;
  #cpuMs = 0;
  /** Stops the turn that is going on. */
  #stop: ((reason: StopReason) => void) | undefined;
  /** Why there will be no more turns. */
  #last: StopReason | undefined;
  /** The isolate is a run's. */
  #isSuspended = false;
  /** What was given up between two turns is being tidied up; no run may begin meanwhile. */
  concluding: Promise<void> | undefined;

  constructor(id: string, guest: GuestIsolate, send: (message: FromHost) => void) {
    this.#id = id;
    this.#guest = guest;
    this.#send = send;
  }

  get isInTurn(): boolean {
    return this.#stop !== undefined;
  }

  /** Whether the daemon waits to hear of the end. */
  get isOpen(): boolean {
    return this.#outbox !== undefined || this.#goesOn;
  }

  /** A run has ended; its limits hold from now on. */
  runEnded(limits: Limits, goesOn: boolean): void {
    this.#limits = limits;
    this.#goesOn = goesOn;
    this.#last = undefined;
    this.#isSuspended = false;
  }

  /** No turn is going on, and the next one will belong to a run. */
  runBegins(): void {
    this.#isSuspended = true;
    if (this.isOpen) this.end();
  }

  line(kind: number, text: string): void {
    this.#emit(lineEvent(kind, text));
  }

  gate(): Promise<void> | undefined {
    return this.#outbox?.gate();
  }

  note(payload: EventPayload): void {
    this.#emit({ type: 'system', payload, text: '' });
  }

  flush(): void {
    this.#outbox?.flush();
  }

  /** The daemon has made events of its own for what goes on. */
  spend(events: number): void {
    const limits = this.#limits;
    if (limits === undefined || this.#last !== undefined) return;
    if (this.#outboxFor(limits).spend(events)) this.giveUp(outputExceeded('max_events', limits));
  }

  ack(events: number): void {
    this.#outbox?.ack(events);
  }

  /** Ends the work for good: what runs is stopped, and what waits is not called any more. */
  giveUp(reason: StopReason): void {
    if (this.#last !== undefined) return;
    this.#last = reason;
    this.#outbox?.close();
    if (this.#stop === undefined) this.concluding = this.#conclude(reason);
    else this.#stop(reason);
  }

  /** The daemon hears of an end in any case: it may wait for that of something which has just ended. */
  interrupt(): void {
    if (!this.#isSuspended) this.giveUp(cancelled());
    if (!this.isOpen && !this.isInTurn && this.concluding === undefined) this.end(cancelled());
  }

  exit(code: number): void {
    this.#emit({ type: 'system', payload: exitNote(code), text: '' });
    this.giveUp(exited(code));
  }

  /** One turn of the guest's timers. */
  async turn(): Promise<TurnEnd> {
    const limits = this.#limits;
    if (limits === undefined || this.#last !== undefined) return { state: 'idle', next: -1 };
    const stopped = Promise.withResolvers<StopReason>();
    this.#stop = stopped.resolve;
    const { cpuTime } = this.#guest;
    const started = now();
    const clock = new RunClock(limits, () => this.#guest.cpuTime, (limit) => { stopped.resolve(timeExceeded(limit, limits)); }); // prettier-ignore
    const first = await Promise.race([this.#guest.turns.take(), stopped.promise]);
    const isToBlame = !('state' in first);
    const turn = isToBlame ? await this.#stopTurn(first) : first;
    clock.stop();
    const end = await this.#endOf(turn, isToBlame);
    this.#stop = undefined;
    this.#cpuMs += Number(this.#guest.cpuTime - cpuTime) / 1e6;
    return this.#afterTurn(end, now() - started);
  }

  /** The next run begins, or nothing is left to be called: the execution, if there is one, has ended. */
  end(reason?: StopReason): void {
    const outbox = this.#outbox;
    this.#outbox = undefined;
    this.#goesOn = false;
    const outcome = { status: 'ok', ...reason, metrics: this.#metrics(outbox) } as const;
    this.#send({ t: 'background_done', session_id: this.#id, events: outbox?.takeTail() ?? [], outcome });
    this.#cpuMs = 0;
  }

  async #stopTurn(reason: StopReason): Promise<Turn> {
    const coming = comeToRest(this.#guest);
    this.#guest.modules.stop();
    this.#guest.calls.stop();
    const fate = await coming;
    this.#guest.calls.start();
    if (fate === 'rested') await tidyUp(this.#guest);
    if (fate === 'gone') return { state: 'gone' };
    if (fate === 'stuck') {
      const outcome: WireOutcome = { ...reason, metrics: this.#metrics(this.#outbox) };
      const events = this.#outbox?.takeTail() ?? [];
      this.#send({ t: 'background_stuck', session_id: this.#id, events, outcome });
      return { state: 'gone' };
    }
    if (this.#last === undefined) this.#emitStop(reason);
    return { state: 'terminated' };
  }

  /** A turn that was stopped, or ended by a rejection that nobody has handled, has not said when the next one is due. */
  async #endOf(turn: Turn, isToBlame: boolean): Promise<TurnEnd> {
    if (turn.state === 'idle' || turn.state === 'gone') return turn;
    if (turn.state === 'rejected') this.rejected(turn.reason);
    return this.#guest.turns.end(isToBlame);
  }

  async #afterTurn(turn: TurnEnd, ms: number): Promise<TurnEnd> {
    if (turn.state === 'gone') {
      this.end(memoryExceeded());
      this.#send({ t: 'lost', session_id: this.#id, fatal: false });
      return turn;
    }
    if (this.#last !== undefined) {
      await this.#conclude(this.#last);
      return { state: 'idle', next: -1 };
    }
    if (turn.next < 0) this.end();
    else if (ms > MIN_PAUSED_MS) return { state: 'idle', next: Math.max(turn.next, ms) };
    return turn;
  }

  async #conclude(reason: StopReason): Promise<void> {
    this.#guest.calls.stop();
    await this.#guest.turns.cancelAll();
    this.#guest.calls.start();
    this.end(reason);
    this.concluding = undefined;
  }

  #emitStop({ error }: StopReason): void {
    if (error !== undefined)
      this.#emit({ type: 'system', payload: { message: error.message, code: error.code }, text: '' });
  }

  /** What a promise was rejected with that nobody handles. */
  rejected(reason: unknown): void {
    if (isModuleFailure(reason)) return;
    this.#emit({ type: 'exception', payload: { ...describeRejection(reason), unhandled: true }, text: '' });
  }

  #emit({ type, payload, text }: LineEvent): void {
    const limits = this.#limits;
    if (limits === undefined || this.#last !== undefined) return;
    const exceeded = this.#outboxFor(limits).push(type, payload, text);
    if (exceeded !== undefined) this.giveUp(outputExceeded(exceeded, limits));
  }

  #outboxFor(limits: Limits): EventOutbox {
    if (this.#outbox === undefined) this.#startedAt = now();
    return (this.#outbox ??= new EventOutbox(limits, (events) => { this.#send({ t: 'background', session_id: this.#id, events }); })); // prettier-ignore
  }

  #metrics(outbox: EventOutbox | undefined): WireOutcome['metrics'] {
    if (outbox === undefined) return {};
    const wall_ms = Math.round(now() - this.#startedAt);
    return { wall_ms, cpu_ms: Math.round(this.#cpuMs), output_bytes: outbox.outputBytes };
  }
}
