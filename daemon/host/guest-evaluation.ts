import type { RunMessage } from '../../shared/ipc/host-messages.ts';
import { awaitsWithoutValue, mayAwait } from './awaiting-input.ts';
import { expressionScript } from './expression-line.ts';
import { isUncompiled } from './guest-exceptions.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import type { GuestSteps } from './guest-steps.ts';
import type { InspectorResult } from './inspector.ts';
import type { Failure } from './modules/load-failure.ts';
import type { ModuleHost } from './modules/module-host.ts';
import { planFile, planRepl } from './modules/run-plan.ts';
import { looksLikeObject, REPL_NAME, withName } from './repl-input.ts';

/** Code of ours that is evaluated for a run; its frames are not shown. */
const OUR_NAME = 'vm-system:run';

/** Evaluates what a run is about, a line of a REPL or a file, in as many steps as that takes. */
export class GuestEvaluation {
  readonly #guest: GuestIsolate;
  readonly #modules: ModuleHost;
  readonly #request: RunMessage;
  readonly #steps: GuestSteps;

  constructor(guest: GuestIsolate, modules: ModuleHost, request: RunMessage, steps: GuestSteps) {
    this.#guest = guest;
    this.#modules = modules;
    this.#request = request;
    this.#steps = steps;
  }

  /** Undefined when the run was stopped; `failure` when the file could not even be made into something to run. */
  evaluate(): Promise<InspectorResult | { failure: Failure } | undefined> {
    return this.#request.kind === 'repl' ? this.#evaluateInput(this.#request.source) : this.#evaluateFile();
  }

  #evaluateInput(input: string): Promise<InspectorResult | undefined> {
    const script = this.#guest.hasRoom ? expressionScript(input) : undefined;
    return script === undefined ? this.#evaluateStatements(input) : this.#evaluateExpression(script, input);
  }

  async #evaluateExpression(script: string, input: string): Promise<InspectorResult | undefined> {
    const ended = await this.#steps.line(script);
    return ended === 'refused' ? this.#evaluateStatements(input) : ended;
  }

  async #evaluateStatements(input: string): Promise<InspectorResult | undefined> {
    const plan = planRepl(input);
    const source = typeof plan === 'string' ? plan : await plan;
    const answer = await this.#evaluateSource(source, REPL_NAME);
    if (source !== input) await this.#look();
    return answer;
  }

  async #evaluateFile(): Promise<InspectorResult | { failure: Failure } | undefined> {
    const { url = REPL_NAME, args = [], env = {} } = this.#request;
    const plan = await Promise.race([planFile(this.#request, this.#modules), this.#steps.stopped]);
    if (plan === undefined || 'failure' in plan) return plan;
    await this.#steps.tool('lendGlobals', [{ value: { args, env } }]);
    if (this.#steps.isStopped()) return undefined;
    if (plan.script !== undefined) await this.#guest.modules.beginScript(plan.script).catch(this.#unlessStopped);
    const answer = await this.#evaluateSource(plan.source, plan.name ?? url);
    const settled = answer === undefined ? undefined : await this.#awaitPromise(answer);
    await this.#look();
    if (settled === undefined || settled.exceptionDetails !== undefined || !plan.mayExport) return settled;
    return (await this.#exported(url)) ?? settled;
  }

  /** What was imported ran in tasks of its own: rejections in them come to light with the next one. */
  async #look(): Promise<void> {
    await Promise.race([this.#steps.rest(), this.#steps.stopped]);
  }

  /** What a script assigned to `module.exports`. */
  async #exported(url: string): Promise<InspectorResult | undefined> {
    const exported = `\u012dmport.exported(${JSON.stringify(url)})`;
    const has = await this.#evaluateSource(`${exported} !== undefined`, OUR_NAME);
    return has?.result.value === true ? this.#evaluateSource(`${exported}[0]`, OUR_NAME) : undefined;
  }

  async #evaluateSource(source: string, name: string): Promise<InspectorResult | undefined> {
    if (this.#request.kind !== 'repl') return this.#steps.evaluate(withName(source, name));
    if (looksLikeObject(source)) {
      const answer = await this.#steps.evaluate(withName(`(${source}\n)`, name));
      if (!isUncompiled(answer?.exceptionDetails)) return answer;
    }
    const answer = await this.#steps.evaluate(withName(source, name));
    if (answer === undefined || answer.exceptionDetails !== undefined || !mayAwait(source)) return answer;
    return (await awaitsWithoutValue(source)) ? { result: { type: 'undefined' } } : answer;
  }

  /** A file that ends with a promise, as `main();` does, runs until that is settled. */
  async #awaitPromise(answer: InspectorResult): Promise<InspectorResult | undefined> {
    const { result, exceptionDetails } = answer;
    if (exceptionDetails !== undefined || result.subtype !== 'promise') return answer;
    return this.#steps.awaitPromise(result);
  }

  /** Handles what the guest could not be told: the interrupt of a run may strike there too. */
  readonly #unlessStopped = (reason: unknown): void => {
    if (!this.#steps.isStopped() && !this.#guest.isGone) throw reason;
  };
}
