import { MillraceError } from '@millrace/sdk';
import type { ConnectionConfig } from './connection-options.ts';
import { shownUrl, statusError } from './http-error.ts';
import { type HttpAnswer, type HttpRequest, jsonOf } from './http-exchange.ts';

/** How long before its end a token is renewed at most, ms; one that lives shortly, at half of its life. */
const RENEWED_BEFORE_MS = 30_000;
/** How long a token is taken to live where the server does not say (RFC 6749 leaves it open), ms. */
const LIFE_MS = 300_000;

/** Proves by headers who sends a request. */
export class Authorization {
  readonly #config: ConnectionConfig;
  readonly #send: (request: HttpRequest) => Promise<HttpAnswer>;
  #token: { readonly text: string; readonly untilMs: number } | null = null;
  #asking: Promise<string> | null = null;

  constructor(config: ConnectionConfig, send: (request: HttpRequest) => Promise<HttpAnswer>) {
    this.#config = config;
    this.#send = send;
  }

  /** @throws {MillraceError} where no token is given */
  async headers(): Promise<Readonly<Record<string, string>>> {
    const config = this.#config;
    switch (config['auth.type']) {
      case 'basic':
        return { Authorization: basic(config['auth.user'] ?? '', config['auth.password'] ?? '') };
      case 'bearer':
        return { Authorization: bearer(config['auth.token'] ?? '') };
      case 'api-key':
        return { [config['auth.api.key.header']]: config['auth.api.key'] ?? '' };
      case 'oauth2':
        return { Authorization: bearer(await this.#currentToken()) };
      default:
        return {};
    }
  }

  /**
   * After a request with these headers was refused: whether it is worth to send it again with new ones. A token that somebody else has
   * renewed meanwhile stays.
   */
  refused(headers: Readonly<Record<string, string>>): boolean {
    if (this.#config['auth.type'] !== 'oauth2') return false;
    if (this.#token && headers.Authorization === bearer(this.#token.text)) this.#token = null;
    return true;
  }

  async #currentToken(): Promise<string> {
    const token = this.#token;
    if (token !== null && performance.now() < token.untilMs) return token.text;
    // Requests that go at the same time share one question.
    this.#asking ??= this.#newToken().finally(() => {
      this.#asking = null;
    });
    return await this.#asking;
  }

  /** The client credentials grant: RFC 6749, 4.4. */
  async #newToken(): Promise<string> {
    const config = this.#config;
    const [id, secret] = [config['oauth2.client.id'] ?? '', config['oauth2.client.secret'] ?? ''];
    const inBody = config['oauth2.client.auth'] === 'body';
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (config['oauth2.scope']) form.set('scope', config['oauth2.scope']);
    if (inBody) {
      form.set('client_id', id);
      form.set('client_secret', secret);
    }
    const answer = await this.#send({
      method: 'POST',
      url: new URL(config['oauth2.token.url'] ?? ''),
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
        ...(inBody ? {} : { Authorization: basic(encodeURIComponent(id), encodeURIComponent(secret)) }),
      },
      body: Buffer.from(form.toString()),
    });
    const given = tokenOf(answer);
    const keptMs = given.lifeMs - Math.min(RENEWED_BEFORE_MS, given.lifeMs / 2);
    this.#token = { text: given.token, untilMs: performance.now() + keptMs };
    return given.token;
  }
}

const bearer = (token: string): string => `Bearer ${token}`;

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function tokenOf(answer: HttpAnswer): { readonly token: string; readonly lifeMs: number } {
  const { status, url } = answer;
  // A client that is refused gets 400 or 401 (RFC 6749, 5.2).
  if (status >= 400 && status < 500 && status !== 429) throw notGiven(url, `it answered ${status}`);
  if (status !== 200) throw statusError(status, url);
  const given = jsonOf(answer, (text) => JSON.parse(text) as Record<string, unknown>);
  const { access_token: token, expires_in: seconds } = given;
  if (typeof token !== 'string' || token === '') throw notGiven(url, 'its answer has no access_token');
  // A number by RFC 6749, 5.1; some give it as a text.
  const lifeMs = Number(seconds) * 1_000;
  return { token, lifeMs: Number.isFinite(lifeMs) && lifeMs > 0 ? lifeMs : LIFE_MS };
}

function notGiven(url: URL, reason: string): MillraceError {
  return new MillraceError(`${shownUrl(url)} gives no token: ${reason}.`, {
    code: 'HTTP_NO_TOKEN',
    class: 'auth',
    path: 'oauth2.client.secret',
    hint: 'Correct oauth2.client.id, oauth2.client.secret and oauth2.scope.',
  });
}
