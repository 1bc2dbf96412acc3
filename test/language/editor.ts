import assert from 'node:assert/strict';
import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  CodeLens,
  CompletionItem,
  CompletionList,
  Diagnostic,
  Hover,
  Position,
  PublishDiagnosticsParams,
  TextDocumentContentChangeEvent,
} from 'vscode-languageserver-protocol';
import type { ExecutionWithEvents } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import type { StdioProcess } from '../process/shared-daemon.ts';
import type { RpcClient } from '../transport/stdio/rpc-client.ts';

/** The machine is shared: an answer that would have been late is nothing, and then an editor asks again. */
async function untilInTime<T>(ask: () => Promise<T>, isAnswer: (answer: T) => boolean): Promise<T> {
  for (let tries = 1; ; tries++) {
    const answer = await ask();
    if (isAnswer(answer) || tries === 10) return answer;
  }
}

/** What an editor does with one folder, over a real `vm-system daemon --stdio`. */
export class Editor {
  readonly rpc: RpcClient;
  readonly session: Session;
  readonly folder: string;
  readonly #texts = new Map<string, string>();
  #version = 0;

  private constructor(rpc: RpcClient, session: Session, folder: string) {
    this.rpc = rpc;
    this.session = session;
    this.folder = folder;
  }

  static async open({ rpc }: StdioProcess, session: Session): Promise<Editor> {
    return new Editor(rpc, session, await realpath(session.worktree_path));
  }

  uri(name: string): string {
    return pathToFileURL(join(this.folder, name)).href;
  }

  /** Opens a document with this text, and binds it to the session. */
  async show(name: string, text: string, { isBound = true, languageId = 'javascript' } = {}): Promise<void> {
    const uri = this.uri(name);
    this.#texts.set(name, text);
    const textDocument = { uri, languageId, version: ++this.#version, text };
    await this.rpc.connection.sendNotification('textDocument/didOpen', { textDocument });
    if (isBound) await this.bind(name);
  }

  async bind(name: string, session_id: string | null = this.session.id): Promise<void> {
    await this.rpc.request('vm/document/bind', { uri: this.uri(name), session_id });
  }

  async edit(name: string, contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    const textDocument = { uri: this.uri(name), version: ++this.#version };
    await this.rpc.connection.sendNotification('textDocument/didChange', { textDocument, contentChanges });
  }

  async close(name: string): Promise<void> {
    await this.rpc.connection.sendNotification('textDocument/didClose', { textDocument: { uri: this.uri(name) } });
  }

  async save(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  /** The place of a `|` that stands in the text; the document is opened without it. */
  async at(marked: string, name = 'a.js'): Promise<Position> {
    const before = marked.slice(0, marked.indexOf('|')).split('\n');
    await this.show(name, marked.replace('|', ''), { languageId: name.endsWith('.ts') ? 'typescript' : 'javascript' });
    return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  }

  /** The value that a hover shows at the `|`. */
  async hoverAt(marked: string, name = 'a.js'): Promise<string | undefined> {
    const position = await this.at(marked, name);
    const hover = await untilInTime(
      () => this.hover(position, name),
      (answer) => answer !== null,
    );
    if (hover === null) return undefined;
    assert.ok(typeof hover.contents === 'object' && 'value' in hover.contents);
    return hover.contents.value;
  }

  hover(position: Position, name = 'a.js'): Promise<Hover | null> {
    return this.#ask('textDocument/hover', { textDocument: { uri: this.uri(name) }, position });
  }

  completion(position: Position, name = 'a.js'): Promise<CompletionList> {
    return this.#ask('textDocument/completion', { textDocument: { uri: this.uri(name) }, position });
  }

  /** A completion that came in time. */
  list(position: Position, name = 'a.js'): Promise<CompletionList> {
    return untilInTime(
      () => this.completion(position, name),
      ({ isIncomplete }) => !isIncomplete,
    );
  }

  async labelsAt(marked: string, name = 'a.js'): Promise<string[]> {
    const { items } = await this.list(await this.at(marked, name), name);
    return items.map(({ label }) => label);
  }

  resolve(item: CompletionItem): Promise<CompletionItem> {
    const ask = (): Promise<CompletionItem> => this.#ask('completionItem/resolve', item);
    return untilInTime(ask, ({ detail }) => detail !== undefined);
  }

  codeLenses(name = 'a.js'): Promise<CodeLens[]> {
    return this.#ask('textDocument/codeLens', { textDocument: { uri: this.uri(name) } });
  }

  repl(input: string): Promise<ExecutionWithEvents> {
    return this.rpc.request('vm/execution/repl', {
      session_id: this.session.id,
      input,
    }) as Promise<ExecutionWithEvents>;
  }

  run(path: string, session_id = this.session.id): Promise<ExecutionWithEvents> {
    return this.rpc.request('vm/execution/runFile', { session_id, path }) as Promise<ExecutionWithEvents>;
  }

  /** What the client was told last about a document; undefined: nothing. */
  diagnostics(name: string): Diagnostic[] | undefined {
    const told = this.rpc.received.filter(({ method }) => method === 'textDocument/publishDiagnostics');
    const params = told.map((each) => each.params as PublishDiagnosticsParams);
    return params.findLast(({ uri }) => uri === this.uri(name))?.diagnostics;
  }

  async waitForDiagnostics(name: string, count: number): Promise<Diagnostic[]> {
    await waitUntil(() => this.diagnostics(name)?.length === count, `${count} diagnostics of ${name}`);
    return this.diagnostics(name) ?? [];
  }

  #ask<T>(method: string, params: object): Promise<T> {
    return this.rpc.connection.sendRequest(method, params);
  }
}
