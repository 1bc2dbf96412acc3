import type { ModulePolicy } from '../../shared/ipc/call-messages.ts';
import type { Denied } from './denied.ts';

/** What a module may say and hear while it does a call. */
export type CallContext = {
  /** Aborted when nobody waits for the call any more: stop as soon as possible. */
  readonly signal: AbortSignal;
  /**
   * Notes an allowed use for the audit, before it has an effect. A call that notes none is noted when it returns; one
   * that throws `Denied` is noted as denied.
   * @param what reads like the call: `http.request("https://example.org/")`
   */
  allow(capability: string, what: string): void;
  /** As `allow`, for a use that is refused while the call itself goes on, or fails with another error. */
  deny(what: string, denied: Pick<Denied, 'capability' | 'need' | 'reason'>): void;
};

/**
 * What a host module does on the daemon's side, in the module process of one session. Everything in `args` is the
 * guest's. What is returned crosses as JSON; what is thrown as an error without a stack: `Denied`, `ModuleError`, or
 * whatever Node throws, of which message and code cross.
 */
export interface HostModule {
  call(name: string, args: readonly unknown[], context: CallContext): unknown;
  /** The session ends: give back at once what outlives a process. */
  close?(): void;
}

/** Makes the module at its first call in a session. `tellUsed`: how much of the quota of files is used now. */
export type HostModuleMaker = (policy: ModulePolicy, tellUsed: (bytes: number) => void) => HostModule;
