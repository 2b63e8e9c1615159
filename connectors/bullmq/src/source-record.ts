import type { ConnectRecord } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import type { FeedItem } from './feed.ts';

/** The record of what a queue gave. */
export function recordOf(
  { topic, queue }: SourceConfig,
  { key, value, headers, timestamp }: FeedItem,
): ConnectRecord {
  return {
    topic: topic.replaceAll(`\${queue}`, queue.replaceAll(/[^A-Za-z0-9._-]/g, '_')),
    ...{ partition: null, key, value, headers, timestamp },
  };
}
