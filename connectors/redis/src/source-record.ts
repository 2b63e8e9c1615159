import type { JsonObject, SourceRecord } from '@millrace/sdk';
import type { StreamEntry } from './client/stream-entry.ts';
import { idTimeMs } from './client/stream-info.ts';
import type { SourceConfig } from './config.ts';

/** The topic of a stream. */
const topicOf = (config: SourceConfig, stream: string): string =>
  config.topic.replaceAll(`\${stream}`, stream.replaceAll(/[^A-Za-z0-9._-]/g, '_'));

/** The record that an entry becomes. */
export function recordOf(
  config: SourceConfig,
  entry: StreamEntry,
  sourcePartition: JsonObject,
  sourceOffset: JsonObject,
): SourceRecord {
  const { 'key.field': keyField, 'value.field': valueField } = config;
  const fields = fieldsOf(entry, config['field.encoding'] === 'bytes');
  return {
    topic: topicOf(config, entry.stream),
    partition: null,
    key: keyField === null ? entry.id : (fields.get(keyField) ?? null),
    value: valueField === null ? Object.fromEntries(fields) : (fields.get(valueField) ?? null),
    headers: [
      { key: 'redis.stream', value: entry.stream },
      { key: 'redis.id', value: entry.id },
    ],
    timestamp: idTimeMs(entry.id),
    sourcePartition,
    sourceOffset,
  };
}

/** Of a field that comes twice in an entry the last one counts. */
function fieldsOf({ fields }: StreamEntry, asBytes: boolean): ReadonlyMap<string, string | Buffer> {
  const named = new Map<string, string | Buffer>();
  const list = fields ?? [];
  for (let at = 0; at + 1 < list.length; at += 2) {
    const [name, value] = [list[at], list[at + 1]];
    if (name && value) named.set(name.toString(), asBytes ? value : value.toString());
  }
  return named;
}
