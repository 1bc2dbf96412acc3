import { denial } from './denial.ts';
import type { EventPayload } from '../../shared/model/event.ts';
import type { ModuleAccess } from './modules/built-ins.ts';

/** Names that a capability `timers` stands for. */
const TIMERS = /^(?:set|clear)(?:Timeout|Interval|Immediate)$/;

/**
 * Globals that a template could allow and does not. They are not there, so that programs can look for them as anywhere;
 * an execution that ends because of it is told what to do.
 */
export class AbsentGlobals {
  readonly #denied: ReadonlySet<string>;
  readonly #access: ModuleAccess;

  constructor(denied: readonly string[], access: ModuleAccess) {
    this.#denied = new Set(denied);
    this.#access = access;
  }

  /** What the log says of an uncaught error, if it is about one of them. */
  find(message: string): EventPayload | undefined {
    const [, name] = /^(?:Uncaught )?ReferenceError: ([A-Za-z]+) is not defined$/.exec(message) ?? [];
    if (name === undefined) return undefined;
    const { templateId, hostModules } = this.#access;
    const global = TIMERS.test(name) ? 'timers' : name;
    if (this.#denied.has(global)) {
      const need = `vm-system template add-capability ${templateId} --kind global --name ${global} --enabled`;
      return denial(`global ${name}`, `global:${global}`, need);
    }
    if (name !== 'fetch' || hostModules.has('http')) return undefined;
    return denial('global fetch', 'module:http', `vm-system template add-module ${templateId} --name http`);
  }
}
