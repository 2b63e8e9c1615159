import { invalidOption } from '../cluster/client-config.ts';
import type { ShareConsumerOptions } from '../types.ts';

/** `ShareConsumerOptions` with every default filled in; those that all clients share aside. */
export interface ShareConfig {
  readonly groupId: string;
  readonly isExplicit: boolean;
  readonly rackId: string | null;
  readonly acquireMode: 'batch_optimized' | 'record_limit';
  readonly maxPollRecords: number;
  readonly maxHeldRecords: number;
  readonly fetchMinBytes: number;
  readonly fetchMaxBytes: number;
  readonly fetchMaxWaitMs: number;
}

const DEFAULT_MAX_POLL_RECORDS = 500;
const DEFAULT_MAX_HELD_RECORDS = 2_000;
const DEFAULT_FETCH_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_FETCH_MAX_WAIT_MS = 500;

/** @throws {MillraceError} INVALID_CONFIG */
export function shareConfig(options: ShareConsumerOptions): ShareConfig {
  if (options.groupId === '') throw invalidOption('groupId', 'a share consumer needs a groupId');
  const config = {
    groupId: options.groupId,
    isExplicit: options.acknowledgementMode === 'explicit',
    rackId: options.rackId ?? null,
    acquireMode: options.acquireMode ?? 'batch_optimized',
    maxPollRecords: options.maxPollRecords ?? DEFAULT_MAX_POLL_RECORDS,
    maxHeldRecords: options.maxHeldRecords ?? DEFAULT_MAX_HELD_RECORDS,
    fetchMinBytes: options.fetchMinBytes ?? 1,
    fetchMaxBytes: options.fetchMaxBytes ?? DEFAULT_FETCH_MAX_BYTES,
    fetchMaxWaitMs: options.fetchMaxWaitMs ?? DEFAULT_FETCH_MAX_WAIT_MS,
  } as const;
  for (const key of ['maxPollRecords', 'maxHeldRecords', 'fetchMaxBytes'] as const) {
    if (!(config[key] > 0)) throw invalidOption(key, `${key} must be above 0`);
  }
  return config;
}
