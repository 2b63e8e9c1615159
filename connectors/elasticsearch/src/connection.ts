import { readFile } from 'node:fs/promises';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import type { Client, ClientOptions } from '@elastic/elasticsearch';
import { type ConfigOf, MillraceError, parseExact } from '@millrace/sdk';
import type { connectionConfig } from './connection-config.ts';
import { toElasticError } from './errors.ts';

export type ConnectionConfig = ConfigOf<typeof connectionConfig>;

/** How long the first question to the servers may take, ms. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The config key that a refused login is the fault of. */
export const loginKey = (config: ConnectionConfig): string => {
  if (config['connection.api.key']) return 'connection.api.key';
  return config['connection.username'] ? 'connection.password' : 'connection.username';
};

/**
 * A client that has reached a node and logged in; close it in the end.
 * @throws {MillraceError} class config for what is no Elasticsearch, auth for a refused login, transient where nobody answers
 */
export async function connect(config: ConnectionConfig, signal?: AbortSignal): Promise<Client> {
  const client = await clientOf(config);
  try {
    await client.info({}, { requestTimeout: CONNECT_TIMEOUT_MS, ...(signal && { signal }) });
    return client;
  } catch (error) {
    await client.close();
    throw toElasticError(error, 'Connecting to Elasticsearch', loginKey(config));
  }
}

async function clientOf(config: ConnectionConfig): Promise<Client> {
  const { 'connection.url': nodes, 'connection.username': user, 'connection.api.key': apiKey } = config;
  if (nodes.some(hasLogin)) throw loginInAddress();
  // It brings Arrow along: 30 MB and a third of a second that only those should pay who connect.
  const { Client: ElasticClient, Serializer } = await import('@elastic/elasticsearch');
  class ExactSerializer extends Serializer {
    override deserialize<T = unknown>(json: string): T {
      return parseExact(json) as T;
    }
  }
  const tls = await tlsOptions(config);
  const options: ClientOptions = {
    nodes: [...nodes],
    // Another node may answer; waiting and repeating is the caller's own.
    maxRetries: nodes.length - 1,
    requestTimeout: config['read.timeout.ms'],
    compression: config['connection.compression'],
    Serializer: ExactSerializer,
    ...(user && { auth: { username: user, password: config['connection.password'] ?? '' } }),
    ...(apiKey && { auth: { apiKey } }),
    ...(tls && { tls }),
  };
  return new ElasticClient(options);
}

function hasLogin(node: string): boolean {
  const { username, password } = new URL(node);
  return username !== '' || password !== '';
}

/** Addresses are stored and shown in clear; so this says nothing of theirs. */
const loginInAddress = (): MillraceError =>
  new MillraceError('An address of connection.url holds a login.', {
    code: 'ELASTICSEARCH_LOGIN_IN_ADDRESS',
    class: 'config',
    path: 'connection.url',
    hint: 'Give it as connection.username and connection.password.',
  });

/** Null: as Node.js has it. */
async function tlsOptions(config: ConnectionConfig): Promise<ConnectionOptions | null> {
  const [ca, cert, key] = await Promise.all(
    (['connection.ca.path', 'connection.cert.path', 'connection.key.path'] as const).map((option) =>
      pemOf(option, config[option]),
    ),
  );
  if (!ca && !cert) return null;
  const passphrase = config['connection.key.password'];
  const options = {
    ...(ca && { ca }),
    ...(cert && key && { cert, key, ...(passphrase && { passphrase }) }),
  };
  try {
    createSecureContext(options);
    return options;
  } catch (cause) {
    throw new MillraceError('The files of certificates and key can’t be used.', {
      code: 'ELASTICSEARCH_TLS_FILE',
      class: 'config',
      path: cert ? 'connection.cert.path' : 'connection.ca.path',
      hint: 'Give PEM files whose certificate and key belong together, and the password of the key.',
      cause,
    });
  }
}

async function pemOf(option: string, path: string | null): Promise<string | null> {
  if (!path) return null;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new MillraceError(`The file of ${option} can’t be read: ${path}`, {
      code: 'ELASTICSEARCH_TLS_FILE',
      class: 'config',
      path: option,
      hint: 'Give a file in PEM format that the worker may read.',
      cause,
    });
  }
}
