import type { ConsumerRecord } from '@millrace/client';
import type { Look, TopicMessage } from '@millrace/rest-api';
import type { ByteFormats } from './byte-formats.ts';
import { compileFilter, type FilteredRecord, type MessageFilter } from './message-filter.ts';

/** Picks and decodes the records of one look at a topic. */
export class MessageView {
  readonly #look: Look;
  readonly #formats: ByteFormats;
  readonly #filter: MessageFilter | null;

  /** @throws {MillraceError} BAD_REQUEST for a filter that is none */
  constructor(look: Look, formats: ByteFormats) {
    this.#look = look;
    this.#formats = formats;
    this.#filter = look.filter === null ? null : compileFilter(look.filter);
  }

  get filters(): boolean {
    return this.#filter !== null;
  }

  /** To be awaited, where it is not null, before a record is looked at. */
  learn({ key, value }: ConsumerRecord): Promise<unknown> | null {
    const { keyFormat, valueFormat } = this.#look;
    const waits = [this.#formats.learn(key, keyFormat), this.#formats.learn(value, valueFormat)];
    return waits.every((wait) => wait === null) ? null : Promise.all(waits);
  }

  wants(record: ConsumerRecord): boolean {
    return this.#filter === null || this.#filter(this.#filtered(record));
  }

  /** A copy: nothing of the response that the record came in is kept. */
  shown({ partition, offset, timestamp, key, value, headers }: ConsumerRecord): TopicMessage {
    const { keyFormat, valueFormat, maxBytes } = this.#look;
    return {
      ...{ partition, offset, timestamp },
      key: this.#formats.shown(key, keyFormat, maxBytes),
      value: this.#formats.shown(value, valueFormat, maxBytes),
      headers: headers.map((header) => ({
        key: header.key,
        value: this.#formats.shown(header.value, 'auto', maxBytes),
      })),
    };
  }

  #filtered({ partition, offset, timestamp, key, value, headers }: ConsumerRecord): FilteredRecord {
    const { keyFormat, valueFormat } = this.#look;
    const text = (bytes: Buffer | null) => bytes?.toString('utf8') ?? '';
    return {
      ...{ partition, offset, timestamp },
      key: () => this.#formats.value(key, keyFormat),
      value: () => this.#formats.value(value, valueFormat),
      headers: () =>
        Object.fromEntries(headers.map((header) => [header.key, this.#formats.value(header.value, 'auto')])),
      text: () =>
        [text(key), text(value), ...headers.map((header) => `${header.key} ${text(header.value)}`)]
          .join('\n')
          .toLowerCase(),
    };
  }
}

/** About what a message takes, bytes. */
export function sizeOf({ key, value, headers }: TopicMessage): number {
  return headers.reduce(
    (sum, header) => sum + header.key.length + header.value.text.length,
    key.text.length + value.text.length,
  );
}
