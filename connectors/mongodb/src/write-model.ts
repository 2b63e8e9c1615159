import { MillraceError, type SinkRecord } from '@millrace/sdk';
import type { Document } from 'mongodb';
import { isDocument, toDocument } from './bson-value.ts';
import { changeWrite } from './change-envelope.ts';
import type { SinkConfig } from './config.ts';
import { documentId } from './document-id.ts';
import type { WriteStrategy } from './strategies.ts';
import { removal, replacement, type Write } from './write.ts';

/**
 * The write of a record; null where it asks for none.
 * @throws {MillraceError} class poison for records that can't be written
 */
export function writeOf(record: SinkRecord, config: SinkConfig, nowMs: number): Write | null {
  if (config['change.data.capture.handler'] !== 'none') return changeWrite(record, config);
  if (record.value === null || record.value === undefined) return deletion(record, config);
  const value = toDocument(record.value, record.valueSchema, 'value');
  const strategy = config['writemodel.strategy'] as WriteStrategy;
  if (strategy === 'delete' && value._id === undefined) return removal(documentId(record, value, config));
  const overwrite = config['document.id.strategy.overwrite.existing'];
  const id = value._id === undefined || overwrite ? documentId(record, value, config) : value._id;
  const { _id: _old, ...rest } = value;
  return written(strategy, id, rest, config, nowMs);
}

function deletion(record: SinkRecord, config: SinkConfig): Write | null {
  return config['delete.on.null.values'] ? removal(documentId(record, null, config)) : null;
}

function written(
  strategy: WriteStrategy,
  id: unknown,
  rest: Document,
  config: SinkConfig,
  nowMs: number,
): Write {
  const filter = { _id: id as never };
  const insert = { insertOne: { document: { _id: id as never, ...rest } } };
  switch (strategy) {
    case 'replace':
      return replacement(id, rest);
    case 'insert':
      return { operation: insert, target: id };
    case 'default':
      return madeAnew(config) ? { operation: insert, target: null } : replacement(id, rest);
    case 'update':
      return { operation: { updateOne: { filter, update: setting(rest), upsert: true } }, target: id };
    case 'update_timestamps':
      return { operation: { updateOne: { filter, update: stamped(rest, nowMs), upsert: true } }, target: id };
    case 'delete':
      return removal(id);
    case 'replace_business_key':
      return {
        operation: { replaceOne: { filter: businessKey(id), replacement: rest, upsert: true } },
        target: id,
      };
    case 'update_business_key_timestamps':
      return {
        operation: { updateOne: { filter: businessKey(id), update: stamped(rest, nowMs), upsert: true } },
        target: id,
      };
    case 'delete_business_key':
      return { operation: { deleteOne: { filter: businessKey(id) } }, target: id };
  }
}

const madeAnew = (config: SinkConfig): boolean =>
  ['object_id', 'uuid'].includes(config['document.id.strategy']);

/** An update that sets nothing is refused by the server. */
const setting = (rest: Document): Document =>
  Object.keys(rest).length === 0 ? { $setOnInsert: {} } : { $set: rest };

function stamped(rest: Document, nowMs: number): Document {
  const now = new Date(nowMs);
  return { $set: { ...rest, _modifiedTS: now }, $setOnInsert: { _insertedTS: now } };
}

function businessKey(id: unknown): Document {
  if (isDocument(id)) return id;
  throw new MillraceError('The _id is no document, and so has no fields of a business key.', {
    code: 'MONGODB_NO_BUSINESS_KEY',
    class: 'poison',
    path: 'document.id.strategy',
    hint: 'Choose partial_key or partial_value with the fields of the business key.',
  });
}
