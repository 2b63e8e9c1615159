import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { MillraceError } from '@millrace/foundation';

/** A request of the REST API that another worker of the group is to serve. */
export interface ForwardedRequest {
  readonly method: string;
  /** With its query, as it is to be asked there. */
  readonly path: string;
  /** The body as it was sent; null where there is none. */
  readonly body: string | null;
  readonly headers: { readonly [name: string]: string };
}

/** What that worker answered, to be handed on as it is. */
export interface ForwardedAnswer {
  readonly status: number;
  readonly location: string | null;
  /** The header of that name. */
  readonly etag: string | null;
  readonly body: string;
}

/** A worker answers within 90 s, if only that it timed out; the way there and back comes on top. */
const FORWARD_TIMEOUT_MS = 95_000;
/** An answer that is larger is no answer of a worker's. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Asks another worker. Nothing is tried again: whether a write was taken is not known where no answer came.
 * @throws {MillraceError} FORWARDING_FAILED (class transient)
 */
export async function forward(workerUrl: string, asked: ForwardedRequest): Promise<ForwardedAnswer> {
  const url = new URL(asked.path, workerUrl);
  const body = asked.body === null ? null : Buffer.from(asked.body, 'utf8');
  const headers = {
    ...asked.headers,
    accept: 'application/json',
    ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
  };
  try {
    const answer = await send(url, { method: asked.method, headers }, body);
    const text = await textOf(answer);
    const { location = null, etag = null } = answer.headers;
    return { status: answer.statusCode ?? 500, location, etag, body: text };
  } catch (error) {
    throw new MillraceError(
      `The worker at ${url.origin} did not answer the request that was forwarded to it.`,
      {
        code: 'FORWARDING_FAILED',
        class: 'transient',
        hint: 'It may have stopped; the group finds that out within its session timeout. Try again then.',
        cause: error,
      },
    );
  }
}

function send(url: URL, options: RequestOptions, body: Buffer | null): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  // No connection is kept: writes are rare, and the leader changes.
  const sent = request(url, { ...options, agent: false, signal: AbortSignal.timeout(FORWARD_TIMEOUT_MS) });
  sent.once('response', resolve);
  sent.once('error', reject);
  sent.end(body ?? undefined);
  return promise;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES) throw new Error(`the answer is larger than ${ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
