import type { Admin, ConsumerRecord } from '@millrace/client';
import { decodedBytes, newestRecords } from '@millrace/connect-runtime';
import { type Logger, MillraceError } from '@millrace/foundation';
import type { TopicBrowser, TopicMessage } from '@millrace/rest-api';

/** How long one look at a topic may take, ms. */
const READ_TIMEOUT_MS = 5_000;

export interface TopicBrowserOptions {
  readonly bootstrapServers: readonly string[];
  readonly admin: Admin;
  readonly logger: Logger;
}

/** Reads topics for people: the newest messages of all partitions, decoded as far as they can be. */
export function createTopicBrowser(options: TopicBrowserOptions): TopicBrowser {
  const { admin } = options;
  return {
    async topics() {
      const topics = await admin.listTopics();
      return topics
        .map(({ name, partitions, internal }) => ({
          ...{ name, internal, partitions: partitions.length },
          replicationFactor: partitions[0]?.replicas.length ?? 0,
          underReplicated: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
          offline: partitions.filter(({ leader }) => leader < 0).length,
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    newest: (topic, request) => newest(options, topic, request),
  };
}

async function newest(
  { bootstrapServers, admin, logger }: TopicBrowserOptions,
  topic: string,
  { limit, maxBytes }: { readonly limit: number; readonly maxBytes: number },
): ReturnType<TopicBrowser['newest']> {
  const description = (await admin.listTopics()).find(({ name }) => name === topic);
  if (!description) {
    throw new MillraceError(`Topic ${topic} not found`, {
      code: 'NOT_FOUND',
      class: 'config',
      hint: 'GET /api/v1/topics lists those that exist.',
    });
  }
  const partitions = description.partitions.map(({ partition }) => ({ topic, partition }));
  const [starts, ends] = await Promise.all([
    admin.listOffsets(partitions, 'earliest'),
    admin.listOffsets(partitions, 'latest'),
  ]);
  const { records } = await newestRecords({
    ...{ bootstrapServers, partitions, logger, clientId: 'millrace-topic-browser' },
    ...{ perPartition: limit, keep: limit, deadlineMs: performance.now() + READ_TIMEOUT_MS },
  });
  return {
    partitions: partitions.map(({ partition }, index) => ({
      partition,
      startOffset: starts[index] ?? 0,
      endOffset: ends[index] ?? 0,
    })),
    messages: records.map((record) => message(record, maxBytes)),
  };
}

function message(record: ConsumerRecord, maxBytes: number): TopicMessage {
  const { partition, offset, timestamp, headers } = record;
  return {
    partition,
    offset,
    timestamp,
    key: decodedBytes(record.key, maxBytes),
    value: decodedBytes(record.value, maxBytes),
    headers: headers.map(({ key, value }) => ({ key, value: decodedBytes(value, maxBytes) })),
  };
}
