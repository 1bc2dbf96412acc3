import { HOST_MODULES, type HostModuleName } from '../../shared/catalogue/host-modules.ts';
import {
  MAX_CALL_BYTES,
  MAX_CALL_CHARS,
  type CallResult,
  type CallUse,
  type FromModules,
  type HostCall,
  type ModulePolicy,
} from '../../shared/ipc/call-messages.ts';
import { Denied, ModuleError, toCallError } from './denied.ts';
import { describeCall } from './describe-call.ts';
import type { CallContext, HostModule } from './host-module.ts';
import { HOST_MODULE_MAKERS } from './registry.ts';

/** One call may make no more events than this: what comes after is done without. */
const MAX_USES = 32;

/** The calls of one session: finds the module, notes what is used, and turns whatever happens into a reply. */
export class ModuleCalls {
  readonly #policy: ModulePolicy;
  readonly #send: (message: FromModules) => void;
  readonly #modules = new Map<string, Promise<HostModule>>();
  readonly #made: HostModule[] = [];
  readonly #running = new Map<number, AbortController>();

  constructor(policy: ModulePolicy, send: (message: FromModules) => void) {
    this.#policy = policy;
    this.#send = send;
  }

  async call({ id, module, name, args }: HostCall): Promise<void> {
    const abort = new AbortController();
    this.#running.set(id, abort);
    const result = await this.#do(id, module, name, args, abort.signal);
    this.#running.delete(id);
    this.#send({ t: 'returned', reply: { id, text: textOf(result) } });
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort();
  }

  close(): void {
    for (const abort of this.#running.values()) abort.abort();
    for (const module of this.#made) module.close?.();
  }

  async #do(id: number, name: string, call: string, text: string, signal: AbortSignal): Promise<CallResult> {
    let uses = 0;
    const note = ({ need, ...use }: CallUse): void => {
      if (++uses <= MAX_USES)
        this.#send({ t: 'use', id, use: need === undefined ? use : { ...use, need: this.#named(need) } });
    };
    const context: CallContext = {
      signal,
      allow: (capability, what) => { note({ allowed: true, capability, what }); }, // prettier-ignore
      deny: (what, { capability, need, reason }) => { note({ allowed: false, capability, what: `${what}: ${reason}`, ...(need === undefined ? {} : { need }) }); }, // prettier-ignore
    };
    let what = `${name.slice(0, 40)}.${call.slice(0, 40)}`;
    try {
      const args = argumentsOf(text);
      what = describeCall(name, call, args);
      const module = await this.#module(name);
      const value: unknown = await module.call(call, args, context);
      if (uses === 0) context.allow(`module:${name}`, what);
      return { value };
    } catch (error) {
      if (error instanceof Denied) context.deny(what, error);
      else if (uses === 0) context.allow(`module:${name}`, what);
      const failure = toCallError(error);
      return { error: { ...failure, message: this.#named(failure.message) } };
    }
  }

  /** A command with the template that it is about. */
  #named(text: string): string {
    return text.replace(' TEMPLATE ', ` ${this.#policy.template_id} `);
  }

  /** The daemon's own list decides, whatever the host has let its guest ask for. */
  #module(name: string): Promise<HostModule> {
    const known = this.#modules.get(name);
    if (known !== undefined) return known;
    if (!Object.hasOwn(HOST_MODULES, name) || !this.#policy.modules.includes(name)) {
      const need = `vm-system template add-module TEMPLATE --name ${name.slice(0, 40)}`;
      throw new Denied(
        `the template does not allow the module ${name.slice(0, 40)}`,
        `module:${name.slice(0, 40)}`,
        need,
      );
    }
    const making = this.#make(name as HostModuleName);
    this.#modules.set(name, making);
    return making;
  }

  async #make(name: HostModuleName): Promise<HostModule> {
    const module = (await HOST_MODULE_MAKERS[name]())(this.#policy, (bytes) => {
      this.#send({ t: 'quota', used: bytes });
    });
    this.#made.push(module);
    return module;
  }
}

function argumentsOf(text: string): unknown[] {
  const args: unknown = JSON.parse(text);
  return Array.isArray(args) ? args : [];
}

function textOf(result: CallResult): string {
  const text = JSON.stringify(result);
  if (text.length <= MAX_CALL_CHARS) return text;
  const error = new ModuleError('ERR_OUT_OF_RANGE', `What the call gives is larger than ${MAX_CALL_BYTES} bytes`);
  return JSON.stringify({ error: toCallError(error) });
}
