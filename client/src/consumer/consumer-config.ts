import { invalidOption } from '../cluster/client-config.ts';
import type { IsolationLevel } from '../cluster/list-offsets.ts';
import type { ConsumerOptions } from '../types.ts';

/** `ConsumerOptions` with every default filled in; those of the group and those that all clients share aside. */
export interface ConsumerConfig {
  readonly groupId: string | null;
  readonly autoOffsetReset: 'earliest' | 'latest' | 'none';
  readonly isolationLevel: IsolationLevel;
  readonly fetchMinBytes: number;
  readonly fetchMaxBytes: number;
  readonly fetchMaxWaitMs: number;
  readonly maxPartitionFetchBytes: number;
  readonly maxPollRecords: number;
  readonly maxPollIntervalMs: number;
  readonly enableAutoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  /** Empty: not said. */
  readonly rackId: string;
}

const DEFAULT_FETCH_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_FETCH_MAX_WAIT_MS = 500;
const DEFAULT_MAX_PARTITION_FETCH_BYTES = 1024 * 1024;
const DEFAULT_MAX_POLL_RECORDS = 500;

const DEFAULT_MAX_POLL_INTERVAL_MS = 300_000;
const DEFAULT_AUTO_COMMIT_INTERVAL_MS = 5_000;

/** @throws {MillraceError} INVALID_CONFIG */
export function consumerConfig(options: ConsumerOptions): ConsumerConfig {
  const groupId = options.groupId ?? null;
  if (groupId === '') throw invalidOption('groupId', 'groupId is empty');
  if (options.enableAutoCommit === true && groupId === null)
    throw invalidOption('enableAutoCommit', 'offsets can only be committed automatically with a groupId');
  for (const key of ['maxPollRecords', 'maxPollIntervalMs'] as const)
    if (options[key] !== undefined && !(options[key] > 0)) throw invalidOption(key, `${key} must be above 0`);
  if (!((options.autoCommitIntervalMs ?? 0) >= 0))
    throw invalidOption('autoCommitIntervalMs', 'autoCommitIntervalMs must not be below 0');
  return {
    groupId,
    autoOffsetReset: options.autoOffsetReset ?? 'latest',
    isolationLevel: options.isolationLevel ?? 'read_uncommitted',
    fetchMinBytes: options.fetchMinBytes ?? 1,
    fetchMaxBytes: options.fetchMaxBytes ?? DEFAULT_FETCH_MAX_BYTES,
    fetchMaxWaitMs: options.fetchMaxWaitMs ?? DEFAULT_FETCH_MAX_WAIT_MS,
    maxPartitionFetchBytes: options.maxPartitionFetchBytes ?? DEFAULT_MAX_PARTITION_FETCH_BYTES,
    maxPollRecords: options.maxPollRecords ?? DEFAULT_MAX_POLL_RECORDS,
    maxPollIntervalMs: options.maxPollIntervalMs ?? DEFAULT_MAX_POLL_INTERVAL_MS,
    enableAutoCommit: options.enableAutoCommit ?? groupId !== null,
    autoCommitIntervalMs: options.autoCommitIntervalMs ?? DEFAULT_AUTO_COMMIT_INTERVAL_MS,
    rackId: options.rackId ?? '',
  };
}
