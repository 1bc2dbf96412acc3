import type { CodeLens, CompletionItem, CompletionList, Hover, Position } from 'vscode-languageserver-protocol';
import type { Execution } from '../../shared/model/execution.ts';
import { codeLenses } from './code-lens.ts';
import { completionAt, noItems, withValue, type ItemData } from './completion.ts';
import { Diagnostics, type Publish } from './diagnostics.ts';
import { Documents } from './documents.ts';
import { pathAt, prepare } from './path-at.ts';
import { deadline, PromptLooks } from './prompt-looks.ts';
import type { ExecutionsPort, SessionsPort } from './sessions-port.ts';
import { showValue } from './show-value.ts';

export type LanguageParts = {
  sessions: SessionsPort;
  executions: ExecutionsPort;
  /** What the client can show. */
  client: { markdownHover: boolean; markdownItems: boolean };
  /** The session of documents that the client says nothing about. */
  session_id: string | undefined;
  publish: Publish;
};

/** Language features of one client's documents, from the sessions that they belong to. */
export class LanguageFeatures {
  readonly documents: Documents;
  readonly #parts: LanguageParts;
  readonly #looks = new PromptLooks();
  readonly #diagnostics: Diagnostics;

  constructor(parts: LanguageParts) {
    const { sessions, executions, session_id, publish } = parts;
    this.#parts = parts;
    this.documents = new Documents(session_id);
    this.#diagnostics = new Diagnostics(sessions, executions, this.documents, publish);
  }

  /** The client is ready to hear. */
  begin(): void {
    const { session_id } = this.#parts;
    if (session_id === undefined || !this.#exists(session_id)) return;
    void prepare();
    this.#diagnostics.begin(session_id);
  }

  /** A document belongs to a session from now on, or to none. Throws SESSION_NOT_FOUND. */
  bind(uri: string, session_id: string | null): void {
    if (session_id !== null) this.#parts.sessions.get(session_id);
    const before = this.documents.sessionOf(uri);
    const wasConcerned = session_id !== null && this.documents.concerns(session_id);
    this.documents.bind(uri, session_id);
    void prepare();
    if (session_id !== null && !wasConcerned) this.#diagnostics.begin(session_id);
    if (before !== undefined && !this.documents.concerns(before)) this.#diagnostics.end(before);
  }

  executionEnded(execution: Execution): void {
    this.#diagnostics.ended(execution);
  }

  /** What the session knows that could stand here. Never null: without a session there is nothing. */
  async completion(uri: string, position: Position): Promise<CompletionList> {
    const document = this.documents.get(uri);
    const session_id = this.documents.sessionOf(uri);
    if (document === undefined || session_id === undefined) return noItems(false);
    const { sessions } = this.#parts;
    const until = deadline();
    const list = await completionAt(document, position, session_id, (input) =>
      this.#looks.ask(session_id, until, () => sessions.complete(session_id, { input, cursor: input.length })),
    );
    return list ?? noItems(true);
  }

  /** An item of a completion with its value as it is now, if that can be told. */
  async resolve(item: CompletionItem, { session_id, path }: ItemData): Promise<CompletionItem> {
    const { sessions, client } = this.#parts;
    const value = await this.#looks.ask(session_id, deadline(), () => sessions.value(session_id, path));
    return value === undefined ? item : withValue(item, path, value, client.markdownItems);
  }

  /** The value of the variable or member under the cursor. */
  async hover(uri: string, position: Position): Promise<Hover | null> {
    const document = this.documents.get(uri);
    const session_id = this.documents.sessionOf(uri);
    if (document === undefined || session_id === undefined) return null;
    const until = deadline();
    const found = await pathAt(document.getText(), document.offsetAt(position));
    if (found === undefined) return null;
    const { sessions, client } = this.#parts;
    const value = await this.#looks.ask(session_id, until, () => sessions.value(session_id, found.path));
    if (value === undefined) return null;
    const range = { start: document.positionAt(found.start), end: document.positionAt(found.end) };
    return { contents: showValue(found.path, value, client.markdownHover), range };
  }

  codeLenses(uri: string): CodeLens[] {
    const document = this.documents.get(uri);
    return document === undefined ? [] : codeLenses(document, this.documents.sessionOf(uri) !== undefined);
  }

  #exists(session_id: string): boolean {
    try {
      return this.#parts.sessions.get(session_id).id === session_id;
    } catch {
      return false;
    }
  }
}
