import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isMillraceError, type Logger, type MetricsText, MillraceError } from '@millrace/foundation';

export interface AdminServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
}

/** What the doors tell once the broker serves. */
export interface AdminFacts {
  readonly metrics: () => Promise<MetricsText>;
  /** What an operator should know although all goes on; none where all is well. */
  readonly problems: () => readonly string[];
}

const HEADERS_TIMEOUT_MS = 5000;
const CONNECTIONS_MAX = 100;

/**
 * The doors for whoever watches a broker: `/health` (the process answers), `/ready` (it serves clients), `/metrics`. They stand
 * beside Kafka's protocol, on an address of their own, and give nothing away of records.
 */
export class AdminServer {
  readonly #options: AdminServerOptions;
  readonly #server: Server;
  #facts: AdminFacts | null = null;
  #state: 'starting' | 'ready' | 'stopping' = 'starting';

  constructor(options: AdminServerOptions) {
    this.#options = options;
    this.#server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /**
   * @returns the port
   * @throws {MillraceError} ADMIN_PORT_UNUSABLE (class config)
   */
  listen(): Promise<number> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        const message = `The admin address ${host}:${port} cannot be listened on: ${cause.message}.`;
        const hint = 'Give another admin.http.port; 0 takes a free one, -1 leaves the doors out.';
        reject(
          new MillraceError(message, {
            ...{ code: 'ADMIN_PORT_UNUSABLE', class: 'config', path: 'admin.http.port' },
            ...{ hint, cause },
          }),
        );
      });
      this.#server.listen({ host, port }, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  ready(facts: AdminFacts): void {
    this.#facts = facts;
    this.#state = 'ready';
  }

  stopping(): void {
    this.#state = 'stopping';
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = (url ?? '').split('?', 1)[0];
      if (method !== 'GET' && method !== 'HEAD') send(response, 405, { error: 'only GET is answered' });
      else if (path === '/health') this.#health(response);
      else if (path === '/ready') send(response, this.#state === 'ready' ? 200 : 503, { state: this.#state });
      else if (path === '/metrics') await this.#metrics(response);
      else send(response, 404, { error: 'there are /health, /ready and /metrics' });
    } catch (error) {
      const report = isMillraceError(error) ? error.report() : undefined;
      this.#options.logger.error({ err: error, report }, 'an admin request failed');
      if (!response.headersSent) send(response, 500, { error: 'see the log of the broker' });
    }
  }

  #health(response: ServerResponse): void {
    const problems = this.#facts?.problems() ?? [];
    send(response, 200, { status: problems.length === 0 ? 'healthy' : 'degraded', problems });
  }

  async #metrics(response: ServerResponse): Promise<void> {
    if (this.#facts === null) return send(response, 503, { state: this.#state });
    const { contentType, text } = await this.#facts.metrics();
    response.writeHead(200, { 'content-type': contentType });
    response.end(text);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
