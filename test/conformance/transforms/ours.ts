import { jsonConverter, simpleHeaderConverter } from '@millrace/converters';
import {
  type ConnectRecord,
  type Converter,
  isMillraceError,
  parseConfig,
  type Schema,
  type TransformPlugin,
} from '@millrace/sdk';
import transforms from '@millrace/transforms';
import type { Answer, Envelope, HeaderAnswer, TransformCase, TransformedRecord } from './oracle.ts';

/** The time of records that name none. */
export const TIMESTAMP_MS = 1_600_000_000_123;

const json: Converter = jsonConverter.create(
  parseConfig(jsonConverter.config, { 'replace.null.with.default': 'false' }).values,
  false,
);

function read(envelope: Envelope | undefined): { value: unknown; schema?: Schema | undefined } {
  return envelope ? json.toConnect('t', Buffer.from(JSON.stringify(envelope))) : { value: null };
}

const written = (schema: Schema | undefined, value: unknown): unknown => {
  const bytes = json.fromConnect('t', schema, value);
  return bytes === null ? null : JSON.parse(bytes.toString());
};

function recordOf(test: TransformCase): ConnectRecord {
  const key = read(test.key);
  const value = read(test.value);
  return {
    topic: 'orders',
    partition: test.source ? null : 2,
    key: key.value,
    keySchema: key.schema,
    value: value.value,
    valueSchema: value.schema,
    headers: (test.headers ?? []).map((header) => ({ key: header.key, ...read(header.value) })),
    timestamp: test.timestamp === undefined ? TIMESTAMP_MS : test.timestamp,
    ...(test.source ? { sourcePartition: {}, sourceOffset: {} } : { offset: 7 }),
  };
}

const pluginOf = (type: string): TransformPlugin =>
  transforms.plugins.find((plugin) => plugin.class === type) as TransformPlugin;

/** What our transform makes of it; an error that is none of ours is thrown. */
export async function ours(test: TransformCase): Promise<Answer> {
  try {
    const plugin = pluginOf(test.type);
    const { values, problems } = parseConfig(plugin.config, test.config);
    if (problems.length > 0) return { error: problems.map(({ message }) => message).join(' ') };
    const transform = await plugin.create(values, { connector: 'c', name: 't' });
    const record = (await transform.apply(recordOf(test))) as ConnectRecord | null;
    return { record: record === null ? null : told(record) };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { error: String(error) };
  }
}

function told(record: ConnectRecord): TransformedRecord {
  const { topic, partition, timestamp } = record;
  return {
    topic,
    partition,
    timestamp,
    key: written(record.keySchema, record.key),
    value: written(record.valueSchema, record.value),
    headers: record.headers.map(({ key, value, schema }) => ({ key, value: written(schema, value) })),
  };
}

/** Whether both are the same record, or both an error. A float has more digits here, and the same bits. */
export function same(mine: Answer, theirs: Answer): boolean {
  if ('error' in mine || 'error' in theirs) return 'error' in mine && 'error' in theirs;
  return equal(mine.record, theirs.record);
}

function equal(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number')
    return (
      one === other ||
      (!Number.isInteger(one) && Math.fround(one) === Math.fround(other)) ||
      (Math.abs(one) > 2 ** 24 && Math.fround(one) === one && Math.fround(other) === one)
    );
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) =>
    equal((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  );
}

/** What our SimpleHeaderConverter reads in a text, and writes again. */
export function oursOfHeader(text: string): HeaderAnswer {
  const converter = simpleHeaderConverter.create({}, false);
  const { value, schema } = converter.toConnect('t', Buffer.from(text));
  return {
    read: written(schema, value),
    written: converter.fromConnect('t', schema, value)?.toString() ?? null,
  };
}
