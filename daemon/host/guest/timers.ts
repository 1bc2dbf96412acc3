import { beginCall, forgetCalls, settleNext, waitingCalls } from './host-calls.ts';
import { wakeAfter } from './host-link.ts';
import { at, list, push, splice, type List } from './list.ts';
import { natives } from './natives.ts';
import { apply, dateNow, max, NumberCtor, promiseResolve, promiseThen, trunc, TypeErrorCtor } from './primordials.ts';
import { controlTimers, Immediate, Timeout } from './timer-handles.ts';
import { TimerQueue, type Timer } from './timer-queue.ts';
import { reportUncaught } from './uncaught.ts';

type Callback = (...args: unknown[]) => unknown;

/** Longer delays do not fit the timers that people know, and count as the shortest. */
const MAX_DELAY_MS = 2 ** 31 - 1;

const queue = new TimerQueue();
let immediates: List<Immediate> = list();
/** How many of them this turn has called. */
let calledImmediates = 0;
let lastId = 0;
/** When the host will wake us; Infinity: not at all. */
let wakeAt = Infinity;
let isInTurn = false;
let cancelled = 0;
/** The timer whose call runs, or the microtasks after it, and its place in the queue before. */
let running: Timer | undefined;
let runningOrder = 0;

controlTimers({
  isQueued: (id) => queue.get(id) !== undefined,
  refresh: (id) => {
    const timer = queue.get(id);
    if (timer !== undefined) schedule(timer);
  },
  cancel: (id) => {
    queue.remove(id);
  },
});

export function setTimeout(callback: unknown, delay?: unknown, ...args: unknown[]): Timeout {
  return start(callback, delay, args, false);
}

export function setInterval(callback: unknown, delay?: unknown, ...args: unknown[]): Timeout {
  return start(callback, delay, args, true);
}

export function setImmediate(callback: unknown, ...args: unknown[]): Immediate {
  const immediate = new Immediate({ callback: callable(callback), args });
  push(immediates, immediate);
  wantWake(dateNow());
  return immediate;
}

/** Takes what setTimeout returned, or its number. */
export function clearTimeout(timer?: unknown): void {
  if (typeof timer === 'object' && timer !== null) {
    const id = Timeout.idOf(timer);
    if (id !== undefined) queue.remove(id);
  } else if (typeof timer === 'number' || typeof timer === 'string') {
    queue.remove(NumberCtor(timer));
  }
}

export const clearInterval = (timer?: unknown): void => {
  clearTimeout(timer);
};

export function clearImmediate(immediate?: unknown): void {
  if (typeof immediate === 'object' && immediate !== null) Immediate.take(immediate);
}

export function queueMicrotask(callback: unknown): void {
  const checked = callable(callback);
  void promiseThen(promiseResolve(), () => {
    run(checked, undefined, []);
  });
}

/**
 * Has the daemon do something for a host module while the guest goes on. The promise is settled in a turn, as if it were
 * a timer's: under the limits of a run.
 */
export function callHostLater(module: string, name: string, args: unknown): Promise<unknown> {
  const promise = beginCall(module, name, args);
  wantWake(dateNow() + MAX_DELAY_MS);
  return promise;
}

/** How many calls wait: timers, immediates and calls of host modules. */
export function pendingCalls(): number {
  return queue.size + immediates.length + waitingCalls();
}

/** How often all calls were cancelled so far. */
export function cancellations(): number {
  return cancelled;
}

export function cancelAllCalls(): void {
  cancelled++;
  queue.clear();
  immediates = list();
  forgetCalls();
  calledImmediates = 0;
  wakeAt = Infinity;
}

/**
 * Calls what is due, in order, with the microtasks of each call before the next one. Called by the host, when nothing
 * else runs.
 * @returns after how many milliseconds to come again; below zero: nothing waits
 */
export function runDueTimers(): number {
  isInTurn = true;
  const asked = wakeAt;
  wakeAt = Infinity;
  const last = queue.lastOrder;
  const { length } = immediates;
  // The host has waited as long as we asked for, whatever the clock of the day says; unless it has a reply for us.
  const until = settleCalls() || asked === Infinity ? dateNow() : max(dateNow(), asked);
  for (let timer = queue.first(); timer !== undefined && timer.due <= until; timer = queue.first()) {
    // Started by a call of this very turn: the next turn's.
    if (timer.order > last) break;
    runTimer(timer);
  }
  while (calledImmediates < length) {
    const immediate = at(immediates, calledImmediates++);
    const call = Immediate.take(immediate);
    if (call === undefined) continue;
    run(call.callback, immediate, call.args);
    natives.runMicrotasks();
  }
  return endTurn(false);
}

/**
 * Also after a turn that was stopped in the middle: what it had not called yet is due in the next one.
 * @param isToBlame whether the call that was stopped went beyond a limit by itself, so that it does not come again
 */
export function endTurn(isToBlame: boolean): number {
  isInTurn = false;
  endStoppedCall(isToBlame);
  splice(immediates, 0, calledImmediates);
  calledImmediates = 0;
  wakeAt = immediates.length > 0 ? dateNow() : (queue.first()?.due ?? Infinity);
  // Which then is told by the host.
  if (wakeAt === Infinity && waitingCalls() > 0) wakeAt = dateNow() + MAX_DELAY_MS;
  return wakeAt === Infinity ? -1 : max(0, wakeAt - dateNow());
}

/** Settles the promises whose replies have come, with the microtasks of each before the next one. */
function settleCalls(): boolean {
  let any = false;
  while (waitingCalls() > 0 && settleNext()) {
    any = true;
    natives.runMicrotasks();
  }
  return any;
}

function endStoppedCall(isToBlame: boolean): void {
  const timer = running;
  running = undefined;
  if (timer === undefined || queue.get(timer.id) !== timer) return;
  if (isToBlame) queue.remove(timer.id);
  else if (timer.order === runningOrder) schedule(timer);
}

function runTimer(timer: Timer): void {
  const { id, order, repeats } = timer;
  running = timer;
  runningOrder = order;
  if (repeats) queue.hold(timer);
  else queue.remove(id);
  run(timer.callback, timer.handle, timer.args);
  // Its own call may have cleared or refreshed it.
  if (repeats && queue.get(id) === timer && timer.order === order) schedule(timer);
  natives.runMicrotasks();
  running = undefined;
}

function run(callback: Callback, receiver: unknown, args: unknown[]): void {
  try {
    apply(callback, receiver, args);
  } catch (error) {
    reportUncaught(error);
  }
}

function start(callback: unknown, delay: unknown, args: unknown[], repeats: boolean): Timeout {
  const id = ++lastId;
  const handle = new Timeout(id);
  const timer: Timer = {
    id,
    due: 0,
    order: 0,
    delay: delayOf(delay),
    repeats,
    callback: callable(callback),
    args,
    handle,
  };
  schedule(timer);
  return handle;
}

function schedule(timer: Timer): void {
  const due = dateNow() + timer.delay;
  queue.add(timer, due);
  wantWake(due);
}

/** During a turn its end says when to come again. */
function wantWake(at: number): void {
  if (isInTurn || at >= wakeAt) return;
  wakeAt = at;
  wakeAfter(max(0, at - dateNow()));
}

function delayOf(delay: unknown): number {
  const ms = NumberCtor(delay);
  return ms >= 1 && ms <= MAX_DELAY_MS ? trunc(ms) : 1;
}

function callable(callback: unknown): Callback {
  if (typeof callback === 'function') return callback as Callback;
  throw new TypeErrorCtor('The "callback" argument must be of type function.');
}
