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
  readonly items: readonly Item[];
}

/** One record as it stands in a body, with where it goes. */
export interface Item {
  readonly record: SinkRecord;
  readonly url: string;
  /** Records of one key keep their order; null: there is none. */
  readonly key: string | null;
  /** Null: a deletion, which has none. */
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
  const key = keyText(record);
  if (isNull && onNull === 'delete') return { record, url, key, text: null };
  return { record, url, key, text: textOf(config, record) };
}

function keyText(record: SinkRecord): string | null {
  const { key } = record;
  if (key === null || key === undefined) return null;
  return typeof key === 'string' ? key : asJson(record, 'key', key);
}

function asJson(record: SinkRecord, side: string, value: unknown): string {
  try {
    return jsonText(value);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw refused(record, `its ${side} ${error.message}`, `Mend the ${side} where the records are made.`);
  }
}

function textOf(config: SinkConfig, record: SinkRecord): Buffer {
  const { value } = record;
  const isPlain = config['body.format'] === 'text' && !config['include.metadata'];
  if (isPlain && Buffer.isBuffer(value)) return value;
  if (isPlain && typeof value === 'string') return Buffer.from(value);
  if (!config['include.metadata']) return Buffer.from(asJson(record, 'value', value ?? null));
  const { topic, partition, offset, timestamp, key } = record;
  const all = { topic, partition, offset, timestamp, key: key ?? null, value: value ?? null };
  return Buffer.from(asJson(record, 'value', all));
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
    return items.map((item) => ({
      url: item.url,
      method: item.text === null ? 'DELETE' : config.method,
      items: [item],
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
  return groups.map((group) => ({ url: group.url, method: config.method, items: group.items }));
}

/** What goes out; null where it is a deletion. */
export function bodyOf(config: SinkConfig, { items }: Sending): Buffer | null {
  if (config['batch.format'] !== 'one') return joined(config, items);
  return items[0]?.text ?? null;
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
export function requestOf(config: SinkConfig, sending: Sending, nowMs: number): HttpRequest {
  const { url, method, items } = sending;
  const body = bodyOf(config, sending);
  const headers: Record<string, string> = {
    ...(body === null ? {} : { 'Content-Type': contentType(config) }),
    ...fixedHeaders(config),
  };
  if (config['idempotency.header'] !== '')
    headers[config['idempotency.header']] = idempotencyKey(items.map(({ record }) => record));
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
