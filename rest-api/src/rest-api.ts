import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, {
  type ConnectionError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type InjectOptions,
} from 'fastify';
import { createDocsApp } from './docs.ts';
import { createDoors } from './doors.ts';
import { brokenRequest, toHttpError } from './errors.ts';
import { MetricsSampler } from './history/metrics-sampler.ts';
import { parseJsonBody } from './json-body.ts';
import { LazyApp } from './lazy-app.ts';
import { EventStreams } from './live/event-streams.ts';
import { GroupMonitor } from './live/group-monitor.ts';
import { PipelineBoard } from './live/pipeline-board.ts';
import { StreamSlots } from './live/stream-slots.ts';
import { type RestOptions, type RestSettings, withDefaults } from './options.ts';
import type { RestPorts } from './ports.ts';
import { checkHost, checkOrigin, isLoopback } from './request-guard.ts';
import { activeTopicRoutes } from './routes/active-topics.ts';
import { clusterRoutes } from './routes/cluster.ts';
import { configHistoryRoutes } from './routes/config-history.ts';
import { pluginRoutes } from './routes/connector-plugins.ts';
import { connectorRoutes, lifecycleRoutes, taskRoutes } from './routes/connectors.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { groupRoutes } from './routes/groups.ts';
import { insightRoutes } from './routes/insight.ts';
import { loggerRoutes } from './routes/loggers.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoute } from './routes/metrics.ts';
import { metricsHistoryRoutes } from './routes/metrics-history.ts';
import { offsetRoutes } from './routes/offsets.ts';
import { pipelineRoutes } from './routes/pipelines.ts';
import { allPluginRoutes } from './routes/plugins.ts';
import { redirectBrowsers, serverRoutes } from './routes/server.ts';
import { shareGroupRoutes } from './routes/share-groups.ts';
import { taskLogRoutes } from './routes/task-logs.ts';
import { topicRoutes } from './routes/topics.ts';
import { workerRoutes } from './routes/workers.ts';
import { uiRoutes } from './ui-routes.ts';
import { answerUnknownPaths } from './unknown-path.ts';

/** The HTTP server of a worker: Kafka Connect's REST API, /api/v1, /api/docs and the UI. */
export interface RestApi {
  /**
   * Serves. Port 0 takes a free one. Answers the address, such as `http://127.0.0.1:8083`.
   *
   * @throws the error of the socket, such as EADDRINUSE
   */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Ends the event streams, gives running requests `closeGraceMs` to finish, closes. Safe to call twice. */
  close(): Promise<void>;
  /** A request without a socket, for tests. */
  inject(request: InjectOptions): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: string;
  }>;
}

const API_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

const READ_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Makes the server; nothing listens yet. */
export async function createRestApi(ports: RestPorts, options: RestOptions = {}): Promise<RestApi> {
  const settings = withDefaults(options);
  const app = createApp(settings);
  const guard = { checksHosts: true };
  addGuards(app, settings, guard);
  answerUnknownPaths(app);
  const slots = new StreamSlots(settings);
  const doors = createDoors(app, settings, ports.herder, slots);
  const monitor = new GroupMonitor({ ...ports, ...settings });
  const sampler = new MetricsSampler({ ...ports, ...settings, monitor });
  const board = new PipelineBoard({ ...ports, ...settings, monitor, groups: sampler.groups });
  const streams = new EventStreams({ board, slots, settings, monitor, sampler, cluster: ports.cluster });
  serverRoutes(doors, ports);
  connectorRoutes(doors, ports.herder, monitor);
  lifecycleRoutes(doors, ports.herder);
  taskRoutes(doors, ports.herder, monitor);
  offsetRoutes(doors, ports.offsets);
  activeTopicRoutes(doors, ports.activeTopics);
  loggerRoutes(doors, ports.loggers);
  pluginRoutes(doors, ports.herder);
  const nowMs = () => settings.clock.now().wallMs;
  pipelineRoutes(doors, board, streams, { ...ports, monitor, stages: sampler.stages, nowMs });
  metricsRoute(doors, ports.monitor);
  metricsHistoryRoutes(doors, sampler.store, settings.clock);
  taskLogRoutes(doors, ports.monitor, ports.herder);
  allPluginRoutes(doors, ports.insight, ports.herder);
  topicRoutes(doors, ports);
  messageRoutes(doors, ports.messages);
  groupRoutes(doors, ports, { ends: sampler.ends, nowMs });
  shareGroupRoutes(doors, ports);
  clusterRoutes(doors, ports.cluster);
  workerRoutes(doors, ports.group);
  insightRoutes(doors, ports.insight);
  configHistoryRoutes(doors, ports);
  deadLetterRoutes(doors, ports.deadLetters);
  const docs = new LazyApp(() => createDocsApp(ports.herder.server().version));
  for (const url of ['/api/docs', '/api/docs/*']) {
    doors.page(url, { operation: 'DESCRIBE', resource: 'cluster' }, (request, reply) =>
      docs.answer(request, reply),
    );
  }
  const ui = uiRoutes(doors, ports.ui);
  await app.ready();
  return {
    async listen({ host, port }) {
      guard.checksHosts = isLoopback(host) || settings.allowedHosts.length > 0;
      app.server.maxConnections = settings.maxConnections;
      const address = await app.listen({ host, port });
      streams.start();
      sampler.start();
      return address;
    },
    async close() {
      streams.close();
      slots.close();
      board.close();
      await sampler.close();
      const cut = setTimeout(() => app.server.closeAllConnections(), settings.closeGraceMs);
      await app.close().finally(() => clearTimeout(cut));
      await Promise.all([docs.close(), ui.close()]);
    },
    inject: (request) => app.inject(request),
  };
}

/** Routes are registered without schemas; Fastify would load two compilers for them at the start (30 ms). */
const NO_COMPILERS = { buildValidator: () => refuseSchemas, buildSerializer: () => refuseSchemas };

function refuseSchemas(): never {
  throw new Error('routes state their schemas in the contract, not to Fastify');
}

function createApp(settings: RestSettings): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: 30_000,
    http: {
      maxHeaderSize: settings.headerLimitBytes,
      requestTimeout: settings.requestTimeoutMs,
      headersTimeout: settings.requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(settings.requestTimeoutMs / 4),
    },
    clientErrorHandler: answerBrokenRequest,
    schemaController: { compilersFactory: NO_COMPILERS },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_024 },
    frameworkErrors: (error, _request, reply) => {
      sendError(reply, error, settings);
    },
  });
  app.decorateRequest('sentText', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (request: FastifyRequest, text: string) => {
      request.sentText = text === '' ? null : text;
      return text === '' ? undefined : parseJsonBody(text, request.routeOptions.config.numbers ?? 'text');
    },
  );
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, settings));
  return app;
}

function addGuards(app: FastifyInstance, settings: RestSettings, guard: { checksHosts: boolean }): void {
  app.addHook('onRequest', async (request, reply) => {
    // On the raw response, so that streams and the lazy applications carry them too.
    for (const [name, value] of Object.entries(API_HEADERS)) reply.raw.setHeader(name, value);
    if (guard.checksHosts) checkHost(request.headers, settings.allowedHosts);
    if (!READ_METHODS.has(request.method)) checkOrigin(request.headers);
  });
  app.addHook('onRequest', redirectBrowsers);
}

/** What Node's parser refuses before there is a request: answered by hand, then the connection goes. */
function answerBrokenRequest(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = brokenRequest(error.code);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

function sendError(reply: FastifyReply, error: unknown, settings: RestSettings): FastifyReply {
  const { status, body, unexpected } = toHttpError(error);
  if (unexpected) {
    settings.logger.error(
      { err: error, method: reply.request.method, path: reply.request.url },
      'request failed',
    );
  }
  return reply.code(status).type('application/json').send(JSON.stringify(body));
}
