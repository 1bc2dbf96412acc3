import type { WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { LiveRun } from './live-run.ts';

/** A session's place in a host. */
export type Slot = { readonly id: string; readonly memMb: number; run: LiveRun | undefined };

/** Why a host, or one isolate in it, came to its end. */
export type HostEnd = {
  /** memory: more than it may have. unstoppable: in native code that cannot be interrupted. died: anything else. */
  kind: 'memory' | 'unstoppable' | 'died';
  /** What happened, for those who are not at fault. */
  message: string;
  /** Whose fault it was. */
  culprit?: Slot;
  /** How the culprit's run ended, where the host could still say it. */
  outcome?: WireOutcome;
};
