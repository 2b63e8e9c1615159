import type { LogConfig } from './log.ts';

/**
 * The most that a batch may unpack to that is in a log. The door keeps to it, whatever a topic's `max.message.bytes` is: what it lets in,
 * compaction, searches by time and coordinators that load must be able to read.
 */
export const UNPACKED_BATCH_MAX_BYTES = 512 * 1024 * 1024;

/** What a client's compressed batch may unpack to, in times of `max.message.bytes`. */
const UNPACK_FACTOR = 64;
const UNPACK_MIN_BYTES = 64 * 1024 * 1024;

/** What a client's batch may unpack to at the door of a log with these settings. */
export function unpackedMaxBytes({ maxMessageBytes }: Pick<LogConfig, 'maxMessageBytes'>): number {
  return Math.min(Math.max(maxMessageBytes * UNPACK_FACTOR, UNPACK_MIN_BYTES), UNPACKED_BATCH_MAX_BYTES);
}
