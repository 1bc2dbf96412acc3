import { Backup, BackupRequest, GcRequest, GcResult } from '../../../shared/model/ops.ts';
import type { Services } from '../../services/services.ts';
import type { RestServer } from './rest-instance.ts';

const tags = ['operations'];
const config = { errors: ['STORAGE_UNAVAILABLE'] } as const;

/** Care of the database. */
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
}
