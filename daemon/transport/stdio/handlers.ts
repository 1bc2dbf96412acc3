import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { REQUESTS, RequestMethod, RequestParams, RequestResult } from '../../../shared/protocol/methods.ts';
import type { Followers } from './followers.ts';
import type { LanguageSide } from './language-side.ts';

/** What a handler knows beside its parameters: who asks, and whether they still want to know. */
export type Call = {
  readonly cancellation: CancellationToken;
  readonly followers: Followers;
  readonly language: Pick<LanguageSide, 'bind'>;
  /** Shows LSP progress where the client asked for it by a token. */
  readonly progress: Progress;
};

export type Progress = {
  begin(title: string): void;
  end(message: string): void;
};

/** Decodes nothing and rules nothing: calls one method of the services. */
export type Handler<M extends RequestMethod> = (
  params: RequestParams<M>,
  call: Call,
) => RequestResult<M> | Promise<RequestResult<M>>;

/** One handler for each request of a table; a missing or a superfluous one does not compile. */
export type HandlersFor<T> = { readonly [M in keyof T & RequestMethod]: Handler<M> };

export type AllHandlers = HandlersFor<typeof REQUESTS>;
