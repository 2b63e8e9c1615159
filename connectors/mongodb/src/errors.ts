import { type ErrorClass, isMillraceError, MillraceError } from '@millrace/sdk';
import { BSON, MongoError, MongoNetworkTimeoutError, MongoServerError } from 'mongodb';

interface Known {
  readonly class: ErrorClass;
  readonly code: string;
  readonly hint?: string;
}

const refusedDocument: Known = { class: 'poison', code: 'MONGODB_DOCUMENT_REFUSED' };
const interrupted: Known = { class: 'transient', code: 'MONGODB_INTERRUPTED' };
const throttled: Known = { class: 'throttled', code: 'MONGODB_THROTTLED' };

/** The server's codes (`error_codes.yml` of MongoDB) and what they mean for a pipeline. */
const serverCodes = new Map<number, Known>([
  ...[2, 9, 14, 28, 40, 52, 54, 55, 56, 57, 66, 121, 10334, 11000, 16755, 17280, 17419].map(
    (code) => [code, refusedDocument] as const,
  ),
  ...[6, 7, 24, 43, 50, 63, 64, 89, 91, 112, 133, 134, 150, 189, 225, 234, 244, 251, 262, 9001].map(
    (code) => [code, interrupted] as const,
  ),
  ...[10107, 11600, 11602, 13388, 13435, 13436].map((code) => [code, interrupted] as const),
  ...[462, 16500].map((code) => [code, throttled] as const),
  [
    13,
    {
      class: 'auth',
      code: 'MONGODB_RIGHT_MISSING',
      hint: 'Grant the user the action that the message names (the role read suffices for a source, readWrite for a sink).',
    },
  ],
  ...[18, 8000].map(
    (code) =>
      [
        code,
        {
          class: 'auth',
          code: 'MONGODB_LOGIN_REFUSED',
          hint: 'Correct user, password or authentication database (connection.auth.source).',
        },
      ] as const,
  ),
  [
    40573,
    {
      class: 'config',
      code: 'MONGODB_NO_REPLICA_SET',
      hint: 'Change streams need a replica set: start mongod with --replSet, even for a single member.',
    },
  ],
  [
    20,
    {
      class: 'config',
      code: 'MONGODB_NO_REPLICA_SET',
      hint: 'Transactions need a replica set: start mongod with --replSet, even for a single member.',
    },
  ],
]);

const unreachable: Known = {
  class: 'transient',
  code: 'MONGODB_UNREACHABLE',
  hint: 'Check that the servers run, that host, port and replicaSet of connection.uri are right, and that TLS is on at both ends or at none.',
};

const silent: Known = {
  class: 'transient',
  code: 'MONGODB_SILENT',
  hint: 'Check that the server answers, and that nothing on the way drops connections; request.timeout.ms says how long an answer may take.',
};

/**
 * A failure of the driver or the server as a typed error: lost connections are transient, refused documents poison, refused logins
 * and rights auth, everything that asks for another configuration config.
 * @param path the config key at fault where it is one of connecting
 */
export function toMongoError(error: unknown, doing: string, path = 'connection.uri'): MillraceError {
  if (isMillraceError(error)) return error;
  const known = recognise(error);
  return new MillraceError(`${doing} failed: ${messageOf(error)}`, {
    ...known,
    ...((known.class === 'auth' || known.code === unreachable.code) && { path }),
    cause: error,
  });
}

/** What one operation of a bulk write was refused for. */
export function operationError(code: number, message: string): MillraceError {
  const known = serverCodes.get(code) ?? refusedDocument;
  return new MillraceError(`MongoDB refused a document: ${withoutValues(message)}`, {
    ...known,
    facts: { code },
  });
}

/** The server's code, or null where the failure is not the server's. Where numbers are read typed, so is this one. */
export function serverCodeOf(error: unknown): number | null {
  const code = error instanceof MongoError && error.code !== undefined ? Number(error.code) : Number.NaN;
  return Number.isInteger(code) ? code : null;
}

/** A position that has left the oplog. */
export function isPositionLost(error: unknown): boolean {
  const code = serverCodeOf(error);
  return code === 286 || code === 136 || isTokenNotFound(error);
}

/** The change of the token is not in the oplog, or does not pass the filters; 280 stands for a pipeline that removed the token too. */
export const isTokenNotFound = (error: unknown): boolean =>
  serverCodeOf(error) === 280 && !isTokenRemoved(error);

export const isTokenRemoved = (error: unknown): boolean =>
  error instanceof Error && /modif|_id field|missing/i.test(error.message) && serverCodeOf(error) === 280;

/** What was to be answered is beyond the 16 MB that a document may have. */
export const isAnswerTooLarge = (error: unknown): boolean => serverCodeOf(error) === 10334;

/** The point in time that was to be read is no longer kept, or not for this collection. */
export function isSnapshotGone(error: unknown): boolean {
  const code = serverCodeOf(error);
  return code === 239 || code === 246;
}

/** Capped collections have no past that could be read. */
export const isCapped = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('capped');

function recognise(error: unknown): Known {
  const code = serverCodeOf(error);
  if (isSilence(error)) return silent;
  if (error instanceof MongoError && error.hasErrorLabel('TransientTransactionError')) return interrupted;
  const known = code === null ? undefined : serverCodes.get(code);
  if (known) return known;
  if (isSnapshotGone(error) && !isCapped(error)) return interrupted;
  if (error instanceof BSON.BSONError || isTooLarge(error)) return refusedDocument;
  if (error instanceof MongoError && /Parse|InvalidArgument|MissingCredentials/.test(error.name))
    return {
      class: 'config',
      code: 'MONGODB_REQUEST_REFUSED',
      hint: 'Correct the option that the message names.',
    };
  // A bulk write wraps what befell its connection, which has no code.
  if (error instanceof MongoServerError && code !== null)
    return {
      class: 'config',
      code: 'MONGODB_REQUEST_REFUSED',
      hint: 'Correct what the message names, in the configuration or on the server.',
    };
  if (error instanceof TypeError || error instanceof RangeError)
    return { class: 'bug', code: 'MONGODB_CONNECTOR_BUG' };
  return unreachable;
}

/** No answer came in time; a bulk write wraps what befell its connection. */
function isSilence(error: unknown): boolean {
  if (error instanceof MongoNetworkTimeoutError) return true;
  return error instanceof MongoError && error.cause instanceof MongoNetworkTimeoutError;
}

/** The driver's own way to say that a document is beyond 16 MB. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  /BSON|document is larger|out of range/i.test(error.message) &&
  !(error instanceof MongoServerError) &&
  (error instanceof RangeError || error instanceof MongoError);

function messageOf(error: unknown): string {
  return withoutValues(error instanceof Error ? error.message || error.name : String(error));
}

/** The server quotes the values of keys and documents, which are not for logs. */
const withoutValues = (message: string): string =>
  message.replace(/ dup key: .*$/s, '').replace(/\{[^{}]*:[\s\S]*\}/, '{...}');
