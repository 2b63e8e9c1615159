import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isMillraceError, type MillraceError, pause, RateLimiter } from '@millrace/sdk';
import { Authorization } from './authorization.ts';
import { fixedHeaders } from './connection-options.ts';
import { connectionError, statusError, timeoutError, tooLargeError } from './http-error.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';
import { tlsFiles } from './tls-files.ts';
import { type AddressedConfig, isHome } from './trusted-origins.ts';

const REDIRECTS_MAX = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const KEEPS_METHOD = new Set([307, 308]);
/** What is read of the answer to a request whose answer does not matter. */
const IGNORED_MAX_BYTES = 65_536;

export interface HttpClientOptions {
  readonly signal: AbortSignal;
  /** The largest answer that is read; null: the answer does not matter, and its end is left unread. */
  readonly answerMaxBytes: number | null;
}

/** Connections that are kept, by where they lead to. */
interface Agents {
  readonly plain: HttpAgent;
  /** To servers that the config names: they learn who we are. */
  readonly known: HttpsAgent;
  readonly others: HttpsAgent;
}

/** An answer, and the headers that proved who asked; null where none went along. */
interface Followed {
  readonly answer: HttpAnswer;
  readonly proof: Readonly<Record<string, string>> | null;
}

/**
 * Sends requests one by one over kept connections, with bounds on everything that comes back. Who asks is proved to the server of `url` alone,
 * whatever a redirect, an answer or a stored position leads to.
 */
export class HttpClient {
  readonly #config: AddressedConfig;
  readonly #options: HttpClientOptions;
  readonly #authorization: Authorization;
  readonly #limiter: RateLimiter | null;
  #agents: Promise<Agents> | null = null;

  constructor(config: AddressedConfig, options: HttpClientOptions) {
    this.#config = config;
    this.#options = options;
    this.#authorization = new Authorization(config, (request) => this.#exchange(request, 'known'));
    const perSecond = config['max.requests.per.second'];
    this.#limiter = perSecond > 0 ? new RateLimiter({ perSecond, burst: 1 }) : null;
  }

  async close(): Promise<void> {
    const agents = await this.#agents?.catch(() => null);
    for (const agent of Object.values(agents ?? {})) agent.destroy();
  }

  /**
   * The server's answer, whatever its status. A token that is refused is renewed once.
   * @throws {MillraceError} where there is no answer, or it is too large
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { answer, proof } = await this.#follow(request);
    if (answer.status !== 401 || proof === null || !this.#authorization.refused(proof)) return answer;
    return (await this.#follow(request)).answer;
  }

  /**
   * Tries again what may pass, as often as the config says; a Retry-After of the server says when.
   * @param request makes it anew for each try: a signature holds its time
   * @param verdict the error that an answer is; null where it is fine
   * @throws the last error
   */
  async sendUntil(
    request: () => HttpRequest,
    verdict: (answer: HttpAnswer) => MillraceError | null,
  ): Promise<HttpAnswer> {
    const { signal } = this.#options;
    for (let attempt = 1; ; attempt++) {
      let failure: MillraceError;
      let waitMs = this.#config['retry.backoff.ms'] * 2 ** (attempt - 1);
      try {
        const answer = await this.send(request());
        const error = verdict(answer);
        if (error === null) return answer;
        failure = error;
        waitMs = retryAfterMs(answer) ?? waitMs;
      } catch (error) {
        if (!isMillraceError(error)) throw error;
        failure = error;
      }
      const passes = failure.class === 'transient' || failure.class === 'throttled';
      if (!passes || attempt >= this.#config['retry.tries'] || signal.aborted) throw failure;
      await pause(Math.min(waitMs, this.#config['retry.backoff.max.ms']), signal);
      if (signal.aborted) throw failure;
    }
  }

  async #follow(request: HttpRequest): Promise<Followed> {
    let { method, url } = request;
    for (let redirects = 0; ; redirects++) {
      await this.#limiter?.take(1, this.#options.signal);
      const proof = isHome(this.#config, url) ? await this.#authorization.headers() : null;
      const headers = proof === null ? this.#forStrangers(request) : { ...request.headers, ...proof };
      const body = request.body === undefined || method === 'GET' ? {} : { body: request.body };
      const answer = await this.#exchange(
        { method, url, headers, ...body },
        proof === null ? 'others' : 'known',
      );
      const next = this.#redirect(answer, method);
      if (next === null) return { answer, proof };
      if (redirects >= REDIRECTS_MAX) throw statusError(answer.status, url);
      url = next;
      if (method !== 'HEAD' && !KEEPS_METHOD.has(answer.status)) method = 'GET';
    }
  }

  /** Headers of the option may hold what others must not see, whatever its docs ask for. */
  #forStrangers({ headers = {} }: HttpRequest): Readonly<Record<string, string>> {
    const own = fixedHeaders(this.#config);
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !Object.hasOwn(own, name)));
  }

  /** Where an answer leads to; null where it is to be taken as it is. */
  #redirect({ status, headers, url }: HttpAnswer, method: string): URL | null {
    const { location } = headers;
    if (this.#config.redirects === 'none' || !REDIRECTS.has(status) || location === undefined) return null;
    const isRead = method === 'GET' || method === 'HEAD';
    if (!isRead && !KEEPS_METHOD.has(status)) return null;
    const next = URL.parse(location, url);
    if (next === null || !/^https?:$/.test(next.protocol)) return null;
    return this.#config.redirects === 'any' || isHome(this.#config, next) ? next : null;
  }

  async #exchange(request: HttpRequest, to: 'known' | 'others'): Promise<HttpAnswer> {
    const { url } = request;
    const timeoutMs = this.#config['request.timeout.ms'];
    const agents = await this.#kept();
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([timeout, this.#options.signal]);
    try {
      const answer = await this.#ask(request, { signal, plain: agents.plain, secure: agents[to] });
      return {
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        url,
        body: await this.#bodyOf(answer, url),
      };
    } catch (error) {
      if (isMillraceError(error)) throw error;
      throw timeout.aborted ? timeoutError(url, timeoutMs) : connectionError(error, url);
    }
  }

  #kept(): Promise<Agents> {
    this.#agents ??= tlsFiles(this.#config).then(({ trust, identity }) => ({
      plain: new HttpAgent({ keepAlive: true }),
      known: new HttpsAgent({ keepAlive: true, ...trust, ...identity }),
      others: new HttpsAgent({ keepAlive: true, ...trust }),
    }));
    return this.#agents;
  }

  #ask(
    { method, url, headers, body }: HttpRequest,
    { signal, plain, secure }: Pick<Agents, 'plain'> & { signal: AbortSignal; secure: HttpsAgent },
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { method, headers: { 'User-Agent': 'millrace', ...headers }, signal };
      const outgoing =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, agent: secure })
          : httpRequest(url, { ...options, agent: plain });
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async #bodyOf(answer: IncomingMessage, url: URL): Promise<Buffer> {
    const max = this.#options.answerMaxBytes;
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > (max ?? IGNORED_MAX_BYTES)) {
        answer.destroy();
        if (max === null) break;
        throw tooLargeError(url, max);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

/** How long the server asks to wait: seconds or a date (RFC 9110, 10.2.3); null where it does not say. */
function retryAfterMs({ status, headers }: HttpAnswer): number | null {
  const value = headers['retry-after'];
  if (value === undefined || (status !== 429 && status !== 503)) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - Date.now());
}
