import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import type { Services } from '../../services/services.ts';
import { requireAuth, type AuthOptions } from './auth.ts';
import { answerConnect, answerMalformedRequest } from './client-error.ts';
import { documentRoutes } from './documentation.ts';
import { answerError, mapErrors } from './errors.ts';
import { executionsRoutes } from './executions-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { parseJsonBodies } from './json-body.ts';
import { metadataRoutes } from './metadata-routes.ts';
import { metricsRoute } from './metrics-route.ts';
import { opsRoutes } from './ops-routes.ts';
import { guardRequests } from './request-guard.ts';
import type { RestServer } from './rest-instance.ts';
import { makeRequestId, showRequestId } from './request-id.ts';
import { logRequests } from './request-log.ts';
import { answerUnknownRoutes } from './route-table.ts';
import { sessionsRoutes } from './sessions-routes.ts';
import { refuseWhenClosing } from './shutdown.ts';
import { streamRoutes } from './stream-routes.ts';
import { templatePartsRoutes } from './template-parts-routes.ts';
import { templatesRoutes } from './templates-routes.ts';
import { compileValidator } from './validation.ts';

export type { AuthMode } from './auth.ts';

export type RestOptions = {
  auth: AuthOptions;
  /** Names beside the loopback ones that a request may be addressed to: `host`, or `host:port` for only that port. */
  allowedHosts: readonly string[];
  version: string;
  logger: FastifyBaseLogger;
};

/** What a body may measure; a larger source file belongs into the worktree. */
const BODY_LIMIT = 10 * 1024 * 1024;

/** The longest name of an npm package is 214 characters, each up to three when percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 214;

const timeouts = {
  /** Headers of a local client arrive at once; who needs longer holds the connection on purpose. */
  headersTimeout: 10_000,
  /** A whole request: 10 MiB at 350 KB/s. Says nothing about how long the answer may take: that is wall_ms. */
  requestTimeout: 30_000,
  /** Node looks this often for connections whose time is up (its own default of 30 s would double the limits above). */
  connectionsCheckingInterval: 2_000,
  /** Longer than editors and clients pause between two requests, so that they seldom pay for a new connection. */
  keepAliveTimeout: 75_000,
};

/**
 * The REST API of the daemon over its services: not yet listening, and ready for `inject`.
 * Transport only: a handler decodes, calls one service method and encodes; schemas do the first and the last.
 */
export function buildRestServer(services: Services, options: RestOptions): RestServer {
  const server: RestServer = Fastify({
    http: {
      // Enough for a token and a few cookies that a browser keeps for localhost; Node's default, here to be seen.
      maxHeaderSize: 16 * 1024,
      headersTimeout: timeouts.headersTimeout,
      connectionsCheckingInterval: timeouts.connectionsCheckingInterval,
      // The guard answers a missing Host itself, in the form of all other errors.
      requireHostHeader: false,
    },
    requestTimeout: timeouts.requestTimeout,
    keepAliveTimeout: timeouts.keepAliveTimeout,
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger for each request costs more than all our hooks; what we log names the request itself.
    childLoggerFactory: (logger) => logger,
    genReqId: makeRequestId,
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerMalformedRequest,
  });
  server.setValidatorCompiler(compileValidator);
  // Measured: as fast as a serialiser compiled from the schema (2 µs for an execution), without 25 ms at start, and it
  // keeps the order of the fields. That answers have the form that their schemas say is for the tests.
  server.setSerializerCompiler(() => JSON.stringify);
  // Node would answer an unknown Expect header by itself, in its own form; we read it as if it were not there.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response));
  server.server.on('connect', answerConnect);
  mapErrors(server);
  answerUnknownRoutes(server);
  showRequestId(server);
  logRequests(server);
  guardRequests(server, options.allowedHosts);
  refuseWhenClosing(server);
  parseJsonBodies(server);
  documentRoutes(server, options.version);
  void server.register(
    (open: RestServer, _options, done) => {
      healthRoutes(open);
      done();
    },
    { prefix: '/api/v1' },
  );
  void server.register((guarded: RestServer, _options, done) => {
    requireAuth(guarded, options.auth);
    metricsRoute(guarded, services);
    done();
  });
  void server.register(
    (api: RestServer, _options, done) => {
      requireAuth(api, options.auth);
      templatesRoutes(api, services);
      templatePartsRoutes(api, services);
      sessionsRoutes(api, services);
      executionsRoutes(api, services);
      metadataRoutes(api, services);
      opsRoutes(api, services);
      streamRoutes(api, services);
      done();
    },
    { prefix: '/api/v1' },
  );
  return server;
}
