import type { IncomingHttpHeaders } from 'node:http';
import { MillraceError } from '@millrace/sdk';
import { shownUrl, statusError } from './http-error.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Where it came from, after redirects. */
  readonly url: URL;
}

/** What is wrong with an answer that should be one of success; null where it is. */
export const successOnly = ({ status, url }: HttpAnswer): MillraceError | null =>
  status >= 200 && status < 300 ? null : statusError(status, url);

/** The answer as JSON. @throws {MillraceError} HTTP_NOT_JSON (class config) */
export function jsonOf<T>({ body, url }: HttpAnswer, parse: (text: string) => T): T {
  try {
    return parse(body.toString());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new MillraceError(`The answer of ${shownUrl(url)} is not JSON.`, {
      code: 'HTTP_NOT_JSON',
      class: 'config',
      path: 'url',
      hint: 'Correct the address, ask for JSON by an Accept header, or set response.format.',
    });
  }
}
