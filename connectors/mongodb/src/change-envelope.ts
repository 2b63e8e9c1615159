import { MillraceError, type SinkRecord } from '@millrace/sdk';
import type { Document } from 'mongodb';
import { isDocument, toDocument, toValue } from './bson-value.ts';
import type { SinkConfig } from './config.ts';
import { removal, replacement, type Write } from './write.ts';

/**
 * The write that a change event stands for; null for events of definitions, and for the tombstones that follow deletions.
 * @throws {MillraceError} class poison for what is no such event
 */
export function changeWrite(record: SinkRecord, config: SinkConfig): Write | null {
  if (record.value === null || record.value === undefined) return null;
  const event = toDocument(record.value, record.valueSchema, 'value');
  switch (config['change.data.capture.handler']) {
    case 'mongodb':
      return ofChangeStream(event);
    case 'debezium.mongodb':
      return ofDebeziumMongo(record, event);
    default:
      return ofDebeziumTable(record, event);
  }
}

/** https://www.mongodb.com/docs/manual/reference/change-events/ */
function ofChangeStream(event: Document): Write | null {
  const { operationType, documentKey, fullDocument } = event;
  if (typeof operationType !== 'string') throw noEvent('operationType');
  if (!['insert', 'replace', 'update', 'delete'].includes(operationType)) return null;
  if (!isDocument(documentKey) || documentKey._id === undefined) throw noEvent('documentKey');
  const id = documentKey._id;
  if (operationType === 'delete') return removal(id);
  if (isDocument(fullDocument)) return replacement(id, withoutId(fullDocument));
  if (operationType === 'update') return updated(id, event.updateDescription);
  throw noEvent('fullDocument');
}

/** Debezium's MongoDB connector: documents as JSON texts, the key as {id: JSON text}. */
function ofDebeziumMongo(record: SinkRecord, event: Document): Write | null {
  const key = toDocument(record.key, record.keySchema, 'key');
  if (key.id === undefined) throw noEvent('id in its key');
  const id = typeof key.id === 'string' ? debeziumId(key.id) : key.id;
  const { op, after, updateDescription } = payloadOf(event);
  if (op === 'd') return removal(id);
  if (!['c', 'r', 'u'].includes(String(op))) return null;
  if (after !== null && after !== undefined)
    return replacement(id, withoutId(toDocument(after, undefined, 'after')));
  if (op === 'u' && isDocument(updateDescription)) {
    const { updatedFields, removedFields } = updateDescription;
    const fields = updatedFields ? toDocument(updatedFields, undefined, 'updatedFields') : {};
    return updated(id, { updatedFields: fields, removedFields });
  }
  throw noEvent('after');
}

/** Debezium's connectors of tables; the record's key is the `_id`. */
function ofDebeziumTable(record: SinkRecord, event: Document): Write | null {
  const { op, after } = payloadOf(event);
  if (!['c', 'r', 'u', 'd'].includes(String(op))) return null;
  if (record.key === null || record.key === undefined) throw noEvent('key');
  const id = toValue(record.key, record.keySchema, 'key');
  if (op === 'd') return removal(id);
  if (!isDocument(after)) throw noEvent('after');
  return replacement(id, withoutId(after));
}

/** With JsonConverter's schemas read as plain JSON, the event lies within. */
const payloadOf = (event: Document): Document =>
  isDocument(event.payload) && !event.op ? event.payload : event;

/** As JSON: `5`, `"a"`, `{"$oid": "..."}`. */
const debeziumId = (text: string): unknown => toDocument(`{"id": ${text}}`, undefined, 'key').id;

function updated(id: unknown, description: unknown): Write {
  if (!isDocument(description)) throw noEvent('updateDescription');
  const { updatedFields = {}, removedFields = [], truncatedArrays = [] } = description;
  if (Array.isArray(truncatedArrays) && truncatedArrays.length > 0)
    throw new MillraceError('The event shortens an array, which only the whole document tells.', {
      code: 'MONGODB_EVENT_NOT_SERVED',
      class: 'poison',
      hint: 'Let the source give whole documents: change.stream.full.document=updateLookup.',
    });
  const removed = Array.isArray(removedFields) ? removedFields.map(String) : [];
  const update = {
    ...(isDocument(updatedFields) && Object.keys(updatedFields).length > 0 && { $set: updatedFields }),
    ...(removed.length > 0 && { $unset: Object.fromEntries(removed.map((name) => [name, ''])) }),
  };
  const filter = { _id: id as never };
  const whole = Object.keys(update).length > 0 ? update : { $setOnInsert: {} };
  return { operation: { updateOne: { filter, update: whole } }, target: id };
}

function withoutId({ _id: _old, ...rest }: Document): Document {
  return rest;
}

function noEvent(what: string): MillraceError {
  return new MillraceError(`The record is no change event: it has no ${what}.`, {
    code: 'MONGODB_NO_CHANGE_EVENT',
    class: 'poison',
    path: 'change.data.capture.handler',
    hint: 'Set change.data.capture.handler to what the topic holds.',
  });
}
