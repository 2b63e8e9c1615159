import { type ConfigOf, type ConfigProblem, defineConfig, MillraceError, oneOf, range } from '@millrace/sdk';
import { type ConnectionSettings, sslModes } from './connection.ts';

/** How to log in, whatever the address. */
export const loginOptions = defineConfig({
  'database.port': {
    type: 'int',
    default: 5432,
    importance: 'high',
    group: 'Connection',
    docs: 'Port of the PostgreSQL server.',
    validate: range(1, 65_535),
  },
  'database.user': {
    type: 'string',
    default: 'postgres',
    importance: 'high',
    group: 'Connection',
    docs: 'User to log in as.',
  },
  'database.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'Password of the user.',
  },
  'database.sslmode': {
    type: 'string',
    default: 'prefer',
    importance: 'medium',
    group: 'Connection',
    docs: 'Whether the connection is encrypted, and whether the server’s certificate and name are verified, as in libpq.',
    validate: oneOf(...sslModes),
    recommend: [...sslModes],
  },
  'database.sslrootcert': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Connection',
    docs: 'PEM file with the certificates of the authorities to trust.',
  },
  'database.sslcert': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Connection',
    docs: 'PEM file with the client’s certificate.',
  },
  'database.sslkey': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Connection',
    docs: 'PEM file with the key of the client’s certificate.',
  },
  'database.connect.timeout.ms': {
    type: 'int',
    default: 10_000,
    importance: 'low',
    group: 'Connection',
    docs: 'How long connecting may take, in milliseconds.',
    validate: range(1),
  },
  'database.query.timeout.ms': {
    type: 'int',
    default: 600_000,
    importance: 'low',
    group: 'Connection',
    docs: 'How long one statement may run, in milliseconds; 0: without limit.',
    validate: range(0),
  },
});

/** Where the database is, by the names of the JDBC connectors and by Debezium's, and how to log in. */
export const addressOptions = defineConfig({
  'connection.url': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'Address of the database: jdbc:postgresql://host:port/database or postgres://host:port/database. Takes the place of database.hostname, database.port and database.dbname. Of its parameters currentSchema, ssl, sslmode, sslrootcert, sslcert, sslkey, user and password are served; those that only tune a driver are passed over, and others refused.',
  },
  'connection.user': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'User to log in as; the same as database.user.',
  },
  'connection.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'Password of the user; the same as database.password.',
  },
  'database.hostname': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'Host name or address of the PostgreSQL server.',
  },
  'database.dbname': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Connection',
    docs: 'Database; unset: the one of connection.url, or the one with the user’s name.',
  },
  ...loginOptions,
});

export type Addressed = ConfigOf<typeof addressOptions>;

/**
 * What is wrong with the address, or null. Not a check of the definition: that is for each key by itself, and
 * its messages quote the value, where what is wrong may be that it holds a password.
 */
export function addressProblem(config: Addressed): ConfigProblem | null {
  const key = 'connection.url';
  if (config[key] === null) {
    const missing = config['database.hostname'] === null;
    return missing
      ? { key, message: `"${key}" or "database.hostname" must say where the database is.` }
      : null;
  }
  const url = parseUrl(config[key]);
  if (!url) return { key, message: `"${key}" must look like jdbc:postgresql://host:port/database.` };
  const problem = parameterProblem(url);
  return problem === null ? null : { key, message: `"${key}" ${problem}` };
}

/** Parameters that say where tables are, or how the connection is encrypted. */
const SERVED = new Set(['user', 'password', 'sslmode', 'ssl', 'currentSchema']);
for (const file of ['sslrootcert', 'sslcert', 'sslkey']) SERVED.add(file);

/** Those that only tune the driver of Java or libpq, and change nothing of what is written where, or to whom. */
const TUNING =
  /^(?:applicationName|application_name|(?:connect|socket|login)Timeout|connect_timeout|tcpKeepAlive|keepalives.*|reWriteBatchedInserts|prepareThreshold|preparedStatementCache.*|defaultRowFetchSize|binaryTransfer.*|stringtype|assumeMinServerVersion|logUnclosedConnections|autosave|gssEncMode|gssencmode)$/i;

function parameterProblem(url: URL): string | null {
  for (const [name, value] of url.searchParams) {
    if (!SERVED.has(name) && !TUNING.test(name))
      return `has the parameter ${name}, which is not served: leave it out.`;
    if (name === 'sslmode' && !sslModes.includes(value as (typeof sslModes)[number]))
      return `has an sslmode that is none of ${sslModes.join(', ')}.`;
    if (name === 'ssl' && !/^(?:true|false|)$/.test(value))
      return 'has the parameter ssl, which is true or false.';
  }
  return null;
}

/** Java's `ssl=true` asks for all that can be verified. */
function sslModeOf(url: URL): string | null {
  const ssl = url.searchParams.get('ssl');
  return url.searchParams.get('sslmode') ?? (ssl === 'true' || ssl === '' ? 'verify-full' : null);
}

/** @throws {MillraceError} class config, where the address is wrong */
export function requireAddress(config: Addressed): void {
  const problem = addressProblem(config);
  if (!problem) return;
  throw new MillraceError(problem.message, {
    code: 'POSTGRES_ADDRESS',
    class: 'config',
    path: problem.key,
    hint: `Correct "${problem.key}" and try again.`,
  });
}

/** The address of such a config: `connection.*` goes before `database.*`. */
export function addressedConnection(config: Addressed): ConnectionSettings {
  const url = config['connection.url'] === null ? null : parseUrl(config['connection.url']);
  const named = (one: keyof Addressed, other: keyof Addressed): string =>
    config[one] === null ? other : one;
  const ofUrl = (part: 'username' | 'password', parameter: 'user' | 'password') =>
    url && (decodeURIComponent(url[part]) || url.searchParams.get(parameter));
  const user = config['connection.user'] ?? ofUrl('username', 'user') ?? config['database.user'];
  const urlPassword = config['connection.password'] === null ? ofUrl('password', 'password') : null;
  return {
    ...sharedSettings(config),
    host: url ? url.hostname.replace(/^\[|\]$/g, '') : (config['database.hostname'] ?? ''),
    port: url ? Number(url.port || 5432) : config['database.port'],
    user: user || config['database.user'],
    password: config['connection.password'] ?? urlPassword ?? config['database.password'],
    database: (url && decodeURIComponent(url.pathname.slice(1))) || config['database.dbname'] || user,
    ...(url && urlSettings(url)),
    keys: {
      host: named('connection.url', 'database.hostname'),
      user: named('connection.user', 'database.user'),
      password: urlPassword ? 'connection.url' : named('connection.password', 'database.password'),
      database: named('connection.url', 'database.dbname'),
      sslmode: url && sslModeOf(url) !== null ? 'connection.url' : 'database.sslmode',
    },
  };
}

/** What an address says besides of where it leads. */
function urlSettings(url: URL): Partial<ConnectionSettings> {
  const given = (name: string) => url.searchParams.get(name) || null;
  const [sslmode, searchPath] = [sslModeOf(url), given('currentSchema')];
  const [sslrootcert, sslcert, sslkey] = ['sslrootcert', 'sslcert', 'sslkey'].map(given);
  return {
    ...(sslmode !== null && { sslmode }),
    ...(searchPath !== null && { searchPath }),
    ...(sslrootcert && { sslrootcert }),
    ...(sslcert && { sslcert }),
    ...(sslkey && { sslkey }),
  };
}

/** What does not depend on the address. */
export function sharedSettings(config: ConfigOf<typeof loginOptions>) {
  return {
    sslmode: config['database.sslmode'],
    sslrootcert: config['database.sslrootcert'],
    sslcert: config['database.sslcert'],
    sslkey: config['database.sslkey'],
    searchPath: null,
    connectTimeoutMs: config['database.connect.timeout.ms'],
    queryTimeoutMs: config['database.query.timeout.ms'],
  };
}

/** `jdbc:` in front is allowed; null for anything that is not a PostgreSQL address. */
function parseUrl(text: string): URL | null {
  const address = text.replace(/^jdbc:/, '');
  if (!/^postgres(ql)?:\/\//.test(address)) return null;
  // A special scheme makes the parser handle host and port as such.
  const url = URL.parse(address.replace(/^postgres(ql)?:/, 'http:'));
  return url && [url.username, url.password, url.pathname].every(isDecodable) ? url : null;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
