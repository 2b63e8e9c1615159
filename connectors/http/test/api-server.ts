import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  /** The connection is cut in the middle of the answer; or nothing ever comes. */
  | 'cut'
  | 'silent';

/** A real server of HTTP on the loopback, which answers as a test says and remembers what it was asked. */
export class ApiServer {
  readonly received: Received[] = [];
  answer: (request: Received) => Answer | Promise<Answer> = () => ({ body: [] });
  #server: Server | null = null;
  #port = 0;
  readonly #sockets = new Set<Socket>();
  readonly #tls: ServerOptions | null;

  /** @param tls certificates, for one that speaks TLS */
  constructor(tls: ServerOptions | null = null) {
    this.#tls = tls;
  }

  get url(): string {
    return `${this.#tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** On the port that it had before. */
  async start(): Promise<void> {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    const server = this.#tls ? createTlsServer(this.#tls, serve) : createServer(serve);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** As its death would: every connection goes too. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise((resolve) => server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    if (server) await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '/', this.url);
    const received = {
      ...{ method: request.method ?? '', path: url.pathname, query: url.searchParams },
      ...{ headers: request.headers, body: Buffer.concat(chunks).toString() },
    };
    this.received.push(received);
    const answer = await this.answer(received);
    if (answer === 'silent') return;
    if (answer === 'cut') {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('[{"id":', () => response.destroy());
      return;
    }
    const { status = 200, headers = {}, body } = answer;
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  }
}
