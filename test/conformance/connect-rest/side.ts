import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/index.ts';

/** One request as it was asked, and what came back, with what belongs to the side alone taken out. */
export interface Exchange {
  /** Method, path and body: the same on both sides. */
  readonly request: string;
  readonly status: number;
  readonly location: string | null;
  /** JSON where it is JSON; text otherwise. */
  readonly body: unknown;
}

export interface Sent {
  /** An object becomes JSON; a string goes as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What of the answer is compared; left out: all of it. */
  readonly view?: (body: never) => unknown;
}

/** For a request, and for what it is to bring about: one that takes so long has failed, on a busy machine too. */
const TIMEOUT_MS = 90_000;
/** Fields that are the side's own: which worker, which version, when. */
const OWN = new Set(['worker_id', 'version', 'trace', 'last_modified', 'kafka_cluster_id', 'commit']);

/** A worker that is asked, Kafka Connect's or ours. Names, topics and files carry the side's id, which is taken out of answers. */
export class Side {
  readonly id: string;
  readonly folder: string;
  readonly exchanges: Exchange[] = [];
  readonly #url: string;

  constructor(id: string, url: string, folder: string) {
    this.id = id;
    this.#url = url;
    this.folder = join(folder, id);
    mkdirSync(this.folder, { recursive: true });
  }

  /** A name of this side's own. */
  named(name: string): string {
    return `${this.id}-${name}`;
  }

  /** The path of a connector. */
  path(name: string, more = ''): string {
    return `/connectors/${encodeURIComponent(this.named(name))}${more}`;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** Asks, and keeps question and answer for the comparison. */
  async ask(method: string, path: string, sent: Sent = {}): Promise<Exchange> {
    const exchange = await this.#send(method, path, sent);
    this.exchanges.push(exchange);
    return exchange;
  }

  /** Asks, and keeps nothing: takes away what may be there on one side alone. */
  async tidy(method: string, path: string): Promise<void> {
    await this.#send(method, path, {});
  }

  /** Asks until the answer is as it must be, and keeps none of it. */
  until(path: string, check: (body: never) => boolean): Promise<void> {
    return this.#untilAnswer(path, ({ status, body }) => status === 200 && check(body as never));
  }

  /** Statuses of what was removed go a moment later, and one after the other. */
  async untilGone(name: string): Promise<void> {
    for (const part of ['/status', '/tasks/0/status'])
      await this.#untilAnswer(this.path(name, part), ({ status }) => status === 404);
  }

  async #untilAnswer(path: string, check: (answer: Exchange) => boolean): Promise<void> {
    let last: Exchange | null = null;
    await eventually(
      async () => {
        last = await this.#send('GET', path, {});
        return check(last);
      },
      { what: `${this.id} ${path}`, timeoutMs: TIMEOUT_MS },
    ).catch((error) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
    });
  }

  untilTask(name: string, state: string): Promise<void> {
    return this.until(
      this.path(name, '/status'),
      ({ tasks }: { tasks: { state: string }[] }) =>
        tasks.length > 0 && tasks.every((task) => task.state === state),
    );
  }

  untilState(name: string, state: string, tasks?: number): Promise<void> {
    return this.until(
      this.path(name, '/status'),
      (status: { connector: { state: string }; tasks: unknown[] }) =>
        status.connector.state === state && (tasks === undefined || status.tasks.length === tasks),
    );
  }

  async #send(method: string, path: string, { body, headers, view }: Sent): Promise<Exchange> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      ...(text === undefined ? {} : { body: text }),
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'manual',
    });
    const content = this.#common(await answer.text());
    const parsed = parsedOrText(content);
    const location = answer.headers.get('location');
    const extra = headers === undefined ? '' : ` ${JSON.stringify(headers)}`;
    return {
      request: this.#common(`${method} ${path}${text === undefined ? '' : ` ${text}`}${extra}`),
      status: answer.status,
      location: location === null ? null : this.#common(location),
      body: view && answer.status < 300 ? view(parsed as never) : parsed,
    };
  }

  /** Text in which nothing says which side it is of. */
  #common(text: string): string {
    return text.replaceAll(this.#url, 'URL').replaceAll(this.id, 'SIDE');
  }
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text, (key, value) => (OWN.has(key) && value !== null ? `<${key}>` : value));
  } catch {
    return text.startsWith('<') ? '<html>' : text;
  }
}
