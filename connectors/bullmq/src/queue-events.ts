import { fromOffset, idTimeMs, PositionReader, type StreamEntry } from '@millrace/connector-redis/client';
import type { JsonObject, Logger } from '@millrace/sdk';
import type { Redis } from 'ioredis';
import type { SourceConfig } from './config.ts';
import type { Feed, FeedItem } from './feed.ts';
import { parsed } from './job-item.ts';

/** Fields that BullMQ writes as JSON. */
const JSON_FIELDS = new Set(['data', 'returnvalue']);

/** What happens in the queue, from the stream in which BullMQ tells it. */
export class QueueEventFeed implements Feed {
  readonly pending = 0;
  readonly #reader: PositionReader;
  readonly #queue: string;

  constructor(client: Redis, config: SourceConfig, logger: Logger, stored: JsonObject | null) {
    this.#queue = config.queue;
    const settings = {
      streams: [`${config.prefix}:${config.queue}:events`],
      'start.from': config['start.from'],
      'on.lost.entries': config['on.lost.entries'],
    };
    this.#reader = new PositionReader(client, settings, logger, async () =>
      stored ? fromOffset(stored) : null,
    );
  }

  start(): Promise<void> {
    return this.#reader.start();
  }

  async read(count: number): Promise<readonly FeedItem[]> {
    const entries = await this.#reader.read(count);
    return entries.map((entry) => eventItem(this.#queue, entry, this.#reader.offsetOf(entry)));
  }

  durable(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** The item of an event: its fields, keyed by the job. */
export function eventItem(queue: string, { id, fields }: StreamEntry, offset: JsonObject): FeedItem {
  const value: Record<string, unknown> = {};
  const list = fields ?? [];
  for (let at = 0; at + 1 < list.length; at += 2) {
    const [name, text] = [String(list[at]), String(list[at + 1])];
    value[name] = JSON_FIELDS.has(name) ? parsed(text) : text;
  }
  return {
    key: value.jobId ?? null,
    value,
    headers: [
      { key: 'bullmq.queue', value: queue },
      { key: 'bullmq.event', value: value.event ?? '' },
    ],
    timestamp: idTimeMs(id),
    offset,
  };
}
