import { type ErrorDetails, isMillraceError, MillraceError } from '@millrace/foundation';
import type { ErrorBody } from './contract/index.ts';

/** HTTP statuses of codes; any other code goes by its class. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  UNKNOWN_TOPIC_OR_PARTITION: 404,
  GROUP_ID_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  ALREADY_EXISTS: 409,
  TOPIC_ALREADY_EXISTS: 409,
  NON_EMPTY_GROUP: 409,
  GROUP_SUBSCRIBED_TO_TOPIC: 409,
  REBALANCE_IN_PROGRESS: 409,
  NOBODY_TAKES_TASKS: 409,
  INVALID_CONFIG: 400,
  BAD_REQUEST: 400,
  FORBIDDEN: 403,
  TOPIC_AUTHORIZATION_FAILED: 403,
  GROUP_AUTHORIZATION_FAILED: 403,
  CLUSTER_AUTHORIZATION_FAILED: 403,
  MESSAGE_TOO_LARGE: 413,
  RECORD_LIST_TOO_LARGE: 413,
  INVALID_TIMESTAMP: 400,
  PRECONDITION_FAILED: 412,
  BODY_TOO_LARGE: 413,
  URI_TOO_LONG: 414,
  UNSUPPORTED_MEDIA_TYPE: 415,
  OPERATION_TIMED_OUT: 500,
  TOO_MANY_STREAMS: 503,
};

const STATUS_BY_CLASS: Readonly<Record<ErrorDetails['class'], number>> = {
  config: 400,
  auth: 500,
  throttled: 429,
  transient: 503,
  poison: 500,
  bug: 500,
};

export interface HttpError {
  readonly status: number;
  readonly body: ErrorBody;
  /** Whether nobody foresaw it: then it belongs in the log. */
  readonly unexpected: boolean;
}

/** A refusal of a request, with what to change about it. */
export function badRequest(message: string, more: { hint?: string; path?: string } = {}): MillraceError {
  return new MillraceError(message, { code: 'BAD_REQUEST', class: 'config', ...more });
}

/** JAX-RS's words for a path that does not exist, which tools of Kafka Connect know. */
export function unknownPath(): MillraceError {
  return new MillraceError('HTTP 404 Not Found', {
    code: 'NOT_FOUND',
    class: 'config',
    hint: 'The operations are listed at /api/docs.',
  });
}

/** Any thrown value as status and body. What is not foreseen says nothing of its inside to the caller. */
export function toHttpError(error: unknown): HttpError {
  const known = isMillraceError(error) ? error : fromFastify(error);
  if (known === null) {
    return {
      status: 500,
      unexpected: true,
      body: {
        error_code: 500,
        message: 'The server failed at this request.',
        code: 'INTERNAL',
        class: 'bug',
        hint: 'The log of this worker has the cause.',
      },
    };
  }
  const { code, class: errorClass, message, hint, path } = known.report();
  const status = STATUS_BY_CODE[code] ?? STATUS_BY_CLASS[errorClass];
  return {
    status,
    unexpected: errorClass === 'bug',
    body: {
      error_code: status,
      message,
      code,
      class: errorClass,
      ...(hint === undefined ? {} : { hint }),
      ...(path === undefined ? {} : { path }),
    },
  };
}

/** Status and body for what Node's HTTP parser could not read, by its error code. */
export function brokenRequest(code: string | undefined): Pick<HttpError, 'status' | 'body'> {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return {
      status: 431,
      body: { error_code: 431, message: 'The head of the request is larger than this server takes.' },
    };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, body: { error_code: 408, message: 'The request did not arrive in time.' } };
  }
  return { status: 400, body: { error_code: 400, message: 'This is not a valid HTTP request.' } };
}

/** Refusals that Fastify itself makes while it reads a request. */
function fromFastify(error: unknown): MillraceError | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new MillraceError('The request body is larger than this server takes.', {
        code: 'BODY_TOO_LARGE',
        class: 'config',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return new MillraceError('HTTP 415 Unsupported Media Type', {
        code: 'UNSUPPORTED_MEDIA_TYPE',
        class: 'config',
        hint: 'Send the header Content-Type: application/json.',
      });
    // Fastify asks for it before it looks whether any route takes the method QUERY; none does.
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE':
      return new MillraceError('HTTP 405 Method Not Allowed', {
        code: 'METHOD_NOT_ALLOWED',
        class: 'config',
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return badRequest('The request body is not as long as its Content-Length says.');
    case 'FST_ERR_BAD_URL':
      return badRequest('The path of the request is not a valid URL.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new MillraceError('A name in the path is too long.', { code: 'URI_TOO_LONG', class: 'config' });
    default:
      return null;
  }
}
