import type { WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { OutcomeCode } from '../../shared/errors/error-codes.ts';
import type { LiveRun } from './live-run.ts';
import type { HostEnd, Slot } from './slot.ts';

/** What a lost session says in its last_error, and how its run ended if it had one. */
export type Blame = { reason: string; outcome: WireOutcome };

/** Says honestly who did what: a neighbour in a shared host dies of what it did not do. */
export function blameFor(slot: Slot, end: HostEnd): Blame {
  if (end.culprit === undefined) return { reason: end.message, outcome: failed('HOST_DIED', end.message) };
  if (end.culprit !== slot) {
    const reason = `the runtime host was shared with session ${end.culprit.id}, ${deed(end, end.culprit)}`;
    return { reason, outcome: failed('HOST_DIED', reason) };
  }
  if (end.kind === 'memory') {
    const reason = `memory limit of ${slot.memMb} MB exceeded${inRun(slot.run)}`;
    return { reason, outcome: failed('MEMORY_LIMIT_EXCEEDED', reason, end.outcome) };
  }
  if (end.isBackground === true) {
    const reason = `what earlier executions left behind could not be stopped in time; ${end.message}`;
    return { reason, outcome: failed('HOST_DIED', reason) };
  }
  const reason = `what ran${inRun(slot.run)} could not be stopped in time; ${end.message}`;
  return { reason, outcome: end.outcome ?? lateOutcome(slot.run, reason) };
}

/** The one at fault for want of memory when the process could not say it: who is alone, or who alone ran. */
export function onlySuspect(slots: readonly Slot[]): Slot | undefined {
  const suspects = slots.length === 1 ? slots : slots.filter((slot) => slot.run !== undefined);
  return suspects.length === 1 ? suspects[0] : undefined;
}

function deed({ kind }: HostEnd, culprit: Slot): string {
  if (kind === 'memory') return `which exceeded its memory limit of ${culprit.memMb} MB`;
  return 'whose execution could not be stopped in time';
}

function inRun(run: LiveRun | undefined): string {
  return run === undefined ? '' : ` in execution ${run.executionId}`;
}

function failed(code: OutcomeCode, message: string, known?: WireOutcome): WireOutcome {
  return { status: 'error', error: { code, message }, metrics: known?.metrics ?? {} };
}

function lateOutcome(run: LiveRun | undefined, reason: string): WireOutcome {
  if (run?.isStopExpected === true)
    return { status: 'cancelled', error: { code: 'CANCELLED', message: reason }, metrics: {} };
  const message = `The execution took longer than wall_ms allows (${run?.wallMs ?? 0} ms); ${reason}.`;
  return { status: 'timeout', error: { code: 'EXEC_TIMEOUT', message }, metrics: {} };
}
