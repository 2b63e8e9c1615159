import { type Admin, type ConsumerRecord, createConsumer } from '@millrace/client';
import { type Logger, MillraceError } from '@millrace/foundation';
import type { DecodedBytes, TopicBrowser, TopicMessage } from '@millrace/rest-api';

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
        .map(({ name, partitions, internal }) => ({ name, partitions: partitions.length, internal }))
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
  const consumer = createConsumer({
    bootstrapServers,
    clientId: 'millrace-topic-browser',
    logger,
    fetchMaxWaitMs: 100,
  });
  try {
    const [starts, ends] = await Promise.all([
      consumer.beginningOffsets(partitions),
      consumer.endOffsets(partitions),
    ]);
    const ranges = partitions.map(({ partition }, index) => ({
      partition,
      startOffset: starts[index] ?? 0,
      endOffset: ends[index] ?? 0,
    }));
    const records = await readTails(consumer, topic, ranges, limit);
    records.sort((a, b) => b.timestamp - a.timestamp || b.partition - a.partition || b.offset - a.offset);
    return {
      partitions: ranges,
      messages: records.slice(0, limit).map((record) => message(record, maxBytes)),
    };
  } finally {
    await consumer.close();
  }
}

interface Range {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** The last `limit` records of each partition, read until the ends that were seen or the time is over. */
async function readTails(
  consumer: ReturnType<typeof createConsumer>,
  topic: string,
  ranges: readonly Range[],
  limit: number,
): Promise<ConsumerRecord[]> {
  const left = new Map(
    ranges.filter((range) => range.endOffset > range.startOffset).map((range) => [range.partition, range]),
  );
  if (left.size === 0) return [];
  consumer.assign([...left.keys()].map((partition) => ({ topic, partition })));
  for (const { partition, startOffset, endOffset } of left.values()) {
    consumer.seek({ topic, partition }, Math.max(startOffset, endOffset - limit));
  }
  const records: ConsumerRecord[] = [];
  const deadline = performance.now() + READ_TIMEOUT_MS;
  while (left.size > 0 && performance.now() < deadline) {
    for (const record of await consumer.poll(200)) {
      const range = left.get(record.partition);
      if (range && record.offset < range.endOffset) records.push(record);
    }
    for (const { partition, endOffset } of [...left.values()]) {
      if ((consumer.position({ topic, partition }) ?? 0) >= endOffset) left.delete(partition);
    }
  }
  return records;
}

function message(record: ConsumerRecord, maxBytes: number): TopicMessage {
  const { partition, offset, timestamp, headers } = record;
  return {
    partition,
    offset,
    timestamp,
    key: decode(record.key, maxBytes),
    value: decode(record.value, maxBytes),
    headers: headers.map(({ key, value }) => ({ key, value: decode(value, maxBytes) })),
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON where it is JSON, text where it is UTF-8, base64 otherwise. Exported for its test. */
export function decode(bytes: Buffer | null, maxBytes: number): DecodedBytes {
  if (bytes === null) return { encoding: 'null', text: '', sizeBytes: 0, truncated: false };
  const sizeBytes = bytes.length;
  const truncated = sizeBytes > maxBytes;
  try {
    const text = utf8.decode(truncated ? wholeCharacters(bytes, maxBytes) : bytes);
    return { encoding: !truncated && isJson(text) ? 'json' : 'text', text, sizeBytes, truncated };
  } catch {
    return { encoding: 'base64', text: bytes.subarray(0, maxBytes).toString('base64'), sizeBytes, truncated };
  }
}

/** At most `maxBytes`, not ending inside a UTF-8 character. */
function wholeCharacters(bytes: Buffer, maxBytes: number): Buffer {
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
