import type { ErrorBody, Route } from './contract/index.ts';
import { brokenRequest, toHttpError } from './errors.ts';
import { exampleOf } from './examples.ts';

const SUBJECT = { type: 'string' } as const;

type Refusal = Omit<ErrorBody, 'error_code'>;

/** What a request of each status is refused with in examples: sentences that this server says. */
const BY_STATUS: Readonly<Record<number, Refusal>> = {
  400: {
    message: 'The query parameter "limit" is "many"; it must be a whole number.',
    ...{ code: 'BAD_REQUEST', class: 'config', path: 'limit' },
  },
  403: {
    message: 'ANONYMOUS may not ALTER connector "orders-to-pg".',
    ...{ code: 'FORBIDDEN', class: 'auth', hint: 'Ask whoever runs this worker for the right.' },
  },
  409: {
    message: 'The group of workers is rebalancing.',
    ...{ code: 'REBALANCE_IN_PROGRESS', class: 'transient', hint: 'Ask again in a moment.' },
  },
  412: {
    message: 'The config of the connector has changed since you looked at it.',
    ...{ code: 'PRECONDITION_FAILED', class: 'config' },
    hint: 'Read it again, and apply your change to what it says now.',
  },
  413: {
    message: 'The request body is larger than this server takes.',
    ...{ code: 'BODY_TOO_LARGE', class: 'config' },
  },
  414: { message: 'A name in the path is too long.', code: 'URI_TOO_LONG', class: 'config' },
  415: {
    message: 'HTTP 415 Unsupported Media Type',
    ...{ code: 'UNSUPPORTED_MEDIA_TYPE', class: 'config' },
    hint: 'Send the header Content-Type: application/json.',
  },
  429: {
    message: 'There is too much of this under way already.',
    ...{ code: 'THROTTLED', class: 'throttled', hint: 'Wait until one has ended.' },
  },
  503: {
    message: 'No broker answers.',
    ...{ code: 'BROKERS_UNREACHABLE', class: 'transient' },
    hint: 'See whether the brokers run, and whether bootstrap.servers names them.',
  },
};

/** Where a status means something of its own. */
const BY_OPERATION: Readonly<Record<string, Refusal>> = {
  'createConnector 409': {
    message: 'Connector orders-to-pg already exists',
    ...{ code: 'ALREADY_EXISTS', class: 'config', path: 'name' },
  },
  'createTopic 409': {
    message: 'Topic shop.public.orders already exists.',
    ...{ code: 'TOPIC_ALREADY_EXISTS', class: 'config' },
  },
  'deleteGroup 409': {
    message: 'Group connect-orders-to-pg has members.',
    ...{ code: 'NON_EMPTY_GROUP', class: 'config', hint: 'Stop who is in it first.' },
  },
  'streamEvents 503': {
    message: 'There are 100 event streams open already.',
    ...{ code: 'TOO_MANY_STREAMS', class: 'throttled', hint: 'Close pages of the UI that nobody looks at.' },
  },
};

/** What an operation may be refused with, by status. `subject` is what its path names, such as `connector`. */
export function refusalExample(operation: Route, status: number, subject: string): ErrorBody {
  if (status === 408) return brokenRequest('ERR_HTTP_REQUEST_TIMEOUT').body;
  if (status === 431) return brokenRequest('HPE_HEADER_OVERFLOW').body;
  if (status === 500) return toHttpError(null).body;
  const own = BY_OPERATION[`${operation.operationId} ${status}`] ?? BY_STATUS[status];
  if (own !== undefined) return { error_code: status, ...own };
  const kind = subject.replace(/^./, (letter) => letter.toUpperCase());
  return {
    error_code: status,
    message: `${kind} ${exampleOf(SUBJECT, subject)} not found`,
    ...{ code: 'NOT_FOUND', class: 'config' },
  };
}
