import type { ErrorEnvelope } from '../../shared/errors/vm-error.ts';

/** What the process ends with; scripts rely on it. */
export const EXIT = { done: 0, guestFailed: 1, usage: 2, refused: 3, noDaemon: 4 } as const;

/** The daemon refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly envelope: ErrorEnvelope['error'];

  constructor(envelope: ErrorEnvelope['error']) {
    super(`${envelope.code}: ${envelope.message}`);
    this.envelope = envelope;
  }
}

/** Nobody answers at the daemon's address. */
export class NoDaemonError extends Error {
  override readonly name = 'NoDaemonError';

  constructor(serverUrl: string, cause: unknown) {
    super(`no daemon answers at ${serverUrl}; start one with: vm-system serve`, { cause });
  }
}

/** The command cannot be understood as it was typed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command was understood and cannot be done, for a reason outside; the message says all. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
