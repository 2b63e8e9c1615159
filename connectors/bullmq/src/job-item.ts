import { fieldOf } from '@millrace/connector-redis/client';
import { type Header, type JsonObject, parseExact } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import type { FeedItem } from './feed.ts';

/** What a record needs to know of a job. */
export interface JobFacts {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly data: string;
  /** When it was added, ms since the epoch. */
  readonly timestamp: number;
  /** Attempts that were made before. */
  readonly attempts: number;
}

/** The item that a job becomes. */
export function itemOf(
  config: SourceConfig,
  job: JobFacts,
  offset: JsonObject,
  more: readonly Header[] = [],
): FeedItem {
  const value = parsed(job.data);
  const { 'key.field': keyField, queue } = config;
  return {
    key: keyField === null ? job.id : (fieldOf(value, keyField) ?? null),
    value,
    headers: [
      { key: 'bullmq.queue', value: queue },
      { key: 'bullmq.id', value: job.id },
      { key: 'bullmq.name', value: job.name },
      { key: 'bullmq.attempts', value: String(job.attempts) },
      ...more,
    ],
    timestamp: job.timestamp,
    offset,
  };
}

/** Data that are no JSON were not written by BullMQ, and are taken as text. */
export function parsed(data: string): unknown {
  try {
    return parseExact(data);
  } catch {
    return data;
  }
}
