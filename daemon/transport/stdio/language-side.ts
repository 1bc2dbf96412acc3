import type { MessageConnection } from 'vscode-jsonrpc/node';
import type {
  InitializeParams,
  MarkupKind,
  PublishDiagnosticsParams,
  ServerCapabilities,
} from 'vscode-languageserver-protocol';
import type { Logger } from 'pino';
import { LanguageFeatures } from '../../language/language-features.ts';
import type { Services } from '../../services/services.ts';
import { checkLanguageParams, type LanguageMethod, type LanguageParams } from './language-params.ts';

/** LSP's TextDocumentSyncKind.Incremental. */
const INCREMENTAL = 2;

export const LANGUAGE_CAPABILITIES = {
  textDocumentSync: { openClose: true, change: INCREMENTAL },
  // Members are asked for after a dot, and after the quote in obj["
  completionProvider: { triggerCharacters: ['.', '"', "'"], resolveProvider: true },
  hoverProvider: true,
  codeLensProvider: { resolveProvider: false },
} satisfies ServerCapabilities;

const REQUESTS = ['textDocument/completion', 'completionItem/resolve', 'textDocument/hover', 'textDocument/codeLens'] as const; // prettier-ignore
type LanguageRequest = (typeof REQUESTS)[number];

export function isLanguageRequest(method: string): method is LanguageRequest {
  return REQUESTS.includes(method as LanguageRequest);
}

/** LSP's language features on one connection: decodes, asks, encodes. */
export class LanguageSide {
  readonly #services: Services;
  readonly #logger: Logger;
  readonly #publish: (params: PublishDiagnosticsParams) => Promise<void>;
  #features: LanguageFeatures;
  #stopChanges = (): void => undefined;

  constructor(services: Services, logger: Logger, publish: (params: PublishDiagnosticsParams) => Promise<void>) {
    this.#services = services;
    this.#logger = logger;
    this.#publish = publish;
    this.#features = this.#featuresFor(undefined, undefined);
  }

  /** What comes at any time, and is not answered. */
  listen(connection: MessageConnection): void {
    this.#onNotification(connection, 'textDocument/didOpen', ({ textDocument }) => {
      this.#features.documents.open(textDocument);
    });
    this.#onNotification(connection, 'textDocument/didChange', ({ textDocument, contentChanges }) => {
      this.#features.documents.change(textDocument.uri, textDocument.version, contentChanges);
    });
    this.#onNotification(connection, 'textDocument/didClose', ({ textDocument }) => {
      this.#features.documents.close(textDocument.uri);
    });
  }

  initialize({ capabilities }: InitializeParams, session_id: string | undefined): void {
    this.#features = this.#featuresFor(capabilities, session_id);
    this.#stopChanges = this.#services.changes.subscribe((change) => {
      if (change.kind === 'execution') this.#features.executionEnded(change.execution);
    });
  }

  initialized(): void {
    this.#features.begin();
  }

  /** Throws SESSION_NOT_FOUND. */
  bind(uri: string, session_id: string | null): void {
    this.#features.bind(uri, session_id);
  }

  /** Answers in time or with nothing. Throws VALIDATION_ERROR. */
  answer(method: LanguageRequest, given: unknown): unknown {
    const features = this.#features;
    switch (method) {
      case 'textDocument/completion': {
        const { textDocument, position } = checkLanguageParams(method, given);
        return features.completion(textDocument.uri, position);
      }
      case 'completionItem/resolve': {
        const item = checkLanguageParams(method, given);
        return item.data === undefined ? item : features.resolve(item, item.data);
      }
      case 'textDocument/hover': {
        const { textDocument, position } = checkLanguageParams(method, given);
        return features.hover(textDocument.uri, position);
      }
      case 'textDocument/codeLens':
        return features.codeLenses(checkLanguageParams(method, given).textDocument.uri);
    }
  }

  dispose(): void {
    this.#stopChanges();
  }

  #featuresFor(capabilities: unknown, session_id: string | undefined): LanguageFeatures {
    const { sessions, executions } = this.#services;
    const client = {
      markdownHover: takesMarkdown(capabilities, ['textDocument', 'hover', 'contentFormat']),
      markdownItems: takesMarkdown(capabilities, [
        'textDocument',
        'completion',
        'completionItem',
        'documentationFormat',
      ]),
    };
    return new LanguageFeatures({ sessions, executions, client, session_id, publish: this.#publish });
  }

  #onNotification<M extends LanguageMethod>(
    connection: MessageConnection,
    method: M,
    take: (params: LanguageParams<M>) => void,
  ): void {
    connection.onNotification(method, (params: unknown) => {
      try {
        take(checkLanguageParams(method, params));
      } catch (error) {
        // LSP has no answer to a notification; without the document there is just nothing to show for it.
        this.#logger.debug({ err: error, method }, 'a notification is not what LSP says');
      }
    });
  }
}

/** Whatever the client sent as its capabilities. */
function takesMarkdown(capabilities: unknown, names: readonly string[]): boolean {
  const formats = names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    capabilities,
  );
  return Array.isArray(formats) && formats.includes('markdown' satisfies MarkupKind);
}
