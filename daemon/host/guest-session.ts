import type {
  FromHost,
  LookedMessage,
  LookMessage,
  RunMessage,
  ToHost,
  WireEvent,
  WireOutcome,
} from '../../shared/ipc/host-messages.ts';
import { findCompletionTarget } from './completion-target.ts';
import { complete } from './guest-completion.ts';
import type { CompleteRequest, Completion, Member, ValueLook } from '../../shared/model/inspection.ts';
import type { Limits } from '../../shared/model/settings.ts';
import { AbsentGlobals } from './absent-globals.ts';
import { comeToRest } from './come-to-rest.ts';
import { Background } from './background.ts';
import { EventOutbox } from './event-outbox.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { TurnEnd } from './guest-turns.ts';
import { GuestLook } from './guest-look.ts';
import { GuestRun } from './guest-run.ts';
import { GuestTimers } from './guest-timers.ts';
import { LastValues } from './last-values.ts';
import { denial } from './denial.ts';
import { builtInModules, type ModuleAccess } from './modules/built-ins.ts';
import type { DeniedModule } from './modules/load-failure.ts';
import { ModuleHost, type ModuleHostOptions } from './modules/module-host.ts';
import { within } from './within.ts';
import { ModuleLoads } from './modules/module-loads.ts';
import { runPlainly } from './plain-run.ts';
import { memoryExceeded } from './stop-reasons.ts';

/** What a session's modules depend on. `root`: real path of the worktree; `builtInTexts`: see `host.ts`. */
export type ModuleSettings = {
  root: string;
  esm: boolean;
  strict: boolean;
  builtInTexts: string;
  access: ModuleAccess;
  /** Globals that sessions may have and this one does not. */
  deniedGlobals: readonly string[];
};

/** What still runs in a session that closes is stopped then. */
const MAX_REST_MS = 100;

type RunIds = { session_id: string; execution_id: string };
/** `ended` is made for who waits for the end. */
type Current = { id: string; run: GuestRun; outbox: EventOutbox; ended?: PromiseWithResolvers<undefined> };

/** A session inside the host: its isolate, and the run in it, if one is going on. */
export class GuestSession {
  readonly #id: string;
  readonly #guest: GuestIsolate;
  readonly #send: (message: FromHost) => void;
  readonly #last = new LastValues();
  readonly #absent: AbsentGlobals;
  readonly #look: GuestLook;
  readonly #background: Background;
  readonly #timers: GuestTimers;
  readonly #modules: ModuleHost;
  /** The daemon's answers about modules go here. */
  readonly loads: ModuleLoads;
  #current: Current | undefined;
  /** Those of the last run. */
  #limits: Limits | undefined;
  /** The last look, until the isolate is at rest after it. */
  #looking: Promise<unknown> | undefined;
  /** A turn of the timers between runs, until the isolate is at rest after it. */
  #turning: Promise<TurnEnd> | undefined;

  /** What still comes to its end says nothing more: the daemon does not know the session after `closed`. */
  #isClosed = false;

  constructor(id: string, guest: GuestIsolate, settings: ModuleSettings, send: (message: FromHost) => void) {
    this.#id = id;
    this.#guest = guest;
    this.#send = (message) => { if (!this.#isClosed || message.t === 'lost') send(message); }; // prettier-ignore
    this.#absent = new AbsentGlobals(settings.deniedGlobals, settings.access);
    this.#look = new GuestLook(guest);
    this.#background = new Background(id, guest, this.#send);
    this.#timers = new GuestTimers(() => this.#turn());
    this.loads = new ModuleLoads(id, this.#send, (files) => { guest.modules.prepare(files); }); // prettier-ignore
    const load: ModuleHostOptions['load'] = (request) => this.loads.load(request);
    const onDenied = ({ capability, need }: DeniedModule): void => { this.#active.note(denial(capability.replace(':', ' '), capability, need)); }; // prettier-ignore
    this.#modules = new ModuleHost({
      load,
      onDenied,
      builtIns: builtInModules(settings.builtInTexts, settings.access),
      ...settings,
    });
    const hasFetch = settings.access.hostModules.has('http') && !settings.deniedGlobals.includes('fetch');
    guest.modules.attach({ host: this.#modules, hasFetch, ...settings });
    guest.calls.attach({
      send: (call) => {
        this.#active.flush();
        this.#send({ t: 'call', session_id: id, call });
      },
      cancel: (ids) => { this.#send({ t: 'cancel_calls', session_id: id, ids }); }, // prettier-ignore
      wake: () => { this.#timers.hurry(); }, // prettier-ignore
    });
    guest.callbacks = {
      line: (kind, text) => { this.#active.line(kind, text); }, // prettier-ignore
      gate: () => this.#active.gate(),
      wake: (ms) => { this.#timers.wake(ms); }, // prettier-ignore
      exit: (code) => { this.#active.exit(code); }, // prettier-ignore
      rejected: (reason) => { this.#active.rejected(reason); }, // prettier-ignore
    };
  }

  /** To whom belongs what the guest does now. A run that has just come may have to wait for a turn to end. */
  get #active(): GuestRun | Background {
    return this.#background.isInTurn || this.#current === undefined ? this.#background : this.#current.run;
  }

  /** Settles when nothing goes on in the isolate that is not a run's; undefined when nothing does. */
  get #quiet(): Promise<unknown> | undefined {
    const { concluding } = this.#background;
    if (this.#looking === undefined && this.#turning === undefined && concluding === undefined) return undefined;
    return Promise.all([this.#looking, this.#turning, concluding]);
  }

  /** Whether nothing goes on in the isolate, and nothing is going to by itself. */
  get #isAtRest(): boolean {
    if (this.#current !== undefined || this.#timers.isPending || this.#quiet !== undefined) return false;
    return !this.#background.isOpen && !this.#background.isInTurn;
  }

  run(request: RunMessage): void {
    const limits = (this.#limits = request.limits ?? this.#limits);
    if (limits === undefined) throw new TypeError('the first run comes without limits');
    const plain = this.#isAtRest ? runPlainly(request, this.#guest, this.#last, limits) : undefined;
    if (plain === undefined) {
      void this.#runToItsEnd(request, limits);
      return;
    }
    this.#background.runEnded(limits, false);
    const ids = { session_id: this.#id, execution_id: request.execution_id };
    const outcome = { status: 'ok', metrics: plain.metrics } as const;
    this.#send({ t: 'done', ...ids, events: [plain.event], outcome, result_is_last: true, goes_on: false });
  }

  async #runToItsEnd(request: RunMessage, limits: Limits): Promise<void> {
    const ids = { session_id: this.#id, execution_id: request.execution_id };
    const outbox = new EventOutbox(limits, (events) => { this.#send({ t: 'events', ...ids, events }); }); // prettier-ignore
    const run = new GuestRun({
      guest: this.#guest,
      modules: this.#modules,
      last: this.#last,
      absent: this.#absent,
      request,
      limits,
      outbox,
    });
    const current: Current = (this.#current = { id: request.execution_id, run, outbox });
    const { outcome, fate } = await run.run(this.#quiet, () => { this.#background.runBegins(); }); // prettier-ignore
    if (fate === 'rested') this.#looking = undefined;
    if (run.hasExited && fate === 'rested') await this.#guest.turns.cancelAll();
    if (run.hasExited) this.#timers.wake(-1);
    this.#current = undefined;
    current.ended?.resolve(undefined);
    const goes_on = this.#timers.isPending;
    this.#background.runEnded(limits, goes_on);
    const events = outbox.takeTail();
    this.#send(fate === 'stuck' ? { t: 'stuck', ...ids, events, outcome } : doneMessage(ids, events, outcome, goes_on));
    if (fate === 'gone') this.#send({ t: 'lost', session_id: this.#id, fatal: false });
  }

  /** Stops what the runs left behind, for good, and no run. */
  interruptBackground(): void {
    this.#background.interrupt();
  }

  /** A call of a host module has come to its end; it made so many events, which the daemon has noted by itself. */
  called({ reply, events }: Extract<ToHost, { t: 'called' }>): void {
    if (events > 0) this.#active.spend(events);
    this.#guest.calls.receive(reply.id, reply.text);
  }

  ackBackground(events: number): void {
    this.#background.ack(events);
  }

  /** While a run tells its result, the timers wait: they are not its own any more. */
  async #turn(): Promise<TurnEnd> {
    await this.#looking;
    while (this.#current?.run.hasSettled === true) {
      await (this.#current.ended ??= Promise.withResolvers()).promise;
    }
    const turn = await (this.#current === undefined ? this.#turnBetweenRuns() : this.#current.run.turn());
    // One that was stopped has not taken all of them.
    if (this.#guest.calls.hasReplies) this.#timers.hurry();
    return turn;
  }

  async #turnBetweenRuns(): Promise<TurnEnd> {
    this.#turning = this.#background.turn();
    const turn = await this.#turning;
    this.#turning = undefined;
    return turn;
  }

  /** One look at a time, and none while something runs. */
  look(message: LookMessage): void {
    const before = this.#looking;
    this.#looking = (async () => {
      await before;
      await this.#turning;
      await this.#answerLook(message);
      await this.#guest.rest();
    })();
  }

  async #answerLook(message: LookMessage): Promise<void> {
    const { session_id, look_id } = message;
    const answer: Pick<LookedMessage, 'globals' | 'completion' | 'value' | 'members'> = {};
    if (this.#current === undefined && message.at === 'globals') {
      const globals = await this.#look.globals();
      if (globals !== undefined) answer.globals = globals;
    } else if (this.#current === undefined && message.at === 'completion') {
      const completion = await this.#complete(message.request);
      if (completion !== undefined) answer.completion = completion;
    } else if (this.#current === undefined && message.at === 'value') {
      const value = await this.#valueAt(message.path);
      if (value !== undefined) answer.value = value;
    } else if (this.#current === undefined && message.at === 'members') {
      const members = await this.#membersAt(message.path);
      if (members !== undefined) answer.members = members;
    }
    this.#send({ t: 'looked', session_id, look_id, ...answer });
  }

  async #complete({ input, cursor }: CompleteRequest): Promise<Completion | undefined> {
    const target = await findCompletionTarget(input.slice(0, cursor));
    return this.#look.inTime(async () => {
      // `_.` is asked for as often as any.
      await this.#remember(input);
      return complete(this.#look, target, cursor);
    });
  }

  #valueAt(path: readonly string[]): Promise<ValueLook | undefined> {
    return this.#look.inTime(async () => {
      await this.#remember(path[0] ?? '');
      return this.#look.value(path);
    });
  }

  #membersAt(path: readonly string[]): Promise<Member[] | undefined> {
    return this.#look.inTime(async () => {
      await this.#remember(path[0] ?? '');
      return this.#look.members(path);
    });
  }

  /** Tells the guest its last values, if `code` asks for them. */
  async #remember(code: string): Promise<void> {
    for (const args of this.#last.takeFor(code)) await this.#look.tell('remember', args);
  }

  interrupt(executionId: string): void {
    if (this.#current?.id === executionId) this.#current.run.interrupt();
  }

  ack(executionId: string, events: number): void {
    if (this.#current?.id === executionId) this.#current.outbox.ack(events);
  }

  /** V8 gave up on the isolate, in the middle of whatever ran: that never returns. */
  catastrophe(): void {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) {
      const events = current.outbox.takeTail();
      const ids = { session_id: this.#id, execution_id: current.id };
      const outcome = { ...memoryExceeded(), metrics: {} };
      this.#send({ t: 'done', ...ids, events, outcome, goes_on: false });
    }
    if (this.#background.isOpen) this.#background.end(memoryExceeded());
    this.#send({ t: 'lost', session_id: this.#id, fatal: true });
  }

  /** Returns false when the session's isolate must be kept: see `GuestIsolate.dispose`. */
  async dispose(): Promise<boolean> {
    this.#isClosed = true;
    this.#timers.dispose();
    if ((await within(MAX_REST_MS, this.#guest.rest())) === undefined) await comeToRest(this.#guest);
    return this.#guest.dispose();
  }
}

/** What the last event says is not written, and read, a second time as the result. */
function doneMessage(ids: RunIds, events: WireEvent[], outcome: WireOutcome, goes_on: boolean): FromHost {
  const { result, ...rest } = outcome;
  if (result === undefined || events.at(-1)?.[2] !== result) return { t: 'done', ...ids, events, outcome, goes_on };
  return { t: 'done', ...ids, events, outcome: rest, result_is_last: true, goes_on };
}
