import { invalidOption } from '../cluster/client-config.ts';
import type { ShareConsumerOptions } from '../types.ts';

/** `ShareConsumerOptions` with every default filled in; those that all clients share aside. */
export interface ShareConfig {
  readonly groupId: string;
  readonly isExplicit: boolean;
  readonly rackId: string | null;
  /** Null: by the batch for `poll`; for a loop by the record, where it is to have fewer than a whole poll brings. */
  readonly acquireMode: 'batch_optimized' | 'record_limit' | null;
  readonly maxPollRecords: number;
  readonly maxHeldRecords: number;
  readonly maxPollIntervalMs: number;
  readonly fetchMinBytes: number;
  readonly fetchMaxBytes: number;
  readonly fetchMaxWaitMs: number;
}

const DEFAULT_MAX_POLL_RECORDS = 500;
const DEFAULT_MAX_HELD_RECORDS = 2_000;
const DEFAULT_MAX_POLL_INTERVAL_MS = 300_000;
const DEFAULT_FETCH_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_FETCH_MAX_WAIT_MS = 500;

/** @throws {MillraceError} INVALID_CONFIG */
export function shareConfig(options: ShareConsumerOptions): ShareConfig {
  if (options.groupId === '') throw invalidOption('groupId', 'a share consumer needs a groupId');
  const config = {
    groupId: options.groupId,
    isExplicit: options.acknowledgementMode === 'explicit',
    rackId: options.rackId ?? null,
    acquireMode: options.acquireMode ?? null,
    maxPollRecords: options.maxPollRecords ?? DEFAULT_MAX_POLL_RECORDS,
    maxHeldRecords: options.maxHeldRecords ?? DEFAULT_MAX_HELD_RECORDS,
    maxPollIntervalMs: options.maxPollIntervalMs ?? DEFAULT_MAX_POLL_INTERVAL_MS,
    fetchMinBytes: options.fetchMinBytes ?? 1,
    fetchMaxBytes: options.fetchMaxBytes ?? DEFAULT_FETCH_MAX_BYTES,
    fetchMaxWaitMs: options.fetchMaxWaitMs ?? DEFAULT_FETCH_MAX_WAIT_MS,
  } as const;
  for (const key of ['maxPollRecords', 'maxHeldRecords', 'maxPollIntervalMs', 'fetchMaxBytes'] as const) {
    if (!(config[key] > 0)) throw invalidOption(key, `${key} must be above 0`);
  }
  return config;
}
