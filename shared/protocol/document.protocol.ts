import { Type } from 'typebox';
import { Id } from '../model/ids.ts';
import { params, request, type RequestDefinition } from './message.ts';

/** Requests about the documents of a client, which it keeps in step by LSP's textDocument/didOpen, didChange and didClose. */
export const DOCUMENT_REQUESTS = {
  /**
   * Client → daemon, when a document is opened or another session is chosen for it: completion, hover and diagnostics
   * of the document come from this session; null for none. Holds for this connection, whether the document is open or
   * not. Of more than 1,000 documents the one that was bound first is forgotten.
   */
  'vm/document/bind': request(
    [],
    params({ uri: Type.String({ minLength: 1, maxLength: 8192 }), session_id: Type.Union([Id, Type.Null()]) }),
    Type.Object({ status: Type.Literal('ok') }),
  ),
} as const satisfies Record<string, RequestDefinition>;
