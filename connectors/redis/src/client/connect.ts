import { MillraceError } from '@millrace/sdk';
import { Redis } from 'ioredis';
import { type ConnectionConfig, loginKey } from './connection-options.ts';
import { toRedisError } from './redis-error.ts';

/**
 * A client that has reached its server and logged in; `endConnection` in the end. It does not come back by itself: once the
 * connection is lost all that was asked fails, and the task that fails with it is started again by the runtime.
 * @param signal ends the connection, and so everything that waits for it
 * @throws {MillraceError} class config for an address that is none, auth for a refused login, transient where nobody answers
 */
export async function connect(config: ConnectionConfig, signal?: AbortSignal): Promise<Redis> {
  const client = new Redis({ ...optionsOf(config), ...addressOf(config) });
  let failure: Error | null = null;
  client.on('error', (error: Error) => {
    failure = error;
  });
  const abort = () => endConnection(client);
  signal?.addEventListener('abort', abort, { once: true });
  client.once('end', () => signal?.removeEventListener('abort', abort));
  try {
    if (signal?.aborted) throw new Error('Connecting was given up.');
    await client.connect();
    // The driver goes on in another database where the server refuses the one that was asked for.
    if (failure) throw failure;
    return client;
  } catch (error) {
    endConnection(client);
    throw toRedisError(failure ?? error, 'Connecting to Redis', loginKey(config));
  }
}

/** Whether a connection that was made is lost: it does not come back, and all that is asked over it fails. */
export const isLost = (client: Redis): boolean => client.status !== 'ready';

/** Ends a connection, once; of one that is gone already the driver would wait for the end. */
export function endConnection(client: Redis): void {
  if (client.status !== 'end' && client.status !== 'close') client.disconnect();
}

function optionsOf(config: ConnectionConfig) {
  return {
    lazyConnect: true,
    retryStrategy: () => null,
    // A command waits for its answer as long as `commandTimeout` lets it, or until the connection is lost.
    maxRetriesPerRequest: null,
    connectTimeout: config['connection.timeout.ms'],
    commandTimeout: config['request.timeout.ms'],
    // Who does not answer is not asked again: the connection is ended, so that all that waits fails and a new one is made.
    socketTimeout: config['request.timeout.ms'],
    connectionName: 'millrace',
    username: config['connection.user'] ?? undefined,
    password: config['connection.password'] ?? undefined,
  };
}

function addressOf(config: ConnectionConfig) {
  const url = URL.parse(config['connection.uri']);
  const database = /^\/?(\d{0,9})$/.exec(url?.pathname ?? '?')?.[1];
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '' || database === undefined)
    throw new MillraceError('connection.uri is not an address of Redis.', {
      code: 'REDIS_ADDRESS_INVALID',
      class: 'config',
      path: 'connection.uri',
      hint: 'Give it as redis://host:6379/0, or rediss://host:6379/0 for TLS.',
    });
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: Number(url.port || 6379),
    db: Number(database),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: { servername: host } }),
  };
}
