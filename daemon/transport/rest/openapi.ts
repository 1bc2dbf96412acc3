import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../../../shared/errors/error-codes.ts';

/** The body of every error answer. */
const ErrorAnswer = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'A code of the error table' }),
    message: Type.String({ description: 'What is wrong and what to do' }),
    details: Type.Object({}, { additionalProperties: true }),
  }),
});

/** Nothing from elsewhere: the page works offline and cannot be made to send anything away. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "base-uri 'none'",
  "object-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A server of its own that describes the routes of another one, and has /docs to read and try them. */
export async function describeRoutes(routes: readonly RouteOptions[], version: string): Promise<FastifyInstance> {
  const server = Fastify({ exposeHeadRoutes: false });
  // Its routes are there to be described; nobody asks them for anything.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => JSON.stringify);
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'vm-system', version, description: 'Long-lived, isolated JavaScript sessions bound to a folder.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      // The token, or nothing where the daemon can see that the caller is its own user.
      security: [{ token: [] }, {}],
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => {
      const response = { ...(schema.response as Record<string, TSchema>), ...errorAnswers(route) };
      return { schema: { ...schema, response }, url };
    },
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    uiConfig: { tryItOutEnabled: true, persistAuthorization: false },
  });
  for (const { method, url, schema = {}, config = {} } of routes) {
    server.route({ method, url, schema, config, handler: () => undefined });
  }
  await server.ready();
  return server;
}

/** What a route may answer beside its result: its own errors, and those of every route like it. */
function errorAnswers({ config, method, schema }: RouteOptions): Record<string, TSchema> {
  const codes = new Set<ErrorCode>([...(config?.errors ?? []), 'ORIGIN_NOT_ALLOWED', 'SHUTTING_DOWN', 'INTERNAL']);
  if (schema?.security?.length !== 0) codes.add('UNAUTHORIZED');
  if (schema?.params !== undefined || schema?.querystring !== undefined) codes.add('VALIDATION_ERROR');
  if (method !== 'GET') codes.add('UNSUPPORTED_MEDIA_TYPE').add('PAYLOAD_TOO_LARGE');
  if (schema?.body !== undefined) {
    for (const code of bodyErrors) codes.add(code);
  }
  const byStatus = Map.groupBy([...codes].sort(), (code) => ERROR_CODES[code].http);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => {
      const description = ofStatus.map((code) => `${code}: ${ERROR_CODES[code].description}`).join('\n\n');
      return [status, { ...ErrorAnswer, description }];
    }),
  );
}

const bodyErrors = ['VALIDATION_ERROR', 'INVALID_REQUEST'] as const;
