import type { ErrorEnvelope } from '../../shared/errors/vm-error.ts';

/** What the process ends with; scripts rely on it. Ended by a signal, it is 128 and the signal's number. 75 is EX_TEMPFAIL of sysexits: try again. */
export const EXIT = { done: 0, guestFailed: 1, usage: 2, refused: 3, noDaemon: 4, daemonLost: 75 } as const;

/** The daemon refused. `status` is that of HTTP; `requestId` finds the request in the daemon's log. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly envelope: ErrorEnvelope['error'];
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(envelope: ErrorEnvelope['error'], status: number, requestId?: string) {
    super(`${envelope.code}: ${envelope.message}`);
    this.envelope = envelope;
    this.status = status;
    this.requestId = requestId;
  }

  get code(): string {
    return this.envelope.code;
  }
}

/** No daemon answers at the daemon's address, or it stopped answering. */
export class NoDaemonError extends Error {
  override readonly name = 'NoDaemonError';
}

/** The command cannot be understood as it was typed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command was understood and cannot be done, for a reason outside; the message says all. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The user, or the system, wants us to end before there is an outcome. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}

/** `--version`: not the command is wanted, wherever on the line that was said. */
export class VersionAsked extends Error {
  override readonly name = 'VersionAsked';
}
