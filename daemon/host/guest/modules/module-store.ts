import type { Intrinsics } from './intrinsics.ts';
import type { EvaluationGuard } from './evaluation-guard.ts';
import type { LoadErrors } from './load-errors.ts';
import type { Answer, Compiled, CompiledAhead, Failure, ModuleEntry, ModuleRecord, Question } from './module-record.ts';

/** Asks the host, and waits with the isolate's thread asleep. */
export type AskHost = {
  /** Does not wait. */
  probe(url: string): void;
  now(question: Question, url: string, specifier: string, extra: string): Answer;
  compile(url: string): Compiled;
};

/**
 * The records of a session's modules, and what specifiers mean. At an execution's first question the host looks at all
 * files again; what it drops here, and what failed before, is loaded anew.
 */
export class ModuleStore {
  readonly #p: Intrinsics;
  readonly #ask: AskHost;
  readonly #errors: LoadErrors;
  /** Counts executions; the host writes it. */
  readonly #turns: Int32Array;
  readonly #records = { __proto__: null } as unknown as Record<string, ModuleRecord>;
  /** By importing URL: question and specifier → URL. */
  readonly #meanings = { __proto__: null } as unknown as Record<string, Record<string, string>>;
  /** Set by the linker. */
  guard: EvaluationGuard | undefined;
  onDropped: (record: ModuleRecord) => void = () => undefined;
  /** Told of modules that need not be compiled any more. */
  onCompiled: (compiled: readonly CompiledAhead[]) => void = () => undefined;
  /** URLs, a line each, that the host does not know to be forgotten. */
  #forgotten = '';
  #lastId = 0;
  #turn = 0;

  constructor(p: Intrinsics, ask: AskHost, errors: LoadErrors, turns: Int32Array) {
    this.#p = p;
    this.#errors = errors;
    this.#ask = ask;
    this.#turns = turns;
  }

  /** Whether there was an execution yet: before, there is no session to ask. */
  get isInUse(): boolean {
    return this.#turns[0] !== 0;
  }

  get(url: string): ModuleRecord | undefined {
    return this.#records[url];
  }

  /**
   * The module that a specifier means, with everything that it imports statically. Throws what the guest sees. The guest
   * stands still meanwhile, for `import()` too: answers that come by promise overtake each other, and one may say that
   * the guest has what is still on its way in another.
   */
  find(question: Question, referrer: string, specifier: string, type: string): ModuleRecord {
    return (
      this.#known(question, referrer, specifier) ??
      this.#record(
        this.take(this.#ask.now(question, referrer, specifier, this.#extra(type)), question, referrer, specifier),
      )
    );
  }

  /** Where a specifier leads, without loading it: a URL for import, a path for require. */
  resolveNow(kind: 'import' | 'require', referrer: string, specifier: string): string {
    const record = this.#known(kind, referrer, specifier);
    if (record !== undefined) return kind === 'require' ? record.entry.path : record.entry.url;
    const answer = this.#ask.now('resolve', referrer, specifier, this.#extra(kind));
    const url = this.take(answer, undefined, referrer, specifier);
    return kind === 'require' ? answer.path : url;
  }

  /** Puts in what the host answered, and returns the URL. */
  take(answer: Answer, question: Question | undefined, referrer: string, specifier: string): string {
    for (let i = 0; i < answer.dropped.length; i++) this.drop(answer.dropped[i] ?? '');
    for (let i = 0; i < answer.entries.length; i++) {
      const entry = answer.entries[i];
      if (entry !== undefined) this.#add(entry);
    }
    for (let i = 0; i < answer.names.length; i++) this.#learnNames(answer.names[i]);
    this.onCompiled(answer.compiled);
    if (answer.failure !== undefined) throw this.#errors.make(answer.failure);
    if (question !== undefined) this.#mean(question, referrer, specifier, answer.url);
    for (let i = 0; i < answer.links.length; i++) {
      const link = answer.links[i];
      if (link !== undefined) this.#mean('require', link[0], link[1], link[2]);
    }
    return answer.url;
  }

  /** A face that is made already keeps the names that it was made with. */
  #learnNames(told: Answer['names'][number] | undefined): void {
    const record = told === undefined ? undefined : this.#records[told[0]];
    if (record !== undefined && record.handle === undefined) record.entry.names = told?.[1] ?? record.entry.names;
  }

  #mean(question: Question, referrer: string, specifier: string, url: string): void {
    const meanings = (this.#meanings[referrer] ??= { __proto__: null } as unknown as Record<string, string>);
    meanings[`${question} ${specifier}`] = url;
  }

  /** The module's text, which is not kept beyond its compilation; compiling it once more asks for it again. */
  takeCode({ entry }: ModuleRecord): string {
    let { code } = entry;
    if (code === undefined) {
      const answer = this.#ask.now('again', entry.url, '', '');
      if (answer.failure !== undefined) throw this.#errors.make(answer.failure);
      code = answer.entries[0]?.code ?? '';
    }
    entry.code = undefined;
    return code;
  }

  drop(url: string): void {
    const record = this.#records[url];
    delete this.#meanings[url];
    if (record === undefined) return;
    delete this.#records[url];
    this.guard?.remove(record);
    this.onDropped(record);
  }

  /** Forgets all that has not come to an end: an interrupt has left it in pieces. */
  forgetUnfinished(isHalfRun: (record: ModuleRecord) => boolean): void {
    this.#forgotten += this.#forget((record) => {
      if (record.entry.format === 'module') return record.state !== 'evaluated';
      if (record.state !== 'evaluated') this.#loseFace(record);
      return isHalfRun(record);
    });
  }

  /** Of all modules here, a line each. */
  urls(): string {
    let urls = '';
    for (const url in this.#records) urls += `${url}\n`;
    return urls;
  }

  #known(question: Question, referrer: string, specifier: string): ModuleRecord | undefined {
    if (this.#turn !== this.#turns[0]) return undefined;
    const url = this.#meanings[referrer]?.[`${question} ${specifier}`];
    return url === undefined ? undefined : this.#records[url];
  }

  /** At the first question of an execution: what failed before is asked for again. */
  #extra(type: string): string {
    const now = this.#turns[0] ?? 0;
    if (this.#turn === now) return type;
    this.#turn = now;
    const forgotten = this.#forgotten + this.#forget(({ state }) => state === 'failed');
    this.#forgotten = '';
    return `${type}\n${forgotten}`;
  }

  /** What ES modules see of it will be made anew; what it exports stays. */
  #loseFace(record: ModuleRecord): void {
    record.state = 'new';
    record.handle = record.namespace = record.failure = undefined;
    record.isRoot = false;
  }

  #forget(isMeant: (record: ModuleRecord) => boolean): string {
    let urls = '';
    for (const url in this.#records) {
      const record = this.#records[url];
      if (record === undefined || !isMeant(record)) continue;
      urls += `${url}\n`;
      this.drop(url);
    }
    return urls;
  }

  #record(url: string): ModuleRecord {
    const record = this.#records[url];
    if (record !== undefined) return record;
    throw this.#errors.make({ name: 'Error', code: 'ERR_LOAD_FAILED', message: `${url} was not loaded` });
  }

  #add(entry: ModuleEntry): void {
    if (this.#records[entry.url] !== undefined) return;
    const record = {
      __proto__: null,
      id: ++this.#lastId,
      entry,
      handle: undefined,
      namespace: undefined,
      isRoot: false,
      state: 'new',
      failure: undefined as Failure | undefined,
      importers: this.#p.list(),
      waiting: this.#p.list(),
    } as unknown as ModuleRecord;
    this.#records[entry.url] = record;
    this.guard?.add(record);
  }
}
