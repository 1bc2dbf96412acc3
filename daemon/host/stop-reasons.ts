import type { WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { OutcomeCode } from '../../shared/errors/error-codes.ts';
import type { EventPayload } from '../../shared/model/event.ts';
import type { ExecutionError } from '../../shared/model/execution.ts';
import type { Limits } from '../../shared/model/settings.ts';
import type { TimeLimit } from './run-limits.ts';

/** Why a run is stopped before its code has ended, as the outcome will say it. */
export type StopReason = { status: WireOutcome['status']; error?: ExecutionError & { code: OutcomeCode } };

export function cancelled(): StopReason {
  return { status: 'cancelled', error: { code: 'CANCELLED', message: 'The execution was cancelled.' } };
}

export function timeExceeded(limit: TimeLimit, limits: Limits): StopReason {
  if (limit === 'cpu_ms') {
    const message = `The execution used more CPU time than cpu_ms allows (${limits.cpu_ms} ms).`;
    return { status: 'timeout', error: { code: 'CPU_LIMIT_EXCEEDED', message } };
  }
  const message = `The execution took longer than wall_ms allows (${limits.wall_ms} ms).`;
  return { status: 'timeout', error: { code: 'EXEC_TIMEOUT', message } };
}

export function outputExceeded(limit: 'max_events' | 'max_output_kb', limits: Limits): StopReason {
  const message =
    limit === 'max_events'
      ? `The execution made more events than max_events allows (${limits.max_events}).`
      : `The execution made more output than max_output_kb allows (${limits.max_output_kb} KiB).`;
  return { status: 'error', error: { code: 'OUTPUT_LIMIT_EXCEEDED', message } };
}

/** The daemon knows the limit and says it in full. */
export function memoryExceeded(): StopReason {
  const message = 'The session exceeded its memory limit.';
  return { status: 'error', error: { code: 'MEMORY_LIMIT_EXCEEDED', message } };
}

/** The code has called process.exit. */
export function exited(code: number): StopReason {
  if (code === 0) return { status: 'ok' };
  const message = `The code called process.exit(${code}).`;
  return { status: 'error', error: { code: 'JS_EXCEPTION', message, name: 'Exit' } };
}

/** What the log says of it; the code is there for whoever ran the file. */
export function exitNote(code: number): EventPayload {
  return { message: `process.exit(${code}) was called`, exit_code: code };
}

/** As `exitNote`, of a code that holds once nothing goes on any more, unless something goes wrong before. */
export function exitCodeNote(code: number): EventPayload {
  return { message: `process.exitCode was set to ${code}`, exit_code: code, at_end: true };
}
