import { type ErrorClass, isMillraceError, MillraceError } from '@millrace/sdk';

/** The config keys that a connection was made from: what an error's `path` names. */
export interface ConnectionKeys {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly sslmode: string;
}

interface Known {
  readonly class: ErrorClass;
  readonly code: string;
  readonly hint?: string;
  readonly path?: keyof ConnectionKeys;
}

/** SQLSTATEs, or their first two characters, and what they mean for a pipeline (PostgreSQL, appendix A). */
const sqlStates: Readonly<Record<string, Known>> = {
  '08': { class: 'transient', code: 'POSTGRES_CONNECTION_LOST' },
  '21': { class: 'poison', code: 'POSTGRES_DATA_REFUSED' },
  '22': { class: 'poison', code: 'POSTGRES_DATA_REFUSED' },
  '23': { class: 'poison', code: 'POSTGRES_DATA_REFUSED' },
  '25': { class: 'transient', code: 'POSTGRES_NOT_WRITABLE' },
  '28': {
    class: 'auth',
    code: 'POSTGRES_LOGIN_REFUSED',
    path: 'user',
    hint: 'Check the user name and the server’s pg_hba.conf.',
  },
  '40': { class: 'transient', code: 'POSTGRES_CONFLICT' },
  '42': { class: 'config', code: 'POSTGRES_STATEMENT_REFUSED' },
  '53': { class: 'transient', code: 'POSTGRES_OUT_OF_RESOURCES' },
  '55': { class: 'transient', code: 'POSTGRES_OBJECT_IN_USE' },
  '57': { class: 'transient', code: 'POSTGRES_INTERRUPTED' },
  '58': { class: 'transient', code: 'POSTGRES_SYSTEM_ERROR' },
  P0: { class: 'poison', code: 'POSTGRES_DATA_REFUSED' },
  XX: { class: 'transient', code: 'POSTGRES_INTERNAL_ERROR' },
  '28P01': {
    class: 'auth',
    code: 'POSTGRES_PASSWORD_REFUSED',
    path: 'password',
    hint: 'Correct the password.',
  },
  '3D000': {
    class: 'config',
    code: 'POSTGRES_DATABASE_MISSING',
    path: 'database',
    hint: 'Name a database that exists.',
  },
  '42501': {
    class: 'auth',
    code: 'POSTGRES_RIGHT_MISSING',
    path: 'user',
    hint: 'Grant the right that the message names to this user.',
  },
  '42P01': {
    class: 'config',
    code: 'POSTGRES_TABLE_MISSING',
    hint: 'Create the table again, or take it out of the configuration.',
  },
  '42P10': {
    class: 'config',
    code: 'POSTGRES_KEY_NOT_UNIQUE',
    hint: 'Give the table a primary key or unique index on exactly the key columns, or set insert.mode=insert.',
  },
  '53300': {
    class: 'transient',
    code: 'POSTGRES_TOO_MANY_CONNECTIONS',
    hint: 'Raise max_connections or max_wal_senders on the server.',
  },
  '53400': {
    class: 'config',
    code: 'POSTGRES_LIMIT_REACHED',
    hint: 'Drop unused replication slots or raise max_replication_slots on the server.',
  },
  '55000': { class: 'config', code: 'POSTGRES_NOT_READY' },
  '55006': {
    class: 'transient',
    code: 'POSTGRES_OBJECT_IN_USE',
    hint: 'Wait until the other user lets go of it, or stop that one; two connectors need two slots.',
  },
};

const unreachable: Known = {
  class: 'transient',
  code: 'POSTGRES_UNREACHABLE',
  path: 'host',
  hint: 'Check that the server runs and that host and port are right.',
};

/** Node's codes of a connection that could not be made. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const tlsCodes = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/;

/**
 * A failure of the driver or the server as a typed error: lost connections are transient, refused values poison,
 * refused logins auth, everything that asks for another configuration config.
 */
export function toPostgresError(error: unknown, doing: string, keys?: ConnectionKeys): MillraceError {
  if (isMillraceError(error)) return error;
  const known = recognise(error);
  const text = error instanceof Error ? messageOf(error) : String(error);
  return new MillraceError(`${doing} failed: ${text}`, {
    code: known.code,
    class: known.class,
    ...(known.hint !== undefined && { hint: known.hint }),
    ...(known.path && keys && { path: keys[known.path] }),
    cause: error,
  });
}

/** A connection to several addresses fails with an error whose message is empty and whose causes tell more. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message;
  const causes = error instanceof AggregateError ? error.errors : [];
  return (
    causes.map((cause) => (cause instanceof Error ? cause.message : String(cause))).join('; ') || error.name
  );
}

/** The server's SQLSTATE, or null where the failure is not the server's. */
export function sqlStateOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : null;
}

function recognise(error: unknown): Known {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const message = error instanceof Error ? error.message : '';
  if (socketCodes.has(code) || message === 'timeout expired') return unreachable;
  if (isQueryTimeout(error)) return silentServer;
  if (tlsCodes.test(code) || /does not support SSL|SSL connection/.test(message)) {
    return {
      class: 'config',
      code: 'POSTGRES_TLS_REFUSED',
      path: 'sslmode',
      hint: 'Choose an sslmode that the server supports, and give the root certificate that signed its own.',
    };
  }
  if (code === '55000' && /can no longer get changes|invalidated/.test(message)) return lostSlot;
  const state = sqlStateOf(error);
  const known = state === null ? undefined : (sqlStates[state] ?? sqlStates[state.slice(0, 2)]);
  if (known) return known;
  if (state !== null) return { class: 'config', code: 'POSTGRES_STATEMENT_REFUSED' };
  if (error instanceof TypeError || error instanceof RangeError)
    return { class: 'bug', code: 'POSTGRES_CONNECTOR_BUG' };
  return { class: 'transient', code: 'POSTGRES_CONNECTION_LOST' };
}

/** The driver's own words; it gives no code. */
export function isQueryTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

const silentServer: Known = {
  class: 'transient',
  code: 'POSTGRES_SILENT',
  hint: 'Check that the server answers; database.query.timeout.ms says how long a statement may take.',
};

const lostSlot: Known = {
  class: 'config',
  code: 'POSTGRES_SLOT_LOST',
  hint: 'The server has removed log that the slot still needed: drop the slot, delete the connector’s offsets and let it take a new snapshot.',
};
