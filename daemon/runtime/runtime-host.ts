import {
  STOP_GRACE_MS,
  type FromHost,
  type RunMessage,
  type SessionKind,
  type ToHost,
  type WireOutcome,
} from '../../shared/ipc/host-messages.ts';
import type { Limits } from '../../shared/model/settings.ts';
import { blameFor, onlySuspect } from './blame.ts';
import { HostAnswers } from './host-answers.ts';
import type { HostProcess } from './host-process.ts';
import { LiveBackground } from './live-background.ts';
import { LiveRun } from './live-run.ts';
import { Looks } from './looks.ts';
import { MemoryGuard } from './memory-guard.ts';
import { ownerIn } from './owner-in-slot.ts';
import { Pulse } from './pulse.ts';
import type { RunOutcome, RuntimeListener } from './runtime.ts';
import { keyOf } from './session-kind.ts';
import { giveTime, memoryEnd, type HostEnd, type Slot } from './slot.ts';

/** What the host is told, except how it goes about it. */
type OpenMessage = Omit<Extract<ToHost, { t: 'open' }>, 'primed'>;
type SlotsLost = (lost: readonly Slot[]) => void;

/** A host process with the sessions in it. */
export class RuntimeHost {
  readonly process: HostProcess;
  /** Resolves when the host can open a session; rejects when it ends before. */
  readonly ready: Promise<void>;
  readonly slots = new Map<string, Slot>();
  readonly looks = new Looks((message) => { this.process.send(message); }); // prettier-ignore
  /** Sessions whose libraries are being loaded: code that may go wrong, too. */
  readonly #opening = new Map<string, Slot>();
  /** Sessions that were told to close: what they still say is of no interest, but may be on its way. */
  readonly #closing = new Set<string>();
  /** Isolates of sessions that were closed, which only go with the process. */
  remains = 0;
  /** The kind of session, by its key, for which this host has an isolate ready. */
  primedFor: string | undefined;
  readonly #listener: RuntimeListener;
  readonly #onLost: SlotsLost;
  readonly #memory: MemoryGuard;
  readonly #answers = new HostAnswers();
  readonly #pulse: Pulse;
  /** The session that was lost last, while its neighbours live on. */
  #lastLost: Slot | undefined;

  /** @param onLost told which sessions are gone before anyone else hears of it; with none left, so is the host */
  constructor(process: HostProcess, shared: boolean, listener: RuntimeListener, onLost: SlotsLost) {
    this.#listener = listener;
    this.#onLost = onLost;
    this.process = process;
    this.#pulse = new Pulse(process);
    this.#memory = new MemoryGuard(process.pid, shared);
    this.ready = this.#answer('hello');
    this.ready.catch(() => undefined);
    this.process.listen({
      message: (message) => { this.#receive(message); }, // prettier-ignore
      ended: (end) => { this.#ended(end); }, // prettier-ignore
    });
  }

  get isUsable(): boolean {
    return this.process.isRunning;
  }

  get isBusy(): boolean {
    return !this.#answers.areComplete || [...this.slots.values()].some(isActive);
  }

  /** Prepares for sessions of a kind while nobody waits. */
  prime(kind: SessionKind): void {
    const key = keyOf(kind);
    if (this.primedFor === key) return;
    this.primedFor = key;
    this.process.send({ t: 'prime', kind });
  }

  /** Makes an isolate for the session. Rejects with the reason when that fails. */
  async open(slot: Slot, { kind, ...message }: OpenMessage): Promise<void> {
    const opened = this.#answer(`opened ${slot.id}`);
    if (kind.libraries.length > 0) this.#opening.set(slot.id, slot);
    const primed = this.primedFor === keyOf(kind);
    this.process.send({ ...message, kind: primed ? { ...kind, libraries: [] } : kind, primed });
    try {
      await opened;
    } catch (error) {
      const { end } = this.process;
      if (end?.kind !== 'memory' || (end.culprit ?? slot) !== slot) throw error;
      throw new Error(`failed to load libraries: memory limit of ${slot.memMb} MB exceeded`, { cause: error });
    } finally {
      this.#opening.delete(slot.id);
    }
    if (this.process.end !== undefined) throw new Error(this.process.end.message);
    this.slots.set(slot.id, slot);
  }

  run(slot: Slot, message: RunMessage, limits: Limits): Promise<RunOutcome> {
    const run = new LiveRun(message.execution_id, limits, this.#listener);
    // An answer is only expected from now on; before, the host was silent for good reason.
    if (!this.isBusy) this.process.lastHeard = performance.now();
    slot.run = run;
    // A timer that just runs is within the limits of the run before.
    if (slot.background !== undefined) run.deadline += (slot.limits?.wall_ms ?? 0) + STOP_GRACE_MS;
    if (slot.limits !== limits) slot.limits = message.limits = limits;
    this.#memory.runBegins();
    this.process.send(message);
    if (this.process.end !== undefined) this.#lose([slot], this.process.end);
    return run.ended;
  }

  interrupt(slot: Slot): void {
    if (slot.run === undefined) {
      this.interruptBackground(slot);
      return;
    }
    slot.run.expectStop();
    this.process.send({ t: 'interrupt', session_id: slot.id, execution_id: slot.run.executionId });
  }

  /** The host answers with the end of what goes on, also when that has just come. */
  interruptBackground({ id, background }: Slot): void {
    if (background === undefined) return;
    background.expectStop();
    this.process.send({ t: 'interrupt_background', session_id: id });
  }

  /** Disposes one session of several. Rejects when the host does not manage to. */
  async closeSlot(slot: Slot): Promise<void> {
    this.slots.delete(slot.id);
    this.#closing.add(slot.id);
    const closed = this.#answer(`closed ${slot.id}`);
    this.process.send({ t: 'close', session_id: slot.id });
    await closed;
    this.#closing.delete(slot.id);
  }

  /** Ends the process; sessions still in it are lost for the reason that `end` gives. */
  kill(end: HostEnd): void {
    this.process.kill(end);
  }

  /** The daemon did not listen for so many milliseconds: deadlines are as much later. */
  excuse(ms: number): void {
    for (const slot of this.slots.values()) giveTime(slot, ms);
    this.process.lastHeard += ms;
    this.#answers.excuse(ms);
  }

  /** Called every few milliseconds while the host is busy, and now and then while it is not. */
  check(now: number): void {
    if (!this.isUsable) return;
    const excess = this.#memory.check(new Map([...this.slots, ...this.#opening]), now);
    if (excess !== undefined) {
      this.kill(memoryEnd(excess.culprit));
      return;
    }
    for (const slot of this.slots.values()) {
      if (slot.run !== undefined && now > slot.run.deadline) {
        this.kill(this.#unstoppable(slot));
        return;
      }
      if (slot.background !== undefined && now > slot.background.deadline) {
        this.#endStuckBackground(slot, slot.background);
        return;
      }
    }
    if (this.isBusy) this.#checkPulse(now);
  }

  #checkPulse(now: number): void {
    const overdue = this.#answers.overdue(now);
    const why = overdue === undefined ? this.#pulse.check(now) : `did not answer in time (${overdue})`;
    if (why !== undefined) this.kill({ kind: 'died', message: `${this.process.name} ${why}` });
  }

  #answer(what: string): Promise<void> {
    if (this.process.end !== undefined) return Promise.reject(new Error(this.process.end.message));
    return this.#answers.wait(what);
  }

  /** Throws for what was not asked for: the process ends the host then. */
  #receive(message: FromHost): void {
    if ('events' in message && this.#closing.has(message.session_id)) return;
    switch (message.t) {
      case 'hello':
        this.#memory.calibrate();
        this.#answers.settle('hello');
        break;
      case 'opened':
        this.#answers.settle(`opened ${message.session_id}`);
        break;
      case 'open_failed':
        this.#answers.settle(`opened ${message.session_id}`, message.message);
        break;
      case 'closed':
        if (message.remains) this.remains++;
        this.#answers.settle(`closed ${message.session_id}`);
        break;
      case 'events':
      case 'done':
      case 'stuck':
        this.#receiveFromRun(message);
        break;
      case 'background':
      case 'background_done':
      case 'background_stuck':
        this.#receiveFromBackground(message);
        break;
      case 'lost':
        this.#receiveLoss(message);
        break;
      case 'looked':
        this.looks.answered(message);
        break;
      case 'load':
        this.#load(message);
        break;
      case 'call':
        this.#call(message);
        break;
      case 'cancel_calls':
        this.slots.get(message.session_id)?.calls.cancel(message.ids);
        break;
      case 'pong':
        break;
    }
  }

  /** A session that was closed meanwhile needs no answer. */
  #load({ session_id, request }: Extract<FromHost, { t: 'load' }>): void {
    const send = (message: ToHost): void => {
      this.process.send(message);
    };
    void this.slots.get(session_id)?.modules.answer(session_id, request, send);
  }

  #call({ session_id, call }: Extract<FromHost, { t: 'call' }>): void {
    const slot = this.slots.get(session_id);
    if (slot === undefined) return;
    const owner = ownerIn(slot, () => this.#newBackground(slot));
    slot.calls.call(call, owner, (reply, events) => {
      this.process.send({ t: 'called', session_id, reply, events });
    });
  }

  #receiveFromRun(message: Extract<FromHost, { execution_id: string }>): void {
    const slot = this.slots.get(message.session_id);
    const run = slot?.run;
    if (slot === undefined || run?.executionId !== message.execution_id) {
      throw new TypeError('a message about a run that is not going on');
    }
    const { session_id, execution_id } = message;
    run.emit(message.events, (events) => {
      if (slot.run === run) this.process.send({ t: 'ack', session_id, execution_id, events });
    });
    if (message.t === 'done') {
      if (message.goes_on) slot.background ??= this.#newBackground(slot);
      this.#finish(slot, run, message.outcome);
    }
    if (message.t === 'stuck') this.kill(this.#unstoppable(slot, message.outcome));
  }

  #receiveFromBackground(message: Extract<FromHost, { t: `background${string}` }>): void {
    const { session_id, events } = message;
    const slot = this.slots.get(session_id);
    if (slot === undefined) throw new TypeError('a message about a session that is not there');
    const background = (slot.background ??= this.#newBackground(slot));
    background.emit(events, (stored) => {
      if (slot.background === background) this.process.send({ t: 'ack_background', session_id, events: stored });
    });
    if (message.t === 'background') return;
    background.end(message.outcome);
    slot.background = undefined;
    if (message.t === 'background_stuck') this.kill({ ...this.#unstoppable(slot), isBackground: true });
  }

  #endStuckBackground(slot: Slot, background: LiveBackground): void {
    background.cancel(`what went on could not be stopped; its ${this.process.name} was killed`);
    slot.background = undefined;
    this.kill({ ...this.#unstoppable(slot), isBackground: true });
  }

  #newBackground(slot: Slot): LiveBackground {
    if (slot.limits === undefined) throw new TypeError('something goes on before anything has run');
    return new LiveBackground(slot.id, slot.limits, this.#listener);
  }

  #finish(slot: Slot, run: LiveRun, outcome: WireOutcome): void {
    if (outcome.error?.code === 'MEMORY_LIMIT_EXCEEDED') {
      this.#loseToMemory(slot, outcome);
      return;
    }
    slot.run = undefined;
    this.#memory.runEnds();
    run.end(outcome);
  }

  /** The run's own end may have said it already; `fatal`: V8 lost control, and the whole process is beyond repair. */
  #receiveLoss({ session_id, fatal }: Extract<FromHost, { t: 'lost' }>): void {
    const slot = this.slots.get(session_id) ?? this.#opening.get(session_id);
    if (fatal) this.kill(memoryEnd(slot ?? this.#lastLost));
    else if (slot !== undefined) this.#loseToMemory(slot);
  }

  /** One isolate is gone. Its neighbours live on; a host of its own has nothing left to do. */
  #loseToMemory(slot: Slot, outcome?: WireOutcome): void {
    const end = memoryEnd(slot, outcome);
    if (this.slots.size === 1) {
      this.kill(end);
      return;
    }
    this.slots.delete(slot.id);
    if (slot.run !== undefined) this.#memory.runEnds();
    this.#lastLost = slot;
    this.#lose([slot], end);
  }

  #unstoppable(culprit: Slot, outcome?: WireOutcome): HostEnd {
    const message = `its ${this.process.name} was killed`;
    return { kind: 'unstoppable', message, culprit, ...(outcome === undefined ? {} : { outcome }) };
  }

  #ended(end: HostEnd): void {
    const lost = [...this.slots.values()];
    const culprit = end.culprit ?? (end.kind === 'memory' ? onlySuspect(lost) : undefined);
    this.#memory.close();
    this.slots.clear();
    this.#lose(lost, culprit === undefined ? end : { ...end, culprit });
    this.#answers.rejectAll(end.message, this.process.stderr);
  }

  #lose(lost: readonly Slot[], end: HostEnd): void {
    this.#onLost(lost);
    for (const slot of lost) {
      const { reason, outcome } = blameFor(slot, end);
      const { run } = slot;
      slot.run = undefined;
      slot.background?.end(outcome);
      slot.background = undefined;
      this.#listener.onSessionLost(slot.id, reason);
      run?.end(outcome);
    }
  }
}

function isActive(slot: Slot): boolean {
  return slot.run !== undefined || slot.background !== undefined;
}
