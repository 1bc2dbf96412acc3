import type { DAEMON_REQUESTS } from '../../../shared/protocol/daemon.protocol.ts';
import type { METADATA_REQUESTS } from '../../../shared/protocol/metadata.protocol.ts';
import type { Services } from '../../services/services.ts';
import type { HandlersFor } from './handlers.ts';

/** vm/metadata/… and vm/runtime/…: what this daemon offers, and what it holds. */
export function metadataHandlers({
  metadata,
  sessions,
  ops,
}: Services): HandlersFor<typeof METADATA_REQUESTS & typeof DAEMON_REQUESTS> {
  return {
    'vm/metadata/engines': () => metadata.engines(),
    'vm/metadata/modules': () => metadata.modules(),
    'vm/metadata/libraries': () => metadata.libraries(),
    'vm/metadata/limits': () => metadata.limits(),
    'vm/metadata/eventTypes': () => metadata.eventTypes(),
    'vm/metadata/errors': () => metadata.errors(),
    'vm/runtime/summary': () => sessions.summary(),
    'vm/runtime/health': () => ({ status: 'ok' }),
    'vm/ops/backup': (params) => ops.backup(params),
    'vm/ops/gc': (params) => ops.gc(params),
    'vm/ops/logLevel': () => ops.logLevel(),
    'vm/ops/setLogLevel': (params) => ops.setLogLevel(params),
  };
}
