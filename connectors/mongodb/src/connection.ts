import { MillraceError } from '@millrace/sdk';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { toMongoError } from './errors.ts';

/** Where the servers are and who logs in, with the config keys that an error names. */
export interface ConnectionSettings {
  readonly uri: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly authSource: string | null;
}

interface ConnectionConfig {
  readonly 'connection.uri': string;
  readonly 'connection.user': string | null;
  readonly 'connection.password': string | null;
  readonly 'connection.auth.source': string | null;
}

/** How long a server may be looked for, unless the address says `serverSelectionTimeoutMS`. */
const SERVER_SELECTION_TIMEOUT_MS = 10_000;

export function connectionOf(config: ConnectionConfig): ConnectionSettings {
  return {
    uri: config['connection.uri'],
    user: config['connection.user'],
    password: config['connection.password'],
    authSource: config['connection.auth.source'],
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

function clientOf({ uri, user, password, authSource }: ConnectionSettings): MongoClient {
  const options: MongoClientOptions = {
    appName: 'millrace',
    ignoreUndefined: true,
    ...(!/[?&]serverSelectionTimeoutMS=/i.test(uri) && {
      serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    }),
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

const withoutSecrets = (text: string): string => text.replace(/\/\/[^@\s]*@/g, '//***@');
