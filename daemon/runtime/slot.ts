import type { WireOutcome } from '../../shared/ipc/host-messages.ts';
import type { Limits } from '../../shared/model/settings.ts';
import type { LiveBackground } from './live-background.ts';
import type { LiveRun } from './live-run.ts';
import type { ModuleServer } from './module-server.ts';
import type { SessionCalls } from './session-calls.ts';

/** A session's place in a host. */
export type Slot = {
  readonly id: string;
  readonly memMb: number;
  readonly modules: ModuleServer;
  readonly calls: SessionCalls;
  run: LiveRun | undefined;
  /** What goes on between runs: timers wait to be called, or have been. */
  background: LiveBackground | undefined;
  /** Those of the last run. */
  limits: Limits | undefined;
};

export function newSlot(given: Pick<Slot, 'id' | 'memMb' | 'modules' | 'calls'>): Slot {
  return { ...given, run: undefined, background: undefined, limits: undefined };
}

/** Why a host, or one isolate in it, came to its end. */
export type HostEnd = {
  /** memory: more than it may have. unstoppable: in native code that cannot be interrupted. died: anything else. */
  kind: 'memory' | 'unstoppable' | 'died';
  /** What happened, for those who are not at fault. */
  message: string;
  /** Whose fault it was. */
  culprit?: Slot;
  /** Not its run was at fault, if it has one, but what earlier ones left behind. */
  isBackground?: true;
  /** How the culprit's run ended, where the host could still say it. */
  outcome?: WireOutcome;
};

/** The host, or the session, has taken more memory than it may. */
export function memoryEnd(culprit?: Slot, outcome?: WireOutcome): HostEnd {
  return {
    kind: 'memory',
    message: 'the runtime host was shared, and its sessions together exceeded their memory limits',
    ...(culprit === undefined ? {} : { culprit }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** What goes on in it may take so many milliseconds more. */
export function giveTime({ run, background }: Slot, ms: number): void {
  if (run !== undefined) run.deadline += ms;
  if (background !== undefined) background.deadline += ms;
}
