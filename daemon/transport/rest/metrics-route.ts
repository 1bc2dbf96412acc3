import type { Services } from '../../services/services.ts';
import type { RestServer } from './rest-instance.ts';

/** GET /metrics, where collectors of Prometheus look by default. */
export function metricsRoute(server: RestServer, { metrics }: Services): void {
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const { text, contentType } = await metrics.render();
    return reply.type(contentType).send(text);
  });
}
