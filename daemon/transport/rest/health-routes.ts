import { Health } from '../../../shared/model/runtime-summary.ts';
import type { RestServer } from './rest-instance.ts';

/** Answers while everything else is busy: asks neither the store nor for a token. */
export function healthRoutes(server: RestServer): void {
  const healthy = { status: 'ok' } as const;
  server.get(
    '/health',
    {
      schema: {
        tags: ['health'],
        operationId: 'getHealth',
        summary: 'Whether the daemon answers',
        security: [],
        response: { 200: Health },
      },
    },
    () => healthy,
  );
}
