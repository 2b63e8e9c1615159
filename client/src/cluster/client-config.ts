import { type Logger, MillraceError, type Random, silentLogger, systemRandom } from '@millrace/foundation';
import type { ClientOptions } from '../types.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `ClientOptions` with every default filled in. */
export interface ClientConfig {
  readonly bootstrap: readonly Endpoint[];
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly connectionTimeoutMs: number;
  readonly logger: Logger;
  readonly random: Random;
}

const DEFAULT_CLIENT_ID = 'millrace';
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_RETRY_BACKOFF_MS = 100;
const DEFAULT_RETRY_BACKOFF_MAX_MS = 1_000;
const DEFAULT_CONNECTION_TIMEOUT_MS = 10_000;

/** @throws {MillraceError} INVALID_CONFIG */
export function clientConfig(options: ClientOptions): ClientConfig {
  if (options.bootstrapServers.length === 0) {
    throw invalidOption('bootstrapServers', 'no bootstrap server is given');
  }
  return {
    bootstrap: options.bootstrapServers.map(parseEndpoint),
    clientId: options.clientId ?? DEFAULT_CLIENT_ID,
    requestTimeoutMs: options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    retryBackoffMs: options.retryBackoffMs ?? DEFAULT_RETRY_BACKOFF_MS,
    retryBackoffMaxMs: options.retryBackoffMaxMs ?? DEFAULT_RETRY_BACKOFF_MAX_MS,
    connectionTimeoutMs: options.connectionTimeoutMs ?? DEFAULT_CONNECTION_TIMEOUT_MS,
    logger: options.logger ?? silentLogger,
    random: systemRandom,
  };
}

/** `host:port`, an IPv6 host in brackets; a listener name before it (`PLAINTEXT://`) is passed over. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:[A-Za-z_0-9]+:\/\/)?(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw invalidOption('bootstrapServers', `${JSON.stringify(text)} is not host:port`);
  }
  return { host, port };
}

export function invalidOption(path: string, message: string): MillraceError {
  return new MillraceError(message, {
    code: 'INVALID_CONFIG',
    class: 'config',
    path,
    hint: 'Correct the option and make the client anew.',
  });
}
