import ivm from 'isolated-vm';
import type { SessionLibrary } from '../../shared/ipc/session-library.ts';
import { bootstrapText } from './guest/bootstrap.ts';
import { GuestLibraries } from './guest-libraries.ts';
import { Inspector, type InspectorAnswer } from './inspector.ts';

/** isolated-vm names the contexts that it makes so; the isolate's unused default context is called otherwise. */
const CONTEXT_NAME = '<isolated-vm>';

/** What the guest calls. Both run on the host's main thread while the guest goes on (`line`) or waits (`gate`). */
export type GuestCallbacks = {
  line(level: number, text: string): void;
  /** The guest goes on when this returns, or when what it returns settles. */
  gate(): Promise<void> | undefined;
};

/** How the isolate came to rest: `terminated` when it was interrupted, `gone` when it is disposed. */
export type Rest = { state: 'idle' | 'terminated' | 'gone' } | { state: 'rejected'; reason: unknown };

/** One V8 isolate with one context in it, our tools inside, and an inspector on it. */
export class GuestIsolate {
  readonly memMb: number;
  readonly inspector: Inspector;
  /** As of the last rest, before its microtasks. */
  heapUsedBytes = 0;
  /** Where the guest's calls go; a spare isolate has no session yet. */
  callbacks: GuestCallbacks = { line: () => undefined, gate: () => undefined };
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #nothing: ivm.Script;
  #contextId = 0;
  #lastCpuTime = 0n;
  #toolsId = '';

  private constructor(memMb: number, onCatastrophe: () => void) {
    this.memMb = memMb;
    this.#isolate = new ivm.Isolate({ memoryLimit: memMb, inspector: true, onCatastrophicError: onCatastrophe });
    this.#context = this.#isolate.createContextSync({ inspector: true });
    this.#nothing = this.#isolate.compileScriptSync('0');
    this.inspector = new Inspector(this.#isolate);
  }

  /** @param onCatastrophe V8 has lost control over the isolate, and its thread sleeps for ever: the process must end */
  static async create(memMb: number, onCatastrophe: () => void): Promise<GuestIsolate> {
    const guest = new GuestIsolate(memMb, onCatastrophe);
    guest.#contextId = await guest.inspector.contextId(CONTEXT_NAME, () => guest.rest());
    await guest.#bootstrap();
    return guest;
  }

  get isGone(): boolean {
    return this.#isolate.isDisposed;
  }

  /** Time that the isolate's thread was entered so far, nanoseconds; waiting for the host does not count. */
  get cpuTime(): bigint {
    try {
      this.#lastCpuTime = this.#isolate.cpuTime;
    } catch {
      // Disposed: isolated-vm does not know any more.
    }
    return this.#lastCpuTime;
  }

  /** As of now; only for an isolate at rest. Waits until its thread has let go of it, which is up to 30 µs. */
  readHeapUsed(): number {
    return this.#isolate.getHeapStatisticsSync().used_heap_size;
  }

  /** Names of the let, const and class declarations of the top level; a name declared twice comes twice. */
  lexicalNames(): Promise<InspectorAnswer<{ names: string[] }>> {
    return this.inspector.post('Runtime.globalLexicalScopeNames', { executionContextId: this.#contextId });
  }

  /** Evaluates the session's libraries. Throws LibraryFailure. */
  loadLibraries(libraries: readonly SessionLibrary[], strict: boolean): Promise<GuestLibraries> {
    return GuestLibraries.load(this.#isolate, this.#context, libraries, strict);
  }

  /** Starts an evaluation in the context. */
  evaluate(expression: string, params: object): Promise<InspectorAnswer> {
    return this.inspector.post('Runtime.evaluate', { expression, contextId: this.#contextId, ...params });
  }

  /** Calls one of the guest's tools with values of the guest or of ours. */
  callTool(name: string, args: readonly object[], group: string): Promise<InspectorAnswer> {
    // No spreading: the guest may have changed what that does.
    const functionDeclaration = `function(a,b,c,d){return this.${name}(a,b,c,d)}`;
    const values = { arguments: args, objectGroup: group, returnByValue: true };
    return this.inspector.post('Runtime.callFunctionOn', { objectId: this.#toolsId, functionDeclaration, ...values });
  }

  async removeConsole(): Promise<void> {
    void this.callTool('removeConsole', [], '');
    await this.rest();
  }

  /**
   * Runs microtasks and resolves when the isolate has nothing more to do; code that loops keeps it pending. Any task for
   * the isolate does this: asking for its heap is the cheapest, and of use.
   */
  rest(): Promise<Rest> {
    return this.#isolate.getHeapStatistics().then(
      ({ used_heap_size }) => {
        this.heapUsedBytes = used_heap_size;
        return { state: 'idle' };
      },
      (reason: unknown) => this.#restless(reason),
    );
  }

  /** As `rest`, and takes an interrupt upon itself that found nothing else to stop. */
  restFromInterrupt(): Promise<Rest> {
    return this.#nothing.run(this.#context).then(
      () => ({ state: 'idle' }),
      (reason: unknown) => this.#restless(reason),
    );
  }

  /** Stops what runs; globals survive. Takes about 1 ms, except in native code without interrupt checks. */
  terminate(): void {
    this.inspector.tell('Runtime.terminateExecution');
  }

  /** For isolates at rest: disposing a busy one can freeze this thread. */
  dispose(): void {
    this.inspector.dispose();
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }

  #restless(reason: unknown): Rest {
    if (this.#isolate.isDisposed) return { state: 'gone' };
    // An unhandled rejection comes as what it was rejected with; an interrupted pump as null.
    return reason === null ? { state: 'terminated' } : { state: 'rejected', reason };
  }

  async #bootstrap(): Promise<void> {
    const line = new ivm.Callback((level: number, text: string) => { this.callbacks.line(level, text); }, { ignored: true }); // prettier-ignore
    const gate = new ivm.Reference(() => this.callbacks.gate());
    this.#context.evalClosureSync(bootstrapText(), [line, gate], { filename: 'vm-system:guest' });
    // The inspector needs the tools as one of its objects; the guest must not see them.
    const answer = this.evaluate(
      '(() => { const tools = globalThis.tools; delete globalThis.tools; return tools; })()',
      {
        objectGroup: 'host',
      },
    );
    await this.rest();
    const { result } = await answer;
    if (result?.result.objectId === undefined) throw new Error('the guest has no tools');
    this.#toolsId = result.result.objectId;
  }
}
