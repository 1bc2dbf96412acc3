import type { CallUse, ModulePolicy } from '../../shared/ipc/call-messages.ts';
import { toCallError } from '../../daemon/modules/denied.ts';
import type { HostModule } from '../../daemon/modules/host-module.ts';

/** A template that allows a worktree for reading and writing, and nothing else. */
export function policyFor(worktree: string, more: Partial<ModulePolicy> = {}): ModulePolicy {
  const modules = ['fs', 'database', 'exec', 'http'];
  const nothing = { net: [], exec: {}, env: {}, options: {} };
  return { template_id: 'T', worktree, modules, fs: { worktree: 'rw', roots: [] }, ...nothing, ...more };
}

/** Calls a module as its process does, and keeps what it notes for the log. */
export class ModuleCaller {
  readonly uses: CallUse[] = [];
  readonly #module: HostModule;

  constructor(module: HostModule) {
    this.#module = module;
  }

  /** What comes back has crossed as JSON; an error is told as `CODE message`. */
  async call(name: string, ...args: unknown[]): Promise<unknown> {
    return this.until(new AbortController().signal, name, ...args);
  }

  async until(signal: AbortSignal, name: string, ...args: unknown[]): Promise<unknown> {
    const allow = (capability: string, what: string): void => { this.uses.push({ allowed: true, capability, what }); }; // prettier-ignore
    const deny = (what: string, { capability, reason }: { capability: string; reason: string }): void => {
      this.uses.push({ allowed: false, capability, what: `${what}: ${reason}` });
    };
    try {
      const value = await this.#module.call(name, crossed(args) as unknown[], { signal, allow, deny });
      return crossed(value);
    } catch (error) {
      const { code, message } = toCallError(error);
      return `${code} ${message}`;
    }
  }

  close(): void {
    this.#module.close?.();
  }
}

function crossed(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
