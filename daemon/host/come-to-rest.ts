import { STOP_GRACE_MS } from '../../shared/ipc/host-messages.ts';
import { now } from './clock.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { Rest } from './rest.ts';
import { within } from './within.ts';

/** `stuck`: in native code that cannot be interrupted. `gone`: the isolate is disposed, its memory limit was hit. */
export type RunFate = 'rested' | 'stuck' | 'gone';

/**
 * An interrupt that reaches the isolate together with the code it is for waits behind that code and stops nothing (once
 * in some 1,000 tries): so it is repeated.
 */
const REPEAT_MS = 20;
/** Each try waits twice as long as the one before, up to this: on a busy machine a thread may have to wait for its turn. */
const MAX_REPEAT_MS = 160;
const MIB = 1024 * 1024;
/** Objects that are collected may have finalizers, which are the guest's code: nothing ends only when they do. */
const COLLECTING_MS = 200;

const coming = new WeakMap<GuestIsolate, Promise<RunFate>>();

/** Interrupts what runs until the isolate answers again, as itself: no interrupt may be left over for the next run. */
export function comeToRest(guest: GuestIsolate): Promise<RunFate> {
  const going = coming.get(guest) ?? interruptUntilRest(guest).finally(() => coming.delete(guest));
  coming.set(guest, going);
  return going;
}

async function interruptUntilRest(guest: GuestIsolate): Promise<RunFate> {
  guest.inspector.forgetPending();
  const deadline = now() + STOP_GRACE_MS;
  for (let ms = REPEAT_MS; now() < deadline; ms = Math.min(2 * ms, MAX_REPEAT_MS)) {
    if (guest.isGone) return 'gone';
    guest.terminate();
    const resting = guest.restFromInterrupt();
    const rest = await within(ms, Promise.race([resting, isSpent(guest, resting)]));
    if (rest === 'spent') await endInterrupt(guest, deadline);
    else if (rest?.state === 'gone') return 'gone';
    else if (rest !== undefined && (await answersAgain(guest, ms))) return 'rested';
  }
  return 'stuck';
}

/**
 * After a run that was stopped. V8 would keep all that it had made until the next one needs the room, and the session is
 * judged by what it holds.
 */
export async function tidyUp(guest: GuestIsolate): Promise<void> {
  await guest.modules.reset();
  if (guest.readHeapUsed() > (guest.memMb * MIB) / 2) await within(COLLECTING_MS, guest.collectGarbage());
}

/**
 * Says that the interrupt has ended something, and that other code runs since. The first answer says that the isolate has
 * taken it up. It gives no second one before the interrupt has its effect, unless its thread loses the processor in one
 * of a few microseconds: not each time.
 */
async function isSpent(guest: GuestIsolate, resting: Promise<Rest>): Promise<Rest | 'spent'> {
  for (let i = 0; i < 4; i++) await guest.inspector.post('Runtime.getIsolateId');
  return (await within(REPEAT_MS, resting)) ?? 'spent';
}

/**
 * V8 takes no second interrupt before the first is over. While the inspector itself calls the guest, one getter of a
 * thrown error after the other, the first ends one of them and is not over. An evaluation that runs into its own time
 * limit in the middle of all this ends it; until it does, V8 would refuse the next interrupt. It also takes back one
 * that has not had its effect yet: so never without need.
 */
async function endInterrupt(guest: GuestIsolate, deadline: number): Promise<void> {
  const ended = guest.evaluate('for (;;);', { timeout: 1, silent: true });
  while (!guest.isGone && now() < deadline && (await within(MAX_REPEAT_MS, ended)) === undefined);
}

/** Whether code runs to its end; an interrupt that found nothing to stop hits this instead. */
async function answersAgain(guest: GuestIsolate, ms: number): Promise<boolean> {
  const probe = guest.evaluate('0', { replMode: true });
  const rest = await within(ms, guest.restFromInterrupt());
  if (rest?.state !== 'idle') return false;
  return (await within(ms, probe))?.result?.result.value === 0;
}
