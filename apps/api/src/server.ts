import { Conversations } from '@keelson/conversations';
import { ApiTokens, type Database, type HttpConfig, InternalError, type Search } from '@keelson/db-core';
import { Metrics } from '@keelson/db-core/metrics';
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Authenticate } from './access.ts';
import type { Services } from './api.ts';
import { EventStreams } from './live/streams.ts';
import { createLogger } from './logging.ts';
import { answers } from './once.ts';
import { describeApi } from './openapi/plugin.ts';
import { actForOrganisations } from './plugins/acting.ts';
import { requireTokens } from './plugins/authentication.ts';
import { brokenHttpHandler } from './plugins/broken-http.ts';
import { closeConnectionsWhenClosing } from './plugins/draining.ts';
import { takeOnlyJson } from './plugins/json-only.ts';
import { noteMethods } from './plugins/methods.ts';
import { answerFrameworkError, answerUnknownRoutes, answerWithProblems } from './plugins/problems.ts';
import { limitRates } from './plugins/rate-limit.ts';
import { requestIdOf, sendRequestIds } from './plugins/request-ids.ts';
import { logRequests } from './plugins/request-log.ts';
import { sendSecurityHeaders } from './plugins/security-headers.ts';
import { addMetrics, withMetricsToken } from './routes/metrics.ts';
import { addRoutes } from './routes/routes.ts';
import { createSearch } from './search.ts';
import { validatorCompiler } from './validation.ts';

export interface ServerOptions {
  /** Stays open when the server is closed: it belongs to who opened it. */
  readonly database: Database;
  /** Default: 16 MiB bodies, 600 requests a minute. */
  readonly http?: Partial<Pick<HttpConfig, 'bodyLimitBytes' | 'requestsPerMinute' | 'metricsToken'>>;
  /** Default: one that writes to stderr. */
  readonly logger?: FastifyBaseLogger;
  /** Whom a token lets in. Default: what the database's API tokens say. */
  readonly authenticate?: Authenticate;
  /** What searches. Default: by words, in all domains. */
  readonly search?: Search;
  /** What `/metrics` shows. It stays with who gave it; default: the database's, from now on. */
  readonly metrics?: Metrics;
  /**
   * Whose `X-Forwarded-For` is believed: addresses or networks of proxies. Default: nobody's, because anybody can send
   * it, and the rate limit counts by it.
   */
  readonly trustProxy?: readonly string[];
}

const BODY_LIMIT = 16_777_216;
const REQUESTS_PER_MINUTE = 600;
/** A request that isn't there by then is given up, so that slow ones can't hold all connections. */
const REQUEST_TIMEOUT_MS = 120_000;

/**
 * The HTTP API, not listening yet. Routes added to it must say in their config what `access` they need.
 *
 * @example
 * ```ts
 * const server = createServer({ database: openDatabase() });
 * const answer = await server.inject('/livez'); // { "status": "alive" }
 * ```
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { database, http = {}, logger = createLogger(), trustProxy = [] } = options;
  const { bodyLimitBytes = BODY_LIMIT, requestsPerMinute = REQUESTS_PER_MINUTE } = http;
  const tokens = new ApiTokens(database);
  const authenticate = withMetricsToken(
    options.authenticate ?? ((token) => tokens.authenticate(token)),
    http.metricsToken,
  );
  const metrics = options.metrics ?? new Metrics(database);

  const server: FastifyInstance = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    requestIdHeader: false,
    // Ids of any length get the same answer: that they are none.
    routerOptions: { maxParamLength: 16_384 },
    genReqId: requestIdOf,
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: brokenHttpHandler(logger),
    // While it closes, what comes on an open connection is still answered.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  const api = server.withTypeProvider<ZodTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler(serializerCompiler);

  sendRequestIds(api);
  closeConnectionsWhenClosing(api);
  logRequests(api);
  takeOnlyJson(api);
  answerWithProblems(api);
  requireTokens(api, authenticate);
  actForOrganisations(api, database);
  const answerOtherMethods = noteMethods(api);
  // From here on things are registered: each is there before the next one is added.
  sendSecurityHeaders(api);
  const limited = requestsPerMinute > 0;
  if (limited) limitRates(api, requestsPerMinute);
  api.after(() => answerUnknownRoutes(api, { limited }));
  describeApi(api);
  const streams = new EventStreams();
  api.addHook('preClose', () => streams.close());
  const services = servicesOf(database, streams, options.search ?? createSearch(database).search);
  void api.register((scope, _options, done) => {
    const routes = scope.withTypeProvider<ZodTypeProvider>();
    addRoutes(routes, services);
    addMetrics(routes, metrics);
    done();
  });
  void api.register((scope, _options, done) => {
    answerOtherMethods(scope.withTypeProvider<ZodTypeProvider>());
    done();
  });
  if (options.metrics === undefined) server.addHook('onClose', async () => metrics.close());
  return server;
}

function servicesOf(database: Database, streams: EventStreams, search: Search): Services {
  const principalOf: Services['principalOf'] = ({ principal }) => {
    if (principal === null) throw new InternalError('A route without a token wants to know who is asking.');
    return principal;
  };
  const userOf: Services['userOf'] = (request) => request.actingFor ?? database.forUser(principalOf(request).userId);
  return {
    database,
    search,
    principalOf,
    ...answers(database, userOf),
    userOf,
    streams,
    conversationsOf: (request) => new Conversations(database, userOf(request), { search }),
  };
}
