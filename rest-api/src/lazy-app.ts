import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * A second application, made when the first request wants it, so that what it loads costs the start nothing.
 * Requests pass through the guards and the authorizer of the main one before they get here.
 */
export class LazyApp {
  readonly #make: () => Promise<FastifyInstance>;
  #app: Promise<FastifyInstance> | null = null;

  constructor(make: () => Promise<FastifyInstance>) {
    this.#make = make;
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#app ??= this.#make();
    const app = await this.#app;
    reply.hijack();
    app.routing(request.raw, reply.raw);
    return reply;
  }

  async close(): Promise<void> {
    const app = await this.#app;
    await app?.close();
  }
}
