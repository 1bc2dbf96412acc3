import ivm from 'isolated-vm';
import type { SessionLibrary } from '../../shared/ipc/session-library.ts';
import { within } from './within.ts';
import { HeapReading } from './heap-reading.ts';
import { HostCalls } from './host-calls.ts';
import { GuestModules } from './modules/guest-modules.ts';
import { GuestLibraries } from './guest-libraries.ts';
import { connectGuest, NO_CALLBACKS, TAKE_AWAY } from './guest-links.ts';
import type { GuestSnapshot } from './guest-snapshot.ts';
import { GuestTurns } from './guest-turns.ts';
import { LINE_COLUMN_OFFSET } from './guest/line-script.ts';
import { Inspector, type InspectorAnswer } from './inspector.ts';
import { REPL_NAME } from './repl-input.ts';
import { restless, type Rest, type Restless } from './rest.ts';
import { ValuePeek } from './value-peek.ts';

/** isolated-vm names the contexts that it makes so; the isolate's unused default context is called otherwise. */
const CONTEXT_NAME = '<isolated-vm>';

/** How a line ended: `given` by the guest's `endLine`; `refused` when it is no expression, and nothing of it has run. */
const lineGave = (given: unknown): LineEnd => ({ state: 'idle', given });
const LINE_OPTIONS = { filename: REPL_NAME, columnOffset: LINE_COLUMN_OFFSET };

export type LineEnd = { state: 'idle'; given: unknown } | { state: 'refused' } | Restless;

/** Calls what is given to its `then` as soon as all has returned that is being called: on an empty stack. */
export const atOnce = Promise.resolve();

/** An isolate that does not come to rest is disposed all the same. */
const MAX_GOODBYE_MS = 500;

type OnAnswer = (answer: InspectorAnswer) => void;

export type GuestOptions = {
  memMb: number;
  snapshot: GuestSnapshot;
  /** V8 has lost control over the isolate, and its thread sleeps for ever: the process must end. */
  onCatastrophe: () => void;
};

/** One V8 isolate with one context in it, our tools inside, and an inspector on it. */
export class GuestIsolate {
  readonly memMb: number;
  readonly inspector: Inspector;
  /** As of the last rest, before its microtasks, or of `readHeapUsed`. */
  readonly #heap = new HeapReading();
  readonly modules: GuestModules;
  /** The guest's calls of host modules. */
  readonly calls = new HostCalls();
  readonly turns: GuestTurns;
  peek: ValuePeek | undefined;
  /** Where the guest's calls go; a spare isolate has no session yet. */
  callbacks = NO_CALLBACKS;
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #nothing: ivm.Script;
  readonly #readHeap: () => Promise<ivm.HeapStatistics>;
  #contextId = 0;
  #lastCpuTime = 0n;
  #toolsId = '';
  /** Found out after whatever ran last. */
  #isKnownToHaveRoom = false;

  private constructor({ memMb, snapshot, onCatastrophe }: GuestOptions) {
    this.memMb = memMb;
    const onCatastrophicError = onCatastrophe;
    [this.#isolate, this.#context] = snapshot.lend((copy) => {
      const isolate = new ivm.Isolate({ memoryLimit: memMb, snapshot: copy, inspector: true, onCatastrophicError });
      return [isolate, isolate.createContextSync({ inspector: true })];
    });
    this.#readHeap = this.#isolate.getHeapStatistics.bind(this.#isolate);
    this.#nothing = this.#isolate.compileScriptSync('0');
    this.inspector = new Inspector(this.#isolate);
    this.modules = new GuestModules(this.#isolate, this.#context);
    const onRejected = (reason: unknown): void => { this.callbacks.rejected(reason); }; // prettier-ignore
    this.modules.onRejected = onRejected;
    const tools = connectGuest(this.#context, this);
    this.modules.builtInTools = () => tools.getSync('builtInTools', { reference: true });
    const onBegin = (): void => {
      this.#isKnownToHaveRoom = false;
      this.#heap.expire();
    };
    this.turns = new GuestTurns({ isolate: this.#isolate, tools, onBegin, onRejected });
  }

  static async create(options: GuestOptions): Promise<GuestIsolate> {
    const guest = new GuestIsolate(options);
    guest.#contextId = await guest.inspector.contextId(CONTEXT_NAME, () => guest.rest());
    await guest.#takeTools();
    await guest.collectGarbage();
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

  /**
   * Whether the isolate is far from its memory limit: isolated-vm ends those that are beyond it after an evaluation of its
   * own, also such as were refused more memory and lived on.
   */
  get hasRoom(): boolean {
    return this.#heap.hasRoom(this.memMb);
  }

  /** What the heap holds, found at most so long ago. */
  heapUsed(maxAgeMs: number): number {
    return this.#heap.ageMs < maxAgeMs ? this.#heap.usedBytes : this.readHeapUsed();
  }

  /** As of now; only for an isolate at rest. What was last found, when that is not its own doing. */
  readHeapUsed(): number {
    if (!this.#isEntered) this.#takeHeap();
    return this.#heap.usedBytes;
  }

  /** Names of the let, const and class declarations of the top level; a name declared twice comes twice. */
  lexicalNames(): Promise<InspectorAnswer<{ names: string[] }>> {
    return this.inspector.post('Runtime.globalLexicalScopeNames', { executionContextId: this.#contextId });
  }

  /** Evaluates the session's libraries. Throws LibraryFailure. */
  async loadLibraries(libraries: readonly SessionLibrary[], strict: boolean): Promise<void> {
    this.modules.libraries = await GuestLibraries.load(this.#isolate, this.#context, libraries, strict);
  }

  /** Starts an evaluation in the context. */
  startEvaluation(expression: string, params: object, onAnswer: OnAnswer): void {
    this.#isKnownToHaveRoom = false;
    this.inspector.ask('Runtime.evaluate', { expression, contextId: this.#contextId, ...params }, onAnswer);
  }

  evaluate(expression: string, params: object): Promise<InspectorAnswer> {
    return new Promise((resolve) => { this.startEvaluation(expression, params, resolve); }); // prettier-ignore
  }

  /** Starts a call of one of the guest's tools with values of the guest or of ours. */
  startTool(name: string, args: readonly object[], group: string, onAnswer: OnAnswer, returnByValue = true): void {
    // No spreading: the guest may have changed what that does.
    this.#isKnownToHaveRoom = false;
    const functionDeclaration = `function(a,b,c,d){return this.${name}(a,b,c,d)}`;
    const values = { arguments: args, objectGroup: group, returnByValue };
    this.inspector.ask('Runtime.callFunctionOn', { objectId: this.#toolsId, functionDeclaration, ...values }, onAnswer);
  }

  callTool(name: string, args: readonly object[], group: string, returnByValue = true): Promise<InspectorAnswer> {
    return new Promise((resolve) => { this.startTool(name, args, group, resolve, returnByValue); }); // prettier-ignore
  }

  /**
   * Evaluates an `expressionScript`, and runs microtasks: one task of the isolate's thread, where the inspector takes two,
   * and a text for each.
   */
  evaluateLine(script: string): Promise<LineEnd> {
    this.#isKnownToHaveRoom = false;
    const evaluate = this.#context.eval.bind(this.#context, script, LINE_OPTIONS);
    return atOnce.then(evaluate).then(lineGave, (reason: unknown) => this.#lineFailed(script, reason));
  }

  /**
   * Evaluates a `plainScript` on this very thread, which an isolate at rest has to be. Undefined when it does not compile,
   * or this is not the moment.
   */
  evaluateNow(script: string): { given: unknown } | undefined {
    if (this.#isEntered) return undefined;
    if (!this.#isKnownToHaveRoom) this.#takeHeap();
    this.#isKnownToHaveRoom = this.hasRoom;
    if (!this.#isKnownToHaveRoom) return undefined;
    try {
      return { given: this.#context.evalSync(script) };
    } catch {
      return undefined;
    }
  }

  async #lineFailed(script: string, reason: unknown): Promise<LineEnd> {
    if (reason instanceof SyntaxError && !(await this.#compiles(script))) return { state: 'refused' };
    return restless(this.#isolate, reason);
  }

  async #compiles(script: string): Promise<boolean> {
    try {
      (await this.#isolate.compileScript(script)).release();
      return true;
    } catch (reason) {
      return !(reason instanceof SyntaxError);
    }
  }

  async removeGlobals(names: readonly string[]): Promise<void> {
    void this.callTool('removeGlobals', [{ value: JSON.stringify(names) }], '');
    await this.rest();
  }

  /**
   * The session begins.
   * @param cwd what process.cwd() answers
   * @param env what process.env has
   */
  async enter(cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
    void this.callTool('enter', [{ value: cwd }, { value: JSON.stringify(env) }], '');
    await this.rest();
  }

  /**
   * Runs microtasks and resolves when the isolate has nothing more to do; code that loops keeps it pending. Any task for
   * the isolate does this: asking for its heap is the cheapest, and of use.
   *
   * isolated-vm takes down the stack of who asks, which costs more than all else here, unless nobody of ours is on it.
   */
  rest(): Promise<Rest> {
    this.#isKnownToHaveRoom = false;
    return atOnce.then(this.#readHeap).then(this.#atRest, this.#notAtRest);
  }

  /** As `rest`, and takes an interrupt upon itself that found nothing else to stop. */
  restFromInterrupt(): Promise<Rest> {
    return this.#nothing.run(this.#context).then(
      () => ({ state: 'idle' }),
      (reason: unknown) => restless(this.#isolate, reason),
    );
  }

  /** Stops what runs; globals survive. Takes about 1 ms, except in native code without interrupt checks. */
  terminate(): void {
    this.peek?.abandon();
    this.inspector.tell('Runtime.terminateExecution');
  }

  /**
   * For isolates at rest: disposing a busy one can freeze this thread. The inspector's answers, and its own end, each take
   * the isolate's thread a moment that must not be after the isolate's end: V8 would use what is gone.
   *
   * Returns false for one that awaits what was never settled, in an evaluation of the inspector's: that cannot be disposed,
   * and must be kept, at rest, with the process.
   */
  async dispose(): Promise<boolean> {
    await within(MAX_GOODBYE_MS, Promise.resolve(this.inspector.collecting));
    const rest = await within(MAX_GOODBYE_MS, this.rest());
    if (rest !== undefined && rest.state !== 'gone' && !this.inspector.hasAnswered) return false;
    this.inspector.dispose();
    await within(MAX_GOODBYE_MS, this.rest());
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
    return true;
  }

  /**
   * Whether the isolate's thread is at work in it. To enter it meanwhile would take this thread as long. Should V8 begin
   * something that nobody has asked for, this is how we see it.
   */
  get #isEntered(): boolean {
    const before = this.cpuTime;
    return this.cpuTime !== before;
  }

  /** Waits until the isolate's thread has let go of it, which is up to 30 µs. */
  #takeHeap(): void {
    try {
      this.#heap.take(this.#isolate.getHeapStatisticsSync());
    } catch (reason) {
      // Whatever enters the isolate first after an unhandled rejection is told of it; or the memory limit was hit, just now.
      if (!this.isGone) this.callbacks.rejected(reason);
    }
  }

  readonly #atRest = (statistics: ivm.HeapStatistics): Rest => {
    this.#heap.take(statistics);
    return { state: 'idle' };
  };

  readonly #notAtRest = (reason: unknown): Rest => restless(this.#isolate, reason);

  /** Ends with the isolate at rest. What making it has left behind is a fifth of what an idle session takes. */
  async collectGarbage(): Promise<void> {
    this.inspector.collectGarbage();
    await this.rest();
  }

  async #takeTools(): Promise<void> {
    // The inspector needs the tools as one of its objects; the guest must not see them.
    const answer = this.evaluate(TAKE_AWAY, { objectGroup: 'host' });
    await this.rest();
    const { result } = await answer;
    if (result?.result.objectId === undefined) throw new Error('the guest has no tools');
    this.#toolsId = result.result.objectId;
    this.peek = new ValuePeek(this.inspector, this.#toolsId);
  }
}
