import type { CallUse } from '../../shared/ipc/call-messages.ts';

/** To whom a call of a host module belongs: an execution, or what goes on between two. */
export type CallOwner = {
  /** Whether it may make no more events: nothing is done for it any more. */
  readonly isFull: boolean;
  /** Takes an event of the daemon's own. `isCancelled`: nobody waits for the call any more. */
  note(use: CallUse, isCancelled: boolean): void;
};
