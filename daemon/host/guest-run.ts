import { MAX_JSON_CHARS, type RunMessage, type WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { EventPayload, EventType } from '../../shared/model/event.ts';
import type { ExecutionError, Metrics } from '../../shared/model/execution.ts';
import type { Limits } from '../../shared/model/settings.ts';
import { comeToRest, tidyUp, type RunFate } from './come-to-rest.ts';
import type { AbsentGlobals } from './absent-globals.ts';
import type { EventOutbox } from './event-outbox.ts';
import {
  describeError, describeRejection, describeThrown, isError, type ThrownValue,
} from './guest-exceptions.ts'; // prettier-ignore
import { GuestEvaluation } from './guest-evaluation.ts';
import type { GuestRunParts } from './guest-run-parts.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { TurnEnd } from './guest-turns.ts';
import type { Rest } from './rest.ts';
import { GuestSteps } from './guest-steps.ts';
import { describeObject, describePrimitive, needsGuest, type DescribedValue } from './guest-values.ts';
import { argumentOf, type ExceptionDetails, type RemoteObject } from './inspector.ts';
import { RUN_GROUP, type LastValues } from './last-values.ts';
import { REPL_NAME } from './repl-input.ts';
import { lineEvent } from './line-event.ts';
import { isModuleFailure } from './modules/guest-modules.ts';
import type { Failure } from './modules/load-failure.ts';
import { RunClock, type TimeLimit } from './run-limits.ts';
import {
  cancelled,
  exited,
  exitNote,
  memoryExceeded,
  outputExceeded,
  timeExceeded,
  type StopReason,
} from './stop-reasons.ts';
import { within } from './within.ts';

const GIVE_BACK_MS = 100;
const EXACT_HEAP_MS = 2;
/** After a short run what was found a moment ago is near enough. */
export const SHORT_RUN_HEAP_AGE_MS = 50;

/** What a stopped run would say if the reason did not say it. */
const stoppedOutcome = { status: 'cancelled' } as const;

/** One run of code in an isolate: evaluates, describes, watches the limits, stops. Everything is an outcome. */
export class GuestRun {
  readonly #guest: GuestIsolate;
  readonly #request: RunMessage;
  readonly #limits: Limits;
  readonly #outbox: EventOutbox;
  readonly #last: LastValues;
  readonly #absent: AbsentGlobals;
  readonly #clock: RunClock;
  readonly #steps: GuestSteps;
  readonly #evaluation: GuestEvaluation;
  #stopReason: StopReason | undefined;
  #answered = false;
  /** Whether the code has called process.exit. */
  hasExited = false;
  /** Whether the code has come to its end: the timers' next turn is not this run's any more. */
  hasSettled = false;

  constructor({ guest, modules, request, limits, outbox, last, absent }: GuestRunParts) {
    this.#guest = guest;
    this.#request = request;
    this.#limits = limits;
    this.#outbox = outbox;
    this.#last = last;
    this.#absent = absent;
    this.#steps = new GuestSteps(guest, (rest) => { this.#rested(rest); }); // prettier-ignore
    this.#evaluation = new GuestEvaluation(guest, modules, request, this.#steps);
    this.#clock = new RunClock(limits, () => guest.cpuTime, (limit) => { this.#timeIsUp(limit); }); // prettier-ignore
  }

  /**
   * @param quiet settles when what was done with the isolate before has ended
   * @param onBegin called when nothing of earlier runs is going on any more
   */
  async run(
    quiet: Promise<unknown> | undefined,
    onBegin: () => void,
  ): Promise<{ outcome: WireOutcome; fate: RunFate }> {
    if (quiet !== undefined) await this.#waitFor(quiet);
    onBegin();
    this.#guest.modules.begin();
    this.#guest.calls.start();
    const outcome = this.#isStopped() ? stoppedOutcome : await this.#evaluate();
    this.hasSettled = true;
    const fate = this.#stopReason === undefined ? 'rested' : await comeToRest(this.#guest);
    this.#clock.stop();
    this.#guest.calls.start();
    if (this.#stopReason !== undefined && fate === 'rested') await tidyUp(this.#guest);
    if (this.#request.kind !== 'repl') await this.#giveBack(fate);
    const metrics = this.#metrics(fate);
    this.#answered = true;
    // The limit may strike at the very end, and also a run that is being stopped: it is what the session was lost to.
    if (this.#guest.isGone) return { outcome: { ...memoryExceeded(), metrics }, fate: 'gone' };
    return { outcome: { ...(this.#stopReason ?? outcome), metrics }, fate };
  }

  /** Stops the guest and keeps its state. The first reason counts. */
  stop(reason: StopReason): void {
    if (this.#stopReason !== undefined || this.#answered) return;
    this.#stopReason = reason;
    this.#outbox.close();
    if (!this.#guest.isGone) this.#guest.terminate();
    // After the interrupt: a guest that waits for a module must find it there when it wakes.
    this.#guest.modules.stop();
    this.#guest.calls.stop();
    this.#steps.stop();
  }

  interrupt(): void {
    this.stop(cancelled());
  }

  /** The guest has called process.exit. */
  exit(code: number): void {
    this.hasExited = true;
    this.#emit('system', exitNote(code), '');
    this.stop(exited(code));
  }

  /** A line that the guest has sent. */
  line(kind: number, text: string): void {
    const event = lineEvent(kind, text);
    this.#emit(event.type, event.payload, event.text);
  }

  /** What a promise was rejected with that nobody handles. */
  rejected(reason: unknown): void {
    if (this.#answered || isModuleFailure(reason)) return;
    this.#emit('exception', { ...describeRejection(reason), unhandled: true }, '');
  }

  gate(): Promise<void> | undefined {
    return this.#outbox.gate();
  }

  /** Something that the template does not allow. */
  note(payload: EventPayload): void {
    this.#emit('system', payload, '');
  }

  /** Sends on what the guest has said so far. */
  flush(): void {
    this.#outbox.flush();
  }

  /** The daemon has made events of its own for this run. */
  spend(events: number): void {
    if (this.#outbox.spend(events)) this.stop(outputExceeded('max_events', this.#limits));
  }

  async #evaluate(): Promise<Omit<WireOutcome, 'metrics'>> {
    const { source, url = REPL_NAME } = this.#request;
    for (const args of this.#last.takeFor(source)) await this.#steps.tool('remember', args);
    this.#last.release(this.#guest);
    const settled = await this.#evaluation.evaluate();
    this.hasSettled = true;
    if (this.#guest.turns.going !== undefined) await this.#steps.turnOver();
    if (settled === undefined || this.#isStopped()) return stoppedOutcome;
    if ('failure' in settled) return this.#endWithFailure(settled.failure);
    const { result, exceptionDetails } = settled;
    if (exceptionDetails === undefined) return this.#endWithValue(result);
    return this.#endWithException(exceptionDetails, { name: url, lines: source.split('\n').length });
  }

  /** What goes on in the isolate has limits of its own; this run's time begins after it. */
  async #waitFor(quiet: Promise<unknown>): Promise<void> {
    this.#clock.stop();
    await Promise.race([quiet, this.#steps.stopped]);
    this.#clock.restart();
  }

  /** A turn of the timers that fell into this run. */
  async turn(): Promise<TurnEnd> {
    const turn = await this.#guest.turns.take();
    if (turn.state !== 'idle') this.#rested(turn);
    const end = turn.state === 'idle' || turn.state === 'gone' ? turn : await this.#guest.turns.end(false);
    if (end.state === 'gone') this.stop(memoryExceeded());
    return end;
  }

  #rested(rest: Rest): void {
    if (this.#answered) return;
    if (rest.state === 'gone') this.stop(memoryExceeded());
    if (rest.state === 'rejected') this.rejected(rest.reason);
    // Only a stop interrupts a run; without one, it was a rejection with null, which isolated-vm gives us just so.
    if (rest.state === 'terminated' && !this.#isStopped()) this.rejected(null);
  }

  async #endWithValue(result: RemoteObject): Promise<Omit<WireOutcome, 'metrics'>> {
    this.#last.set('_', result);
    const value = needsGuest(result) ? await this.#describe(result) : describePrimitive(result);
    if (value === undefined) return stoppedOutcome;
    this.#emit('value', value.payload, value.text, true);
    return { status: 'ok', result: value.payload };
  }

  async #endWithException(
    details: ExceptionDetails,
    script: { name: string; lines: number },
  ): Promise<Omit<WireOutcome, 'metrics'>> {
    if (details.exception !== undefined) this.#last.set('_error', details.exception);
    const thrown = await this.#describeThrown(details, script);
    if (thrown === undefined) return stoppedOutcome;
    const absent = this.#absent.find(thrown.message);
    if (absent !== undefined) {
      this.#emit('system', absent, '');
      const told = `${thrown.message}: the session's template does not allow it; allow it with: ${String(absent['need'])}`;
      if (thrown.stack?.startsWith(thrown.message) === true) {
        thrown.stack = told + thrown.stack.slice(thrown.message.length);
      }
      thrown.message = told;
    }
    const isLoadError = await this.#isLoadError(details.exception);
    const shown = isLoadError ? undefined : await this.#showError(details.exception, thrown);
    this.#emit('exception', { ...thrown, ...(shown !== undefined && { shown }) }, '');
    const error: ExecutionError = { code: isLoadError ? 'IMPORT_FAILED' : 'JS_EXCEPTION', ...thrown };
    return { status: 'error', error };
  }

  /** The file could not even be made into something to run. */
  #endWithFailure({ name, message }: Failure): Omit<WireOutcome, 'metrics'> {
    const thrown = { name, message: `${name}: ${message}` };
    this.#emit('exception', thrown, '');
    return { status: 'error', error: { code: 'IMPORT_FAILED', ...thrown } };
  }

  /** Whether an error says that a module could not be resolved, read or compiled. */
  async #isLoadError(thrown: RemoteObject | undefined): Promise<boolean> {
    if (!isError(thrown)) return false;
    const functionDeclaration = 'function(){return \u012dmport.isLoadError(this)}';
    const params = { objectId: thrown?.objectId, functionDeclaration, returnByValue: true };
    const answer = await this.#steps.ask('Runtime.callFunctionOn', params);
    return answer?.result.value === true;
  }

  async #describeThrown(
    details: ExceptionDetails,
    script: { name: string; lines: number },
  ): Promise<ThrownValue | undefined> {
    if (details.exception === undefined) return { message: details.text };
    if (!isError(details.exception)) {
      const value = await this.#describe(details.exception);
      return value === undefined ? undefined : describeThrown(value.payload.preview);
    }
    return describeError(details, script);
  }

  /** An error as a REPL shows it, when that is more than its stack: its cause, errors that it holds, properties. */
  async #showError(error: RemoteObject | undefined, { stack }: ThrownValue): Promise<string | undefined> {
    if (error === undefined || stack === undefined || !isError(error)) return undefined;
    const preview = (await this.#describe(error))?.payload.preview;
    return preview?.startsWith(stack) === true && preview.length > stack.length ? preview : undefined;
  }

  async #describe(value: RemoteObject): Promise<DescribedValue | undefined> {
    if (!needsGuest(value)) return describePrimitive(value);
    const args = [argumentOf(value), { value: MAX_JSON_CHARS }];
    const answer = await this.#steps.tool('describe', args);
    return answer === undefined ? undefined : describeObject(value, answer.result.value);
  }

  #emit(type: EventType, payload: EventPayload, text: string, isLast = false): void {
    const exceeded = this.#outbox.push(type, payload, text, isLast);
    if (exceeded !== undefined) this.stop(outputExceeded(exceeded, this.#limits));
  }

  #timeIsUp(limit: TimeLimit): void {
    this.stop(timeExceeded(limit, this.#limits));
  }

  /** The guest could have broken even this: it must not keep the run from ending. */
  async #giveBack(fate: RunFate): Promise<void> {
    if (fate !== 'rested') return;
    void this.#guest.callTool('returnGlobals', [], RUN_GROUP);
    await within(GIVE_BACK_MS, this.#guest.rest());
  }

  #metrics(fate: RunFate): Metrics {
    const wall_ms = roundMs(this.#clock.wallMs);
    const cpu_ms = roundMs(this.#clock.cpuMs);
    return {
      wall_ms,
      cpu_ms,
      ...(fate === 'rested'
        ? { heap_used_bytes: this.#guest.heapUsed(cpu_ms < EXACT_HEAP_MS ? SHORT_RUN_HEAP_AGE_MS : 0) }
        : {}),
      event_count: this.#outbox.eventCount,
      output_bytes: this.#outbox.outputBytes,
    };
  }

  #isStopped(): boolean {
    return this.#stopReason !== undefined;
  }
}

/** To microseconds. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
