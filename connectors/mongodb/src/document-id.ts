import { MillraceError, type SinkRecord } from '@millrace/sdk';
import { type Document, ObjectId, UUID } from 'mongodb';
import { isDocument, toDocument, toValue } from './bson-value.ts';
import type { SinkConfig } from './config.ts';
import type { IdStrategy } from './strategies.ts';

/**
 * The `_id` that `document.id.strategy` gives to a record.
 * @param value the record's value; null for a tombstone
 * @throws {MillraceError} class poison where the record has no such id
 */
export function documentId(record: SinkRecord, value: Document | null, config: SinkConfig): unknown {
  const strategy = config['document.id.strategy'] as IdStrategy;
  switch (strategy) {
    case 'key': {
      const key = keyOf(record);
      return isDocument(key) && key._id !== undefined ? key._id : key;
    }
    case 'full_key':
      return keyOf(record);
    case 'provided_in_key':
      return provided(keyOf(record), 'key');
    case 'provided_in_value':
      return provided(value, 'value');
    case 'partial_key':
      return projected(toDocument(record.key, record.keySchema, 'key'), 'key', config);
    case 'partial_value':
      if (value === null) throw without('value', 'partial_value');
      return projected(value, 'value', config);
    case 'kafka_meta':
      return `${record.topic}#${record.partition}#${record.offset}`;
    case 'object_id':
      return new ObjectId();
    case 'uuid':
      return new UUID();
  }
}

function keyOf(record: SinkRecord): unknown {
  if (record.key === null || record.key === undefined) throw without('key', 'key');
  return toValue(record.key, record.keySchema, 'key');
}

function provided(from: unknown, where: 'key' | 'value'): unknown {
  const id = isDocument(from) ? from._id : undefined;
  if (id === undefined) throw without(`_id in its ${where}`, `provided_in_${where}`);
  return id;
}

function projected(document: Document, where: 'key' | 'value', config: SinkConfig): Document {
  const list = config[`document.id.strategy.partial.${where}.projection.list`];
  const allowed = config[`document.id.strategy.partial.${where}.projection.type`] === 'allowlist';
  const { _id: _own, ...rest } = document;
  const chosen = allowed
    ? list.filter((name) => Object.hasOwn(document, name)).map((name) => [name, document[name]] as const)
    : Object.entries(rest).filter(([name]) => !list.includes(name));
  if (chosen.length === 0) throw without(`chosen field in its ${where}`, `partial_${where}`);
  return Object.fromEntries(chosen);
}

function without(what: string, strategy: string): MillraceError {
  return new MillraceError(`The record has no ${what}, which document.id.strategy=${strategy} needs.`, {
    code: 'MONGODB_NO_ID',
    class: 'poison',
    path: 'document.id.strategy',
    hint: 'Choose another document.id.strategy, such as kafka_meta for records without key.',
  });
}
