import type { DOCUMENT_REQUESTS } from '../../../shared/protocol/document.protocol.ts';
import type { HandlersFor } from './handlers.ts';

/** vm/document/…: which session a document of the client belongs to. */
export function documentHandlers(): HandlersFor<typeof DOCUMENT_REQUESTS> {
  return {
    'vm/document/bind': ({ uri, session_id }, { language }) => {
      language.bind(uri, session_id);
      return { status: 'ok' as const };
    },
  };
}
