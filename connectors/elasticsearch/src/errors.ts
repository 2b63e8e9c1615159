import { type ErrorClass, isMillraceError, MillraceError } from '@millrace/sdk';

/** The code of an error that says that no answer came in time. */
export const SILENT = 'ELASTICSEARCH_SILENT';

interface Known {
  readonly class: ErrorClass;
  readonly code: string;
  readonly hint?: string;
}

/** What the server says of a failure, of a request or of one item of a bulk. */
export interface ServerFault {
  readonly type: string;
  readonly reason: string;
}

const refused: Known = {
  class: 'poison',
  code: 'ELASTICSEARCH_DOCUMENT_REFUSED',
  hint: 'Correct the record, or the mapping of the index.',
};
const throttled: Known = {
  class: 'throttled',
  code: 'ELASTICSEARCH_THROTTLED',
  hint: 'The servers have more to do than they can: give them more room, or ask less of them at a time (max.in.flight.requests and bulk.size.bytes of a sink, batch.size of a source).',
};
const unreachable: Known = {
  class: 'transient',
  code: 'ELASTICSEARCH_UNREACHABLE',
  hint: 'Check that the servers run, that connection.url is right, and that TLS is on at both ends or at none.',
};
const silent: Known = {
  class: 'transient',
  code: SILENT,
  hint: 'Check that the servers answer, and that nothing on the way drops connections; read.timeout.ms says how long an answer may take.',
};
const unavailable: Known = {
  class: 'transient',
  code: 'ELASTICSEARCH_UNAVAILABLE',
  hint: 'Look at the health of the cluster and of the index (GET _cluster/health).',
};
const rightMissing: Known = {
  class: 'auth',
  code: 'ELASTICSEARCH_RIGHT_MISSING',
  hint: 'Grant the user or the API key the privilege that the message names.',
};
const loginRefused: Known = {
  class: 'auth',
  code: 'ELASTICSEARCH_LOGIN_REFUSED',
  hint: 'Correct connection.username and connection.password, or connection.api.key.',
};
const notElasticsearch: Known = {
  class: 'config',
  code: 'ELASTICSEARCH_NOT_SUPPORTED',
  hint: 'Point connection.url at Elasticsearch 8 or later; other products are not served.',
};
const tlsRefused: Known = {
  class: 'config',
  code: 'ELASTICSEARCH_TLS_REFUSED',
  hint: 'Give the certificates of the authority that signed the servers’ (connection.ca.path), the client’s own where they ask for it (connection.cert.path), and addresses that stand in the servers’ certificates.',
};
const requestRefused: Known = {
  class: 'config',
  code: 'ELASTICSEARCH_REQUEST_REFUSED',
  hint: 'Correct what the message names, in the configuration or at the servers.',
};
const blocked: Known = {
  class: 'transient',
  code: 'ELASTICSEARCH_INDEX_BLOCKED',
  hint: 'Free disk space, or take the block off the index (PUT <index>/_settings {"index.blocks.write": null}).',
};

/** By the type of the server's exception, where the status alone does not tell. */
const byType: Readonly<Record<string, Known>> = {
  cluster_block_exception: blocked,
  security_exception: rightMissing,
  version_conflict_engine_exception: {
    class: 'transient',
    code: 'ELASTICSEARCH_CONFLICT',
    hint: 'Somebody else changes the same document all the time.',
  },
  index_closed_exception: {
    class: 'config',
    code: 'ELASTICSEARCH_INDEX_CLOSED',
    hint: 'Open the index (POST <index>/_open), or name another one.',
  },
  index_not_found_exception: {
    class: 'transient',
    code: 'ELASTICSEARCH_INDEX_MISSING',
    hint: 'Make the index, or let the connector do so (index.create=true).',
  },
};

/**
 * A failure of a request as a typed error: lost connections are transient, 429 throttled, refused logins and missing rights auth,
 * everything that asks for another configuration config.
 * @param path the config key at fault where it is the login
 */
export function toElasticError(error: unknown, doing: string, path = 'connection.url'): MillraceError {
  if (isMillraceError(error)) return error;
  const fault = faultOf(error);
  const status = statusOf(error);
  const known = recognise(error, status, fault);
  const said = fault ? withoutValues(fault.reason) : messageOf(error, status);
  return new MillraceError(`${doing} failed: ${said}`, {
    ...known,
    ...pathOf(known, path),
    ...(status !== null && { facts: { status, ...(fault && { type: fault.type }) } }),
    cause: error,
  });
}

function pathOf(known: Known, loginPath: string): { readonly path?: string } {
  if (known.class === 'auth') return { path: loginPath };
  if (known === tlsRefused) return { path: 'connection.ca.path' };
  return [unreachable, silent, notElasticsearch].includes(known) ? { path: 'connection.url' } : {};
}

/** What became of one item of a bulk that did not succeed. The message has no values of the document. */
export function itemError(status: number, fault: ServerFault, index: string): MillraceError {
  const known = byType[fault.type] ?? byStatus(status) ?? refused;
  const field = known === refused ? fieldOf(fault.reason) : null;
  const what =
    known === refused ? `Elasticsearch refused a document for ${index}` : `Writing to ${index} failed`;
  return new MillraceError(`${what}: ${withoutValues(fault.reason)}`, {
    ...known,
    ...(field !== null && { path: `/${field.split('.').map(escaped).join('/')}` }),
    facts: { status, type: fault.type, index, ...(field !== null && { field }) },
  });
}

/** Null: the status says nothing of the kind. */
function byStatus(status: number): Known | null {
  if (status === 429) return throttled;
  if (status === 401) return loginRefused;
  if (status === 403) return rightMissing;
  return status >= 500 || status === 408 ? unavailable : null;
}

function recognise(error: unknown, status: number | null, fault: ServerFault | null): Known {
  const name = error instanceof Error ? error.name : '';
  if (name === 'ProductNotSupportedError') return notElasticsearch;
  if (status !== null) {
    if (fault?.type === 'security_exception' && status === 401) return loginRefused;
    const known = (fault && byType[fault.type]) ?? byStatus(status);
    if (known) return known;
    return fault === null ? notElasticsearch : requestRefused;
  }
  // The client keeps nothing of Node’s error but its text.
  if (name === 'ConnectionError' && TLS_TEXT.test((error as Error).message)) return tlsRefused;
  if (name === 'TimeoutError') return silent;
  if (/^(?:Connection|NoLivingConnections|RequestAborted)Error$/.test(name)) return unreachable;
  // What answers in something else than JSON is no Elasticsearch.
  if (name === 'DeserializationError' || error instanceof SyntaxError) return notElasticsearch;
  return { class: 'bug', code: 'ELASTICSEARCH_CONNECTOR_BUG' };
}

const TLS_TEXT = /certificate|altnames|SSL routines|wrong version number/i;

/** The HTTP status that a request was answered with; null where nobody answered. */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return error instanceof Error && error.name === 'ResponseError' && typeof status === 'number'
    ? status
    : null;
}

/** The type of the server's exception, such as `resource_already_exists_exception`; null where there is none. */
export const faultType = (error: unknown): string | null => faultOf(error)?.type ?? null;

function faultOf(error: unknown): ServerFault | null {
  if (statusOf(error) === null) return null;
  const fault = ((error as { body?: unknown }).body as { error?: unknown } | null | undefined)?.error;
  if (typeof fault === 'string') return { type: 'unknown', reason: fault };
  const { type, reason } = (fault ?? {}) as { type?: unknown; reason?: unknown };
  return typeof type === 'string' ? { type, reason: String(reason ?? type) } : null;
}

function messageOf(error: unknown, status: number | null): string {
  if (status !== null) return `the answer was HTTP ${status}`;
  return withoutValues(error instanceof Error ? error.message || error.name : String(error));
}

/** The field that a refusal is about, with dots: `failed to parse field [o.x] of type [long] ...`. */
function fieldOf(reason: string): string | null {
  return (
    /(?:parse field|object mapping for|dynamic introduction of|mapper) \[([^\]]+)\]/.exec(reason)?.[1] ?? null
  );
}

const escaped = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** The server quotes ids and values of documents, which are not for logs. */
function withoutValues(reason: string): string {
  return reason
    .replace(/^\[\d+:\d+\] /, '')
    .replace(/ in document with id '[\s\S]*$/, '')
    .replace(/\.? ?Preview of field's value[\s\S]*$/, '')
    .replace(/^\[[^\]]*\]: (?=version conflict|document missing)/, '')
    .replace(/\/\/[^@\s/]*@/g, '//***@');
}
