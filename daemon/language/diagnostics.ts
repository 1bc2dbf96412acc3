import { pathToFileURL } from 'node:url';
import type { Diagnostic, PublishDiagnosticsParams, Range } from 'vscode-languageserver-protocol';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Documents } from './documents.ts';
import { RunProblems, type Problem, type Worktree } from './run-problems.ts';
import type { ExecutionsPort, SessionsPort } from './sessions-port.ts';
import type { Frame } from './stack-frames.ts';

/** LSP's DiagnosticSeverity.Error. */
const ERROR = 1;
/** Executions of a session that are looked through for the last runs of its files. */
const RECENT_EXECUTIONS = 100;
const IDENTIFIER_HERE = /[\p{ID_Continue}$]+/uy;

/** Resolves when the client has taken it. */
export type Publish = (params: PublishDiagnosticsParams) => Promise<void>;

/** Shows a client the last exceptions of files, where they were thrown, as long as they are the last. */
export class Diagnostics {
  readonly #sessions: SessionsPort;
  readonly #executions: ExecutionsPort;
  readonly #documents: Documents;
  readonly #publish: Publish;
  readonly #problems = new RunProblems();
  /** Files whose problems the client does not know yet. */
  readonly #changed = new Set<string>();
  /** What the client was told last about a file goes by this name. */
  readonly #uris = new Map<string, string>();
  #isPublishing = false;

  constructor(sessions: SessionsPort, executions: ExecutionsPort, documents: Documents, publish: Publish) {
    this.#sessions = sessions;
    this.#executions = executions;
    this.#documents = documents;
    this.#publish = publish;
  }

  /** A document belongs to the session from now on: what its files have thrown is shown. */
  begin(session_id: string): void {
    const recent = this.#executions.list({ session_id, limit: RECENT_EXECUTIONS });
    for (const execution of recent.toReversed()) this.ended(execution);
  }

  /** No document belongs to the session any more. */
  end(session_id: string): void {
    this.#update(this.#problems.forget(session_id));
  }

  ended(execution: Execution): void {
    const { session_id, kind, status } = execution;
    if (kind !== 'run_file' || status === 'running') return;
    const worktree = this.#worktreeOf(session_id);
    if (worktree === undefined) return;
    this.#update(this.#problems.ended(execution, worktree, this.#documents.concerns(session_id)));
  }

  #worktreeOf(session_id: string): Worktree | undefined {
    try {
      const given = this.#sessions.get(session_id).worktree_path;
      return { given, resolved: this.#sessions.worktree(session_id) };
    } catch (error) {
      if (error instanceof VmError) return undefined;
      throw error;
    }
  }

  #update(paths: readonly string[]): void {
    for (const path of paths) this.#changed.add(path);
    if (!this.#isPublishing) void this.#publishChanged();
  }

  /** One file after the other, as fast as the client reads; of what changes meanwhile it hears the last. */
  async #publishChanged(): Promise<void> {
    this.#isPublishing = true;
    for (const path of this.#changed) {
      this.#changed.delete(path);
      const problems = this.#problems.in(path);
      const uri = this.#uris.get(path) ?? this.#uriOf(path);
      if (problems.length === 0) this.#uris.delete(path);
      else this.#uris.set(path, uri);
      await this.#publish({ uri, diagnostics: problems.map((problem) => this.#diagnosticOf(problem)) });
    }
    this.#isPublishing = false;
  }

  #diagnosticOf({ execution, message, at, callers }: Problem): Diagnostic {
    const relatedInformation = callers.map((caller) => {
      const location = { uri: this.#uriOf(caller.path), range: this.#rangeOf(caller) };
      return { location, message: 'called from here' };
    });
    return {
      range: this.#rangeOf(at),
      severity: ERROR,
      source: 'vm-system',
      message,
      data: { session_id: execution.session_id, execution_id: execution.id },
      ...(relatedInformation.length === 0 ? {} : { relatedInformation }),
    };
  }

  /** The client's own name for a file that it has open. */
  #uriOf(path: string): string {
    return this.#documents.ofFile(path)?.uri ?? pathToFileURL(path).href;
  }

  /** Types are blanked before a file runs, so that places in TypeScript are those of what ran. */
  #rangeOf({ path, line, column }: Frame): Range {
    const start = { line: line - 1, character: column - 1 };
    const document = this.#documents.ofFile(path);
    if (document === undefined) return { start, end: start };
    IDENTIFIER_HERE.lastIndex = document.offsetAt(start);
    const [word = ''] = IDENTIFIER_HERE.exec(document.getText()) ?? [];
    return { start, end: { line: start.line, character: start.character + word.length } };
  }
}
