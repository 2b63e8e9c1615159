import { MillraceError } from '@millrace/sdk';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { toMongoError } from './errors.ts';

/** Where the servers are and who logs in, with the config keys that an error names. */
export interface ConnectionSettings {
  readonly uri: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly authSource: string | null;
  readonly connectTimeoutMs: number;
  /** How long the server may take to answer, ms. */
  readonly requestTimeoutMs: number;
}

interface ConnectionConfig {
  readonly 'connection.uri': string;
  readonly 'connection.user': string | null;
  readonly 'connection.password': string | null;
  readonly 'connection.auth.source': string | null;
  readonly 'connection.timeout.ms': number;
  readonly 'request.timeout.ms': number;
  /** Of a source. */
  readonly 'poll.await.time.ms'?: number;
}

export function connectionOf(config: ConnectionConfig): ConnectionSettings {
  return {
    uri: config['connection.uri'],
    user: config['connection.user'],
    password: config['connection.password'],
    authSource: config['connection.auth.source'],
    connectTimeoutMs: config['connection.timeout.ms'],
    requestTimeoutMs: config['request.timeout.ms'] + (config['poll.await.time.ms'] ?? 0),
  };
}

/** The config key that a refused login is the fault of. */
export const loginKey = (settings: ConnectionSettings): string =>
  settings.user === null ? 'connection.uri' : 'connection.password';

/**
 * A client that has reached its servers and logged in; close it in the end.
 * @throws {MillraceError} class config for an address that is none, auth for a refused login, transient where nobody answers
 */
export async function connect(settings: ConnectionSettings, signal?: AbortSignal): Promise<MongoClient> {
  const client = clientOf(settings);
  const abort = () => void client.close().catch(() => undefined);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.close().catch(() => undefined);
    throw toMongoError(error, 'Connecting to MongoDB', loginKey(settings));
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** How long a server that may be gone is waited for to tell it the end, ms. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Closes a client, in bounded time: what is left to be told to a server that does not answer goes on behind it, and ends by itself. */
export async function endClient(client: MongoClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  });
  const closed = client.close().catch(() => undefined);
  await Promise.race([closed, late]).finally(() => clearTimeout(timer));
}

function clientOf(settings: ConnectionSettings): MongoClient {
  const { uri, user, password, authSource } = settings;
  const options: MongoClientOptions = {
    appName: 'millrace',
    ignoreUndefined: true,
    ...timeoutsOf(settings),
    ...(user !== null && { auth: { username: user, password: password ?? '' } }),
    ...(authSource !== null && { authSource }),
    // Acknowledged means: no failover takes it back.
    ...(!/[?&]w=/i.test(uri) && { writeConcern: { w: 'majority' as const } }),
  };
  try {
    return new MongoClient(uri, options);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new MillraceError(`connection.uri is not an address of MongoDB: ${withoutSecrets(said)}`, {
      code: 'MONGODB_ADDRESS_INVALID',
      class: 'config',
      path: 'connection.uri',
      hint: 'Give it as mongodb://host:27017/?replicaSet=name or mongodb+srv://host.',
    });
  }
}

/** Those that the address does not have. Without one the driver would wait for an answer for ever, on a connection that nobody serves any more. */
function timeoutsOf({ uri, connectTimeoutMs, requestTimeoutMs }: ConnectionSettings): MongoClientOptions {
  const wanted = {
    serverSelectionTimeoutMS: connectTimeoutMs,
    connectTimeoutMS: connectTimeoutMs,
    socketTimeoutMS: requestTimeoutMs,
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(([name]) => !new RegExp(`[?&]${name}=`, 'i').test(uri)),
  );
}

const withoutSecrets = (text: string): string => text.replace(/\/\/[^@\s]*@/g, '//***@');
