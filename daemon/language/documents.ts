import { fileURLToPath } from 'node:url';
import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';

/** Text of all documents of a client, UTF-16 units. What does not fit is not held, and has no language features. */
const MAX_CHARS = 32 * 1024 * 1024;
const MAX_DOCUMENTS = 1_000;

export type OpenedDocument = { uri: string; languageId: string; version: number; text: string };

/** The documents that a client has open, as it has them, and the session that each belongs to. */
export class Documents {
  readonly #open = new Map<string, TextDocument>();
  /** Null: the client said that it belongs to none. */
  readonly #sessions = new Map<string, string | null>();
  readonly #fallback: string | undefined;
  #chars = 0;

  /** @param fallback the session of documents that the client has said nothing about */
  constructor(fallback: string | undefined) {
    this.#fallback = fallback;
  }

  open({ uri, languageId, version, text }: OpenedDocument): void {
    this.close(uri);
    if (this.#open.size >= MAX_DOCUMENTS) return;
    this.#hold(TextDocument.create(uri, languageId, version, text));
  }

  change(uri: string, version: number, changes: TextDocumentContentChangeEvent[]): void {
    const document = this.#open.get(uri);
    if (document === undefined) return;
    this.close(uri);
    this.#hold(TextDocument.update(document, changes, version));
  }

  close(uri: string): void {
    const document = this.#open.get(uri);
    if (document === undefined) return;
    this.#open.delete(uri);
    this.#chars -= lengthOf(document);
  }

  get(uri: string): TextDocument | undefined {
    return this.#open.get(uri);
  }

  /** The open document of a file, if there is one. */
  ofFile(path: string): TextDocument | undefined {
    return [...this.#open.values()].find(({ uri }) => pathOf(uri) === path);
  }

  /** Of more than can be held the one that was bound first is forgotten. */
  bind(uri: string, session_id: string | null): void {
    this.#sessions.delete(uri);
    this.#sessions.set(uri, session_id);
    const [first] = this.#sessions.keys();
    if (this.#sessions.size > MAX_DOCUMENTS && first !== undefined) this.#sessions.delete(first);
  }

  sessionOf(uri: string): string | undefined {
    const bound = this.#sessions.get(uri);
    return bound === undefined ? this.#fallback : (bound ?? undefined);
  }

  /** Whether some document belongs to the session. */
  concerns(session_id: string): boolean {
    return session_id === this.#fallback || [...this.#sessions.values()].includes(session_id);
  }

  #hold(document: TextDocument): void {
    const length = lengthOf(document);
    if (this.#chars + length > MAX_CHARS) return;
    this.#chars += length;
    this.#open.set(document.uri, document);
  }
}

function lengthOf(document: TextDocument): number {
  return document.offsetAt({ line: document.lineCount, character: 0 });
}

/** The path of a file:// URI; undefined for whatever else. */
export function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
