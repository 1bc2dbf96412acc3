import { Backup, BackupRequest, GcRequest, GcResult, LogLevelSetting } from '../../../shared/model/ops.ts';
import type { Services } from '../../services/services.ts';
import type { RestServer } from './rest-instance.ts';

const tags = ['operations'];
const config = { errors: ['STORAGE_UNAVAILABLE'] } as const;

/** Care of the database and the log. */
export function opsRoutes(server: RestServer, { ops }: Services): void {
  server.post(
    '/ops/backup',
    {
      config,
      schema: {
        tags,
        operationId: 'backup',
        summary: 'Copy the database into a new file while it is in use',
        body: BackupRequest,
        response: { 200: Backup },
      },
    },
    (request) => ops.backup(request.body),
  );
  server.post(
    '/ops/gc',
    {
      config,
      schema: {
        tags,
        operationId: 'gc',
        summary: 'Delete executions that ended long ago, and ended sessions without any',
        body: GcRequest,
        response: { 200: GcResult },
      },
    },
    (request) => ops.gc(request.body),
  );
  server.get(
    '/ops/log-level',
    {
      schema: {
        tags,
        operationId: 'getLogLevel',
        summary: 'The least important that the daemon logs now',
        response: { 200: LogLevelSetting },
      },
    },
    () => ops.logLevel(),
  );
  server.put(
    '/ops/log-level',
    {
      schema: {
        tags,
        operationId: 'setLogLevel',
        summary: 'Log more, or less, from now on',
        body: LogLevelSetting,
        response: { 200: LogLevelSetting },
      },
    },
    (request) => ops.setLogLevel(request.body),
  );
}
