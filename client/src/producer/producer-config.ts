import { invalidOption } from '../cluster/client-config.ts';
import type { Compression, ProducerOptions, TransactionalProducerOptions } from '../types.ts';

/** `ProducerOptions` with every default filled in; those that all clients share aside. */
export interface ProducerConfig {
  readonly acks: -1 | 0 | 1;
  /** Null without transactions. */
  readonly transaction: TransactionConfig | null;
  readonly idempotent: boolean;
  readonly compression: Compression;
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly maxRequestBytes: number;
  readonly bufferBytes: number;
  readonly deliveryTimeoutMs: number;
  readonly maxBlockMs: number;
  readonly maxInFlightRequests: number;
  /** Batches of one partition that may be under way at once. More than one only where sequences keep their order. */
  readonly maxInFlightBatches: number;
}

export interface TransactionConfig {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** How long one call may take, ms. */
  readonly maxBlockMs: number;
}

const DEFAULT_MAX_BLOCK_MS = 60_000;
const DEFAULT_TRANSACTION_TIMEOUT_MS = 60_000;
const DEFAULT_LINGER_MS = 5;
const DEFAULT_BATCH_BYTES = 16 * 1024;
const DEFAULT_MAX_REQUEST_BYTES = 1024 * 1024;
const DEFAULT_BUFFER_BYTES = 32 * 1024 * 1024;
const DEFAULT_DELIVERY_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_IN_FLIGHT_REQUESTS = 5;
/** A broker remembers the last five batches of a producer: with more under way it could not tell a repeat. */
const MAX_IN_FLIGHT_IDEMPOTENT = 5;
/** A record's own envelope and its batch's header, on top of key and value, at most. */
export const RECORD_OVERHEAD_BYTES = 128;

/** @throws {MillraceError} INVALID_CONFIG */
export function producerConfig(options: ProducerOptions | TransactionalProducerOptions): ProducerConfig {
  const acks = options.acks ?? -1;
  const maxBlockMs = options.maxBlockMs ?? DEFAULT_MAX_BLOCK_MS;
  const idempotent = acks === -1;
  const maxInFlightRequests = options.maxInFlightRequests ?? DEFAULT_MAX_IN_FLIGHT_REQUESTS;
  if (!(maxInFlightRequests >= 1))
    throw invalidOption('maxInFlightRequests', 'at least one request must be allowed');
  if (idempotent && maxInFlightRequests > MAX_IN_FLIGHT_IDEMPOTENT) {
    throw invalidOption(
      'maxInFlightRequests',
      `with acks=-1 at most ${MAX_IN_FLIGHT_IDEMPOTENT} requests may be in flight`,
    );
  }
  const config = {
    acks,
    idempotent,
    transaction: transactionConfig(options, maxBlockMs),
    maxBlockMs,
    compression: options.compression ?? 'none',
    lingerMs: options.lingerMs ?? DEFAULT_LINGER_MS,
    batchBytes: options.batchBytes ?? DEFAULT_BATCH_BYTES,
    maxRequestBytes: options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    bufferBytes: options.bufferBytes ?? DEFAULT_BUFFER_BYTES,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? DEFAULT_DELIVERY_TIMEOUT_MS,
    maxInFlightRequests,
    maxInFlightBatches: acks === 1 ? 1 : maxInFlightRequests,
  } as const;
  for (const key of [
    'batchBytes',
    'maxRequestBytes',
    'bufferBytes',
    'deliveryTimeoutMs',
    'maxBlockMs',
  ] as const) {
    if (!(config[key] > 0)) throw invalidOption(key, `${key} must be above 0`);
  }
  if (!(config.lingerMs >= 0)) throw invalidOption('lingerMs', 'lingerMs must not be negative');
  return { ...config, batchBytes: Math.min(config.batchBytes, config.maxRequestBytes) };
}

function transactionConfig(
  options: ProducerOptions | TransactionalProducerOptions,
  maxBlockMs: number,
): TransactionConfig | null {
  if (!('transactionalId' in options)) return null;
  const { transactionalId, acks = -1, transactionTimeoutMs = DEFAULT_TRANSACTION_TIMEOUT_MS } = options;
  if (transactionalId === '') throw invalidOption('transactionalId', 'a transactional id is not empty');
  if (acks !== -1) throw invalidOption('acks', 'transactions need acks=-1');
  if (!(transactionTimeoutMs > 0))
    throw invalidOption('transactionTimeoutMs', 'transactionTimeoutMs must be above 0');
  return { transactionalId, transactionTimeoutMs, maxBlockMs };
}
