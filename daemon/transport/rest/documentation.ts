import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { RestServer } from './rest-instance.ts';

/**
 * /openapi.json from the schemas of the routes, and /docs to read and try it. Neither needs a token: they say what
 * every daemon says. To be called before routes are added.
 *
 * What makes them is loaded when somebody asks for the first time: it costs as much as everything else at start, and
 * most daemons are never asked.
 */
export function documentRoutes(server: RestServer, version: string): void {
  const routes: RouteOptions[] = [];
  server.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD' && route.schema?.hide !== true) routes.push(route);
  });
  let described: Promise<FastifyInstance> | undefined;
  const describe = (): Promise<FastifyInstance> =>
    (described ??= import('./openapi.ts').then(({ describeRoutes }) => describeRoutes(routes, version)));
  // Bytes, which all answers share: as a text they would be made anew for each, 250 KB.
  let document: Promise<Buffer> | undefined;
  const answerDocument = async (_request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    document ??= describe().then((server) => Buffer.from(JSON.stringify(server.swagger())));
    return reply.type('application/json; charset=utf-8').send(await document);
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { url, headers } = request;
    const server = await describe();
    const { statusCode, headers: answered, rawPayload } = await server.inject({ url, headers });
    if (statusCode === 404) {
      reply.callNotFound();
      return reply;
    }
    const { connection: _, 'transfer-encoding': __, ...kept } = answered;
    return reply.code(statusCode).headers(kept).send(rawPayload);
  };
  void server.register((scope: RestServer, _options, done) => {
    scope.get('/openapi.json', { schema: { hide: true } }, answerDocument);
    for (const url of ['/docs', '/docs/*']) scope.get(url, { schema: { hide: true } }, answer);
    done();
  });
}
