import { type ErrorClass, MillraceError } from '@millrace/foundation';
import type { BodyOf, ErrorBody, ParamsOf, QueryOf, ReplyBodyOf, Route } from '@millrace/rest-api/contract';

interface Given<R extends Route> {
  readonly params?: ParamsOf<R>;
  readonly query?: QueryOf<R>;
  readonly body?: BodyOf<R>;
}

/** How long an answer may take, ms: the server gives up after 90 s itself. */
const TIMEOUT_MS = 100_000;
const CLASSES: ReadonlySet<string> = new Set(['transient', 'throttled', 'poison', 'auth', 'config', 'bug']);

/** Calls the operations of a worker's REST API by their contract. */
export class RestClient {
  readonly #url: string;

  /** @throws {MillraceError} INVALID_CONFIG */
  constructor(url: string) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new MillraceError(`"${url}" is no address of a worker.`, {
        ...{ code: 'INVALID_CONFIG', class: 'config', path: '--url' },
        hint: 'It looks like http://127.0.0.1:8083.',
      });
    }
    this.#url = url.replace(/\/$/, '');
  }

  /** @throws {MillraceError} what the worker refuses with; WORKER_UNREACHABLE (class transient) */
  async call<R extends Route>(route: R, given: Given<R> = {}): Promise<ReplyBodyOf<R>> {
    const response = await this.#ask(route, given, AbortSignal.timeout(TIMEOUT_MS));
    const text = await response.text();
    return (text === '' ? null : JSON.parse(text)) as ReplyBodyOf<R>;
  }

  /**
   * The data of server-sent events of one name, until the server ends them.
   * @throws {MillraceError} as `call`, and what an event `error` says
   */
  async *events<R extends Route>(
    route: R,
    event: string,
    given: Given<R> = {},
  ): AsyncGenerator<ReplyBodyOf<R>> {
    const response = await this.#ask(route, given);
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const [, name, data = 'null'] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (name === 'error') throw refusal(500, JSON.parse(data));
        if (name === event) yield JSON.parse(data) as ReplyBodyOf<R>;
      }
    }
  }

  async #ask<R extends Route>(route: R, given: Given<R>, signal?: AbortSignal): Promise<Response> {
    const url = `${this.#url}${pathOf(route.url, given.params ?? {}, given.query ?? {})}`;
    let response: Response;
    try {
      response = await fetch(url, {
        method: route.method,
        ...(signal ? { signal } : {}),
        ...(given.body === undefined
          ? {}
          : { body: JSON.stringify(given.body), headers: { 'content-type': 'application/json' } }),
      });
    } catch (error) {
      throw new MillraceError(`The worker at ${this.#url} does not answer.`, {
        ...{ code: 'WORKER_UNREACHABLE', class: 'transient', cause: error },
        hint: 'See whether it runs, or name another one by --url or MILLRACE_URL.',
      });
    }
    if (response.ok) return response;
    throw refusal(response.status, await response.json().catch(() => null));
  }
}

function pathOf(pattern: string, params: object, query: object): string {
  const values = new Map(Object.entries(params));
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined) search.append(key, String(one));
  return search.size === 0 ? path : `${path}?${search}`;
}

function refusal(status: number, answer: unknown): MillraceError {
  const body = (answer ?? {}) as Partial<ErrorBody>;
  return new MillraceError(body.message ?? `The worker answered HTTP ${status}.`, {
    code: body.code ?? `HTTP_${status}`,
    class: CLASSES.has(body.class ?? '') ? (body.class as ErrorClass) : status < 500 ? 'config' : 'transient',
    ...(body.hint ? { hint: body.hint } : {}),
    ...(body.path ? { path: body.path } : {}),
  });
}
