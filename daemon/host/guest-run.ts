import { MAX_JSON_CHARS, type RunMessage, type WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { EventPayload, EventType } from '../../shared/model/event.ts';
import type { ExecutionError, Metrics } from '../../shared/model/execution.ts';
import type { Limits } from '../../shared/model/settings.ts';
import { awaitsWithoutValue, mayAwait } from './awaiting-input.ts';
import { comeToRest, tidyUp, type RunFate } from './come-to-rest.ts';
import type { AbsentGlobals } from './absent-globals.ts';
import type { EventOutbox } from './event-outbox.ts';
import {
  describeError, describeRejection, describeThrown, isError, isUncompiled, type ThrownValue,
} from './guest-exceptions.ts'; // prettier-ignore
import type { GuestRunParts } from './guest-run-parts.ts';
import type { GuestIsolate, Rest, TurnEnd } from './guest-isolate.ts';
import { GuestSteps } from './guest-steps.ts';
import { describeObject, describePrimitive, needsGuest, type DescribedValue } from './guest-values.ts';
import { argumentOf, type ExceptionDetails, type InspectorResult, type RemoteObject } from './inspector.ts';
import { RUN_GROUP, type LastValues } from './last-values.ts';
import { looksLikeObject, REPL_NAME, withName } from './repl-input.ts';
import { lineEvent } from './line-event.ts';
import { isModuleFailure } from './modules/guest-modules.ts';
import type { Failure } from './modules/load-failure.ts';
import type { ModuleHost } from './modules/module-host.ts';
import { planFile, planRepl } from './modules/run-plan.ts';
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
/** Code of ours that is evaluated for a run; its frames are not shown. */
const OUR_NAME = 'vm-system:run';

/** What a stopped run would say if the reason did not say it. */
const stoppedOutcome = { status: 'cancelled' } as const;

/** One run of code in an isolate: evaluates, describes, watches the limits, stops. Everything is an outcome. */
export class GuestRun {
  readonly #guest: GuestIsolate;
  readonly #modules: ModuleHost;
  readonly #request: RunMessage;
  readonly #limits: Limits;
  readonly #outbox: EventOutbox;
  readonly #last: LastValues;
  readonly #absent: AbsentGlobals;
  readonly #clock: RunClock;
  readonly #steps: GuestSteps;
  #stopReason: StopReason | undefined;
  #answered = false;
  /** Whether the code has called process.exit. */
  hasExited = false;
  /** Whether the code has come to its end: the timers' next turn is not this run's any more. */
  hasSettled = false;

  constructor({ guest, modules, request, limits, outbox, last, absent }: GuestRunParts) {
    this.#guest = guest;
    this.#modules = modules;
    this.#request = request;
    this.#limits = limits;
    this.#outbox = outbox;
    this.#last = last;
    this.#absent = absent;
    this.#steps = new GuestSteps(guest, (rest) => { this.#rested(rest); }); // prettier-ignore
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
    const { kind, source, url = REPL_NAME } = this.#request;
    for (const args of this.#last.takeFor(source)) await this.#steps.tool('remember', args);
    this.#last.release(this.#guest);
    const settled = await (kind === 'repl' ? this.#evaluateInput(source) : this.#evaluateFile());
    this.hasSettled = true;
    if (this.#guest.turning !== undefined) await this.#steps.turnOver();
    if (settled === undefined || this.#isStopped()) return stoppedOutcome;
    if ('failure' in settled) return this.#endWithFailure(settled.failure);
    const { result, exceptionDetails } = settled;
    if (exceptionDetails === undefined) return this.#endWithValue(result);
    return this.#endWithException(exceptionDetails, { name: url, lines: source.split('\n').length });
  }

  async #evaluateInput(input: string): Promise<InspectorResult | undefined> {
    const plan = planRepl(input);
    const source = typeof plan === 'string' ? plan : await plan;
    const answer = await this.#evaluateSource(source, REPL_NAME);
    if (source !== input) await this.#look();
    return answer;
  }

  async #evaluateFile(): Promise<InspectorResult | { failure: Failure } | undefined> {
    const { url = REPL_NAME, args = [], env = {} } = this.#request;
    const plan = await Promise.race([planFile(this.#request, this.#modules), this.#steps.stopped]);
    if (plan === undefined || 'failure' in plan) return plan;
    await this.#steps.tool('lendGlobals', [{ value: { args, env } }]);
    if (this.#isStopped()) return undefined;
    if (plan.script !== undefined) await this.#guest.modules.beginScript(plan.script).catch(this.#unlessStopped);
    const answer = await this.#evaluateSource(plan.source, plan.name ?? url);
    const settled = answer === undefined ? undefined : await this.#awaitPromise(answer);
    await this.#look();
    if (settled === undefined || settled.exceptionDetails !== undefined || !plan.mayExport) return settled;
    return (await this.#exported(url)) ?? settled;
  }

  /** What was imported ran in tasks of its own: rejections in them come to light with the next one. */
  async #look(): Promise<void> {
    const resting = this.#guest.rest().then((rest) => { this.#rested(rest); }); // prettier-ignore
    await Promise.race([resting, this.#steps.stopped]);
  }

  /** What a script assigned to `module.exports`. */
  async #exported(url: string): Promise<InspectorResult | undefined> {
    const exported = `\u012dmport.exported(${JSON.stringify(url)})`;
    const has = await this.#evaluateSource(`${exported} !== undefined`, OUR_NAME);
    return has?.result.value === true ? this.#evaluateSource(`${exported}[0]`, OUR_NAME) : undefined;
  }

  async #evaluateSource(source: string, name: string): Promise<InspectorResult | undefined> {
    if (this.#request.kind !== 'repl') return this.#steps.evaluate(withName(source, name));
    if (looksLikeObject(source)) {
      const answer = await this.#steps.evaluate(withName(`(${source}\n)`, name));
      if (!isUncompiled(answer?.exceptionDetails)) return answer;
    }
    const answer = await this.#steps.evaluate(withName(source, name));
    if (answer === undefined || answer.exceptionDetails !== undefined || !mayAwait(source)) return answer;
    return (await awaitsWithoutValue(source)) ? { result: { type: 'undefined' } } : answer;
  }

  /** A file that ends with a promise, as `main();` does, runs until that is settled. */
  async #awaitPromise(answer: InspectorResult): Promise<InspectorResult | undefined> {
    const { result, exceptionDetails } = answer;
    if (exceptionDetails !== undefined || result.subtype !== 'promise') return answer;
    return this.#steps.awaitPromise(result);
  }

  /** What goes on in the isolate has limits of its own; this run's time begins after it. */
  async #waitFor(quiet: Promise<unknown>): Promise<void> {
    this.#clock.stop();
    await Promise.race([quiet, this.#steps.stopped]);
    this.#clock.restart();
  }

  /** A turn of the timers that fell into this run. */
  async turn(): Promise<TurnEnd> {
    const turn = await this.#guest.turn();
    if (turn.state === 'rejected') this.#rested(turn);
    const end = turn.state === 'idle' || turn.state === 'gone' ? turn : await this.#guest.endTurn(false);
    if (end.state === 'gone') this.stop(memoryExceeded());
    return end;
  }

  #rested(rest: Rest): void {
    if (this.#answered) return;
    if (rest.state === 'gone') this.stop(memoryExceeded());
    if (rest.state === 'rejected') this.rejected(rest.reason);
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
    const wall_ms = round(this.#clock.wallMs);
    return {
      wall_ms,
      cpu_ms: round(this.#clock.cpuMs),
      ...(fate === 'rested' ? { heap_used_bytes: this.#heapUsed(wall_ms) } : {}),
      event_count: this.#outbox.eventCount,
      output_bytes: this.#outbox.outputBytes,
    };
  }

  /** For a short run what the last rest has found is near enough. */
  #heapUsed(wallMs: number): number {
    return wallMs < EXACT_HEAP_MS ? this.#guest.heapUsedBytes : this.#guest.readHeapUsed();
  }

  /** Handles what the guest could not be told: the interrupt of a run may strike there too. */
  readonly #unlessStopped = (reason: unknown): void => {
    if (!this.#isStopped() && !this.#guest.isGone) throw reason;
  };

  #isStopped(): boolean {
    return this.#stopReason !== undefined;
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
