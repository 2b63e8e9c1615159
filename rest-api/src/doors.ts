import { MillraceError } from '@millrace/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type Actor, nameIn } from './access.ts';
import type { BodyOf, Need, ParamsOf, QueryOf, ReplyOf, Route } from './contract/index.ts';
import { forwarded } from './forwarding.ts';
import type { EventStream, StreamSlots } from './live/stream-slots.ts';
import type { RestSettings } from './options.ts';
import type { ForwardedAnswer, Herder, SentRequest } from './ports.ts';
import { createValidator, type Validator } from './validation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; every route states it. */
    needs?: Need;
    numbers?: 'kept';
  }
}

export interface ApiRequest<R extends Route> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  readonly actor: Actor;
  readonly sent: SentRequest;
}

export type Handler<R extends Route> = (request: ApiRequest<R>) => ReplyOf<R> | Promise<ReplyOf<R>>;

/** Registers operations: each asks the authorizer, validates, runs within its time, and answers by its contract. */
export interface Doors {
  operation<R extends Route>(route: R, handler: Handler<R>): void;
  /**
   * Server-sent events: `begin` begins the answer, once all that can be refused has been. What it throws before is answered as of any
   * operation.
   */
  events<R extends Route>(
    route: R,
    handler: (request: ApiRequest<R>, begin: () => EventStream) => void | Promise<void>,
  ): void;
  /** A page, a file or a stream: answered by the handler itself. */
  page(
    url: string,
    needs: Need,
    handler: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>,
  ): void;
}

/** A hook that fails the start over a route which does not say what it needs. */
export function requireNeeds(route: Pick<RouteOptions, 'method' | 'url' | 'config'>): void {
  if (route.config?.needs === undefined) {
    throw new Error(`route ${route.method} ${route.url} does not state the operation and resource it needs`);
  }
}

export function createDoors(
  app: FastifyInstance,
  settings: RestSettings,
  herder: Herder,
  slots: StreamSlots,
): Doors {
  const validator = createValidator();
  app.addHook('onRoute', requireNeeds);
  return {
    operation(route, handler) {
      app.route({
        method: route.method,
        url: route.url,
        config: { needs: route.needs, ...(route.numbers ? { numbers: route.numbers } : {}) },
        handler: async (request, reply) => {
          const actor = await authorize(request, route.needs, settings);
          const read = await readRequest(validator, route, request);
          if (route.needs.resource === 'connector' && !herder.hasRead()) throw starting();
          let answer: ReplyOf<typeof route>;
          try {
            const running = handler({ ...read, actor } as ApiRequest<typeof route>);
            answer = await within(settings.operationTimeoutMs, running);
          } catch (error) {
            const elsewhere = await forwarded(herder, request, error);
            if (elsewhere === null) throw error;
            return handOn(request, reply, elsewhere);
          }
          reply.code(answer.status);
          if (answer.location !== undefined)
            reply.header('location', `${originOf(request)}${answer.location}`);
          if (answer.etag !== undefined) reply.header('etag', answer.etag);
          if (answer.body === null) return reply.send();
          return reply.type('application/json').send(JSON.stringify(answer.body));
        },
      });
    },
    events(route, handler) {
      app.route({
        method: 'GET',
        url: route.url,
        config: { needs: route.needs },
        handler: async (request, reply) => {
          const actor = await authorize(request, route.needs, settings);
          const read = await readRequest(validator, route, request);
          slots.requireRoom();
          await handler({ ...read, actor } as ApiRequest<typeof route>, () => {
            const stream = slots.open(reply.raw);
            reply.hijack();
            return stream;
          });
          return reply;
        },
      });
    },
    page(url, needs, handler) {
      app.route({
        method: 'GET',
        url,
        config: { needs },
        handler: async (request, reply) => {
          await authorize(request, needs, settings);
          return handler(request, reply);
        },
      });
    },
  };
}

async function authorize(request: FastifyRequest, needs: Need, settings: RestSettings): Promise<Actor> {
  const actor = await settings.actorOf({ headers: request.headers, address: request.ip });
  const name = nameIn(needs, request.params, request.body);
  const wish = { operation: needs.operation, resource: { type: needs.resource, name } };
  if (await settings.authorizer.authorize(actor, wish)) return actor;
  const what = name === null ? needs.resource : `${needs.resource} "${name}"`;
  throw new MillraceError(`${actor.name} may not ${needs.operation} ${what}.`, {
    code: 'FORBIDDEN',
    class: 'auth',
    hint: 'Ask whoever runs this worker for the right.',
  });
}

/** An empty list would say that all connectors are gone. */
function starting(): MillraceError {
  return new MillraceError('This worker is starting, and has not read yet which connectors there are.', {
    code: 'WORKER_STARTING',
    class: 'transient',
    hint: 'Try again in a moment; GET /health says what it is waiting for.',
  });
}

async function readRequest(validator: Validator, route: Route, request: FastifyRequest) {
  const query = await validator.query(route, request.query);
  if (request.method !== 'GET' && request.method !== 'DELETE') await validator.body(route, request.body);
  const sent = { headers: request.headers, body: request.sentText ?? '' };
  return { params: request.params, query, body: request.body, sent };
}

function handOn(request: FastifyRequest, reply: FastifyReply, answer: ForwardedAnswer): FastifyReply {
  reply.code(answer.status);
  const { location } = answer;
  // The host that the client asked, not the one that was asked for it.
  if (answer.etag) reply.header('etag', answer.etag);
  if (location !== null && URL.canParse(location))
    reply.header('location', `${originOf(request)}${new URL(location).pathname}`);
  return answer.body === '' ? reply.send() : reply.type('application/json').send(answer.body);
}

/** Kafka Connect's Location is absolute, by the host that the client asked for. */
function originOf(request: FastifyRequest): string {
  return request.headers.host === undefined ? '' : `${request.protocol}://${request.headers.host}`;
}

async function within<T>(limitMs: number, work: T | Promise<T>): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = 'Request timed out. The worker is still busy with it; it may yet take effect.';
    reject(new MillraceError(message, { code: 'OPERATION_TIMED_OUT', class: 'transient' }));
  }, limitMs);
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
