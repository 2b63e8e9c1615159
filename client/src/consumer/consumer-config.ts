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
  /** Empty: not said. */
  readonly rackId: string;
}

const DEFAULT_FETCH_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_FETCH_MAX_WAIT_MS = 500;
const DEFAULT_MAX_PARTITION_FETCH_BYTES = 1024 * 1024;
const DEFAULT_MAX_POLL_RECORDS = 500;

export function consumerConfig(options: ConsumerOptions): ConsumerConfig {
  return {
    groupId: options.groupId ?? null,
    autoOffsetReset: options.autoOffsetReset ?? 'latest',
    isolationLevel: options.isolationLevel ?? 'read_uncommitted',
    fetchMinBytes: options.fetchMinBytes ?? 1,
    fetchMaxBytes: options.fetchMaxBytes ?? DEFAULT_FETCH_MAX_BYTES,
    fetchMaxWaitMs: options.fetchMaxWaitMs ?? DEFAULT_FETCH_MAX_WAIT_MS,
    maxPartitionFetchBytes: options.maxPartitionFetchBytes ?? DEFAULT_MAX_PARTITION_FETCH_BYTES,
    maxPollRecords: options.maxPollRecords ?? DEFAULT_MAX_POLL_RECORDS,
    rackId: options.rackId ?? '',
  };
}
