import type { AnyBulkWriteOperation, Document } from 'mongodb';

/** What a record does to a collection. */
export interface Write {
  readonly operation: AnyBulkWriteOperation<Document>;
  /** What finds the document: writes of equal ones must keep their order. Null: a new document. */
  readonly target: unknown;
}

/** Replaces the document with this `_id`, or inserts it. */
export function replacement(id: unknown, rest: Document): Write {
  const replaceOne = { filter: { _id: id as never }, replacement: { _id: id, ...rest }, upsert: true };
  return { operation: { replaceOne }, target: id };
}

/** Deletes the document with this `_id`. */
export function removal(id: unknown): Write {
  return { operation: { deleteOne: { filter: { _id: id as never } } }, target: id };
}
