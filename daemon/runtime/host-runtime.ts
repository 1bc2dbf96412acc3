import { pathToFileURL } from 'node:url';
import type { ModulePolicy } from '../../shared/ipc/call-messages.ts';
import type { RunMessage, SessionKind } from '../../shared/ipc/host-messages.ts';
import type { CompleteRequest, Completion, GlobalVariable, Member, ValueLook } from '../../shared/model/inspection.ts';
import { hostCommand, MAX_FENCED_MEM_MB } from './host-command.ts';
import { SessionModules, type ModuleTools } from '../worktree/session-modules.ts';
import { SourceCache } from '../worktree/source-cache.ts';
import { TypeStripper } from '../worktree/type-stripper.ts';
import { HostPool } from './host-pool.ts';
import { HostProcess } from './host-process.ts';
import { HostWatch } from './host-watch.ts';
import { allowedBy } from './module-policy.ts';
import { ModuleServer } from './module-server.ts';
import { RuntimeHost } from './runtime-host.ts';
import type { RunOutcome, RunRequest, Runtime, RuntimeListener, SessionSpec } from './runtime.ts';
import { SessionCalls } from './session-calls.ts';
import { kindOf } from './session-kind.ts';
import { SharedHosts } from './shared-hosts.ts';
import { newSlot, type Slot } from './slot.ts';

export type RuntimeOptions = {
  /** Hosts that are kept ready; default 2. */
  spareHosts?: number;
  /** A fenced host that was started before there was a runtime. */
  firstHost?: HostProcess | undefined;
  logger?: { warn(details: object, message: string): void };
};

const DEFAULT_SPARE_HOSTS = 2;
/** A run that is asked to stop because its session closes gets this long to say its last words. */
const LAST_WORDS_MS = 300;
/** SIGKILL needs no more than this, even of a process with gigabytes to give back. */
const REAP_MS = 2000;

type Place = { slot: Slot; host: RuntimeHost; shared: boolean; isOpen: boolean };

/** Sessions in host processes: one each, or many in one where the template asks for that. */
export class HostRuntime implements Runtime {
  readonly #listener: RuntimeListener;
  readonly #logger: RuntimeOptions['logger'];
  readonly #places = new Map<string, Place>();
  readonly #hosts = new Set<RuntimeHost>();
  readonly #watch = new HostWatch();
  readonly #pool: HostPool;
  readonly #shared: SharedHosts;
  readonly #typeStripper = new TypeStripper();
  readonly #moduleTools: ModuleTools = { cache: new SourceCache(), stripTypes: this.#typeStripper.strip };
  /** Of sessions that have ended: what their host modules did is being ended. */
  readonly #closing = new Set<Promise<void>>();
  #firstHost: HostProcess | undefined;
  #disposed: Promise<void> | undefined;

  constructor({ spareHosts = DEFAULT_SPARE_HOSTS, firstHost, logger }: RuntimeOptions, listener: RuntimeListener) {
    this.#listener = listener;
    this.#logger = logger;
    this.#firstHost = firstHost;
    this.#shared = new SharedHosts(() => this.#makeHost({ shared: true, fenced: false }));
    this.#pool = new HostPool({
      size: spareHosts,
      make: () => this.#makeHost({ shared: false, fenced: true }),
      isBusy: () => [...this.#places.values()].some(({ slot }) => slot.run !== undefined),
      isHurried: firstHost !== undefined,
    });
  }

  async open(spec: SessionSpec): Promise<void> {
    if (this.#places.has(spec.session_id)) throw new Error(`the session ${spec.session_id} is open already`);
    const first = await this.#openOnce(spec, { fresh: false });
    if (first === undefined) return;
    // A spare that died unnoticed says nothing about a new host, which is tried once.
    const second = await this.#openOnce(spec, { fresh: true });
    if (second !== undefined) throw second;
  }

  run(sessionId: string, request: RunRequest): Promise<RunOutcome> {
    const place = this.#places.get(sessionId);
    if (place === undefined) return Promise.resolve(notAlive(sessionId));
    const { execution_id, kind, source, file, as_module, args, env, limits } = request;
    const message: RunMessage = { t: 'run', session_id: sessionId, execution_id, kind, source };
    if (file !== undefined) message.url = scriptName(file);
    if (as_module !== undefined) message.as_module = as_module;
    // A line of a REPL has none, and every name in a message costs both ends.
    if (kind !== 'repl') Object.assign(message, { args, env });
    const outcome = place.host.run(place.slot, message, limits);
    this.#watch.hurry();
    return outcome;
  }

  interrupt(sessionId: string): void {
    const place = this.#places.get(sessionId);
    place?.host.interrupt(place.slot);
  }

  interruptBackground(sessionId: string): void {
    const place = this.#places.get(sessionId);
    place?.host.interruptBackground(place.slot);
  }

  goesOn(sessionId: string): boolean {
    return this.#places.get(sessionId)?.slot.background !== undefined;
  }

  async globals(sessionId: string): Promise<GlobalVariable[] | undefined> {
    return this.#places.get(sessionId)?.host.looks.globals(sessionId);
  }

  async complete(sessionId: string, request: CompleteRequest): Promise<Completion | undefined> {
    return this.#places.get(sessionId)?.host.looks.complete(sessionId, request);
  }

  async value(sessionId: string, path: readonly string[]): Promise<ValueLook | undefined> {
    return this.#places.get(sessionId)?.host.looks.value(sessionId, path);
  }

  async members(sessionId: string, path: readonly string[]): Promise<Member[] | undefined> {
    return this.#places.get(sessionId)?.host.looks.members(sessionId, path);
  }

  async close(sessionId: string, reason: string): Promise<void> {
    const place = this.#places.get(sessionId);
    if (place === undefined) return;
    this.#places.delete(sessionId);
    await this.#endRun(place, reason);
    await this.#leave(place, reason);
  }

  activeSessionIds(): string[] {
    return [...this.#places].flatMap(([id, { isOpen }]) => (isOpen ? [id] : [])).sort();
  }

  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose());
  }

  /** Returns the error when the host died; throws when it refused. */
  async #openOnce(spec: SessionSpec, { fresh }: { fresh: boolean }): Promise<Error | undefined> {
    if (this.#disposed !== undefined) throw new Error('the runtime is stopping');
    const { limits, resolver } = spec.settings;
    const { session_id, worktree_path } = spec;
    const modules = new ModuleServer(new SessionModules(worktree_path, resolver, this.#moduleTools));
    const allowed = allowedBy(spec);
    const kind = kindOf(spec, allowed);
    const { policy, deniedModules } = allowed;
    const place = {
      slot: newSlot({ id: session_id, memMb: limits.mem_mb, modules, calls: this.#callsOf(session_id, policy) }),
      ...this.#findHost(spec, kind, fresh),
      isOpen: false,
    };
    this.#places.set(session_id, place);
    try {
      await place.host.ready;
      await place.host.open(place.slot, {
        t: 'open',
        session_id,
        worktree_path,
        resolver,
        kind,
        template_id: spec.template_id,
        modules: policy.modules,
        denied_modules: deniedModules,
        env: policy.env,
      });
      if (this.#places.get(session_id) !== place) {
        await place.host.closeSlot(place.slot);
        throw new Error('nobody wants it any more');
      }
      place.isOpen = true;
      if (!place.shared) this.#pool.expect(kind);
      return undefined;
    } catch (error) {
      if (this.#places.get(session_id) !== place) {
        throw new Error('the session was closed before it was open', { cause: error });
      }
      const hasDied = !place.host.isUsable;
      this.#forget(place);
      if (hasDied && error instanceof Error) return error;
      throw error;
    }
  }

  #findHost(spec: SessionSpec, kind: SessionKind, fresh: boolean): { host: RuntimeHost; shared: boolean } {
    const { limits, runtime } = spec.settings;
    if (runtime.isolation === 'shared') return { host: this.#shared.take(runtime.strict), shared: true };
    if (limits.mem_mb <= MAX_FENCED_MEM_MB && !fresh) return { host: this.#pool.take(kind), shared: false };
    return { host: this.#makeHost({ shared: false, fenced: limits.mem_mb <= MAX_FENCED_MEM_MB }), shared: false };
  }

  #makeHost({ shared, fenced }: { shared: boolean; fenced: boolean }): RuntimeHost {
    const early = fenced && !shared ? this.#takeFirstHost() : undefined;
    const process = early ?? new HostProcess(hostCommand({ fenced }));
    const host: RuntimeHost = new RuntimeHost(process, shared, this.#listener, (lost) => {
      for (const slot of lost) this.#lost(slot, host);
    });
    this.#hosts.add(host);
    this.#watch.add(host);
    void host.process.exited.then(() => {
      this.#reaped(host);
    });
    return host;
  }

  #takeFirstHost(): HostProcess | undefined {
    const first = this.#firstHost;
    this.#firstHost = undefined;
    return first;
  }

  #lost(slot: Slot, host: RuntimeHost): void {
    const place = this.#places.get(slot.id);
    if (place?.slot === slot) this.#forget(place);
    this.#logger?.warn({ session_id: slot.id, pid: host.process.pid, stderr: host.process.stderr }, 'session lost');
  }

  #reaped(host: RuntimeHost): void {
    this.#hosts.delete(host);
    this.#watch.remove(host);
    this.#pool.ended(host);
  }

  #callsOf(session_id: string, policy: ModulePolicy): SessionCalls {
    return new SessionCalls(policy, (stderr) => {
      this.#logger?.warn({ session_id, stderr }, 'module process ended');
    });
  }

  #closeCalls({ calls }: Slot): void {
    const closing = calls.close();
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }

  #forget(place: Place): void {
    this.#closeCalls(place.slot);
    if (this.#places.get(place.slot.id) === place) this.#places.delete(place.slot.id);
    if (place.shared ? this.#shared.release(place.host) : true) place.host.kill(closedEnd);
  }

  async #endRun({ slot, host }: Place, reason: string): Promise<void> {
    const { run } = slot;
    if (run === undefined) return;
    run.cancelReason = reason;
    host.interrupt(slot);
    await withTimeout(run.ended, LAST_WORDS_MS);
    if (slot.run !== run) return;
    slot.run = undefined;
    run.end({ status: 'cancelled', metrics: {} });
  }

  /** A host of its own is simply killed: that cannot hang, and cannot go wrong. */
  async #leave({ slot, host, shared, isOpen }: Place, reason: string): Promise<void> {
    host.slots.delete(slot.id);
    // Also what only began while the run came to its end.
    slot.background?.cancel(reason);
    slot.background = undefined;
    this.#closeCalls(slot);
    if (!shared || this.#shared.release(host)) host.kill(closedEnd);
    else if (isOpen) await host.closeSlot(slot).catch(() => undefined);
  }

  async #dispose(): Promise<void> {
    this.#pool.close();
    const open = [...this.#places.keys()];
    await Promise.all(open.map((id) => this.close(id, 'the daemon is stopping')));
    const hosts = [...this.#hosts];
    this.#takeFirstHost()?.kill(closedEnd);
    for (const host of hosts) host.kill(closedEnd);
    await withTimeout(Promise.all([...hosts.map(({ process }) => process.exited), ...this.#closing]), REAP_MS);
    this.#watch.stop();
    await this.#typeStripper.dispose();
  }
}

const closedEnd = { kind: 'died', message: 'the session was closed' } as const;

/** The file's URL. V8 takes no quotes in the name of a script. */
function scriptName(file: string): string {
  return pathToFileURL(file).href.replaceAll("'", '%27');
}

function notAlive(sessionId: string): RunOutcome {
  const message = `the session ${sessionId} is not alive`;
  return { status: 'error', error: { code: 'HOST_DIED', message }, metrics: {} };
}

async function withTimeout(promise: Promise<unknown>, ms: number): Promise<void> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(timeout.resolve, ms, undefined);
  await Promise.race([promise, timeout.promise]);
  clearTimeout(timer);
}
