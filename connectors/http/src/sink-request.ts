import { createHmac } from 'node:crypto';
import { jsonText, MillraceError, Misfit, readAt, type SinkRecord } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { fixedHeaders } from './connection-options.ts';
import type { HttpRequest } from './http-exchange.ts';
import { filledUrl } from './url-template.ts';

/** Records that go out as one request. */
export interface Sending {
  readonly url: string;
  readonly method: string;
  /** Null: a deletion, which has none. */
  readonly body: Buffer | null;
  readonly records: readonly SinkRecord[];
}

/** One record as it stands in a body, with where it goes. */
interface Item {
  readonly record: SinkRecord;
  readonly url: string;
  readonly text: Buffer | null;
}

/**
 * What a record becomes; null where it is passed over.
 * @throws {MillraceError} class poison for what can't be sent
 */
export function itemOf(config: SinkConfig, record: SinkRecord): Item | null {
  const onNull = config['behavior.on.null.values'];
  const isNull = record.value === null || record.value === undefined;
  if (isNull && onNull === 'ignore') return null;
  if (isNull && onNull === 'fail') throw refused(record, 'it is a tombstone', 'Set behavior.on.null.values.');
  const url = filledUrl(config.url, record);
  if (isNull && onNull === 'delete') return { record, url, text: null };
  return { record, url, text: textOf(config, record) };
}

function textOf(config: SinkConfig, record: SinkRecord): Buffer {
  const { value } = record;
  const isPlain = config['body.format'] === 'text' && !config['include.metadata'];
  if (isPlain && Buffer.isBuffer(value)) return value;
  if (isPlain && typeof value === 'string') return Buffer.from(value);
  try {
    if (!config['include.metadata']) return Buffer.from(jsonText(value ?? null));
    const { topic, partition, offset, timestamp, key } = record;
    return Buffer.from(
      jsonText({ topic, partition, offset, timestamp, key: key ?? null, value: value ?? null }),
    );
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw refused(record, error.message, 'Mend the value where the records are made.');
  }
}

function refused(record: SinkRecord, reason: string, hint: string): MillraceError {
  const { topic, partition, offset } = record;
  return new MillraceError(`A record of topic ${topic} can't be sent: ${reason}.`, {
    code: 'RECORD_NOT_SENT',
    class: 'poison',
    record: { topic, partition, offset },
    hint,
  });
}

/** The requests of a batch, in order: neighbours with one address share one, as far as the config allows. */
export function sendings(config: SinkConfig, items: readonly Item[]): readonly Sending[] {
  if (config['batch.format'] === 'one')
    return items.map(({ record, url, text }) => ({
      ...{ url, body: text, records: [record] },
      method: text === null ? 'DELETE' : config.method,
    }));
  const groups: { url: string; bytes: number; items: Item[] }[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    const bytes = (item.text?.length ?? 0) + 1;
    const fits =
      last?.url === item.url &&
      last.items.length < config['batch.size'] &&
      last.bytes + bytes < config['batch.max.bytes'];
    if (fits) {
      last.items.push(item);
      last.bytes += bytes;
    } else groups.push({ url: item.url, bytes: bytes + 1, items: [item] });
  }
  return groups.map((group) => ({
    url: group.url,
    method: config.method,
    body: joined(config, group.items),
    records: group.items.map(({ record }) => record),
  }));
}

function joined(config: SinkConfig, items: readonly Item[]): Buffer {
  const isArray = config['batch.format'] === 'array';
  const parts: Buffer[] = [];
  for (const [index, { text }] of items.entries()) {
    if (isArray) parts.push(index === 0 ? OPEN : COMMA);
    if (text) parts.push(text);
    if (!isArray) parts.push(NEWLINE);
  }
  if (isArray) parts.push(CLOSE);
  return Buffer.concat(parts);
}

const [OPEN, COMMA, CLOSE, NEWLINE] = ['[', ',', ']', '\n'].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];

/** A request as it goes out. */
export function requestOf(
  config: SinkConfig,
  { url, method, body, records }: Sending,
  nowMs: number,
): HttpRequest {
  const headers: Record<string, string> = {
    ...(body === null ? {} : { 'Content-Type': contentType(config) }),
    ...fixedHeaders(config),
  };
  if (config['idempotency.header'] !== '') headers[config['idempotency.header']] = idempotencyKey(records);
  if (config['signature.secret']) headers[config['signature.header']] = signature(config, body, nowMs);
  return { method, url: new URL(url), headers, ...(body === null ? {} : { body }) };
}

function contentType(config: SinkConfig): string {
  if (config['content.type']) return config['content.type'];
  if (config['batch.format'] === 'ndjson') return 'application/x-ndjson';
  const isText = config['body.format'] === 'text' && !config['include.metadata'];
  return isText ? 'text/plain; charset=utf-8' : 'application/json';
}

/** Where the records were read: `orders-0-17`, or `orders-0-17..20` for several; other partitions follow behind a comma. */
function idempotencyKey(records: readonly SinkRecord[]): string {
  const ranges = new Map<string, { first: number; last: number; count: number }>();
  for (const record of records) {
    const { topic, partition, offset } = readAt(record);
    const name = `${topic}-${partition}`;
    const range = ranges.get(name);
    if (range) Object.assign(range, { last: offset, count: range.count + 1 });
    else ranges.set(name, { first: offset, last: offset, count: 1 });
  }
  return [...ranges]
    .map(([name, { first, last, count }]) =>
      count === 1 ? `${name}-${first}` : `${name}-${first}..${last}/${count}`,
    )
    .join(',');
}

function signature(config: SinkConfig, body: Buffer | null, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  const hmac = createHmac(config['signature.algorithm'], config['signature.secret'] ?? '');
  hmac.update(`${seconds}.`);
  if (body) hmac.update(body);
  return `t=${seconds},v1=${hmac.digest('hex')}`;
}
