import { keyedBatches, MillraceError, type SinkRecord } from '@millrace/sdk';
import { BSON, type ClientSession, MongoBulkWriteError, type MongoClient } from 'mongodb';
import type { SinkConfig } from './config.ts';
import { operationError, toMongoError } from './errors.ts';
import { type Namespace, splitNamespace } from './namespace.ts';
import type { Write } from './write.ts';

/** A write of one record to one collection. */
export interface RecordWrite extends Write {
  readonly record: SinkRecord;
  readonly namespace: Namespace;
}

/** A record that the server refused, and why; null: the insertion found its document there, which is as well. */
export interface Refusal {
  readonly write: RecordWrite;
  readonly error: MillraceError | null;
}

const DUPLICATE_KEY = 11000;

/**
 * Requests in an order that keeps what must be kept: of each document's writes, or of all of a collection's where the config says so.
 */
export function bulksOf(
  writes: readonly RecordWrite[],
  config: SinkConfig,
): readonly (readonly RecordWrite[])[] {
  const maxItems = config['max.batch.size'] || Number.POSITIVE_INFINITY;
  const byCollection = Map.groupBy(writes, ({ namespace }) => namespace);
  return [...byCollection.values()].flatMap((all) =>
    config['bulk.write.ordered']
      ? keyedBatches(all, { key: () => null, maxItems })
      : keyedBatches(all, { key: targetKey, maxItems }),
  );
}

/** Numbers that are equal to the server must be equal here too, whatever their type. */
function targetKey({ target }: Write): string | null {
  return target === null ? null : BSON.EJSON.stringify({ target }, { relaxed: true });
}

/**
 * Writes one bulk; gives the records that the server refused for themselves, the others are written (in a session none is: its
 * transaction is over).
 * @throws {MillraceError} for failures that are not a record's own
 */
export async function writeBulk(
  client: MongoClient,
  bulk: readonly RecordWrite[],
  config: SinkConfig,
  session?: ClientSession,
): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  let rest = bulk;
  while (rest.length > 0) {
    const failed = await attempt(client, rest, config, session);
    refused.push(...failed.refused);
    rest = session ? [] : failed.rest;
  }
  return refused;
}

interface Outcome {
  readonly refused: readonly Refusal[];
  /** What was not tried. */
  readonly rest: readonly RecordWrite[];
}

const DONE: Outcome = { refused: [], rest: [] };

async function attempt(
  client: MongoClient,
  bulk: readonly RecordWrite[],
  config: SinkConfig,
  session?: ClientSession,
): Promise<Outcome> {
  const [first] = bulk;
  if (!first) return DONE;
  const { db, coll } = splitNamespace(first.namespace);
  const ordered = config['bulk.write.ordered'];
  try {
    await client
      .db(db)
      .collection(coll)
      .bulkWrite(
        bulk.map(({ operation }) => operation),
        { ordered, ...(session && { session }) },
      );
    return DONE;
  } catch (error) {
    if (error instanceof MongoBulkWriteError) return outcomeOf(error, bulk, ordered);
    const failure = toMongoError(error, 'Writing to MongoDB');
    const [single] = bulk;
    // Documents that the driver can't even send: it does not say which.
    if (failure.class !== 'poison' || !single) throw failure;
    return bulk.length === 1
      ? { refused: [{ write: single, error: failure }], rest: [] }
      : await oneByOne(client, bulk, config, session);
  }
}

async function oneByOne(
  client: MongoClient,
  bulk: readonly RecordWrite[],
  config: SinkConfig,
  session?: ClientSession,
): Promise<Outcome> {
  const refused: Refusal[] = [];
  for (const write of bulk) {
    refused.push(...(await attempt(client, [write], config, session)).refused);
    if (session && refused.length > 0) break;
  }
  return { refused, rest: [] };
}

function outcomeOf(error: MongoBulkWriteError, bulk: readonly RecordWrite[], ordered: boolean): Outcome {
  const faults = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  if (faults.length === 0) throw toMongoError(error, 'Writing to MongoDB');
  const refused: Refusal[] = [];
  let last = -1;
  for (const fault of faults) {
    last = Math.max(last, fault.index);
    const write = bulk[fault.index];
    if (!write) continue;
    const failure = operationError(fault.code, fault.errmsg ?? '');
    if (failure.class !== 'poison') throw failure;
    const isThere = fault.code === DUPLICATE_KEY && /index: _id_/.test(fault.errmsg ?? '');
    // Two upserts at once race for one document, and the next try updates it.
    if (isThere && !('insertOne' in write.operation)) throw racing(failure);
    refused.push({ write, error: isThere ? null : failure });
  }
  return { refused, rest: ordered ? bulk.slice(last + 1) : [] };
}

const racing = (cause: MillraceError): MillraceError =>
  new MillraceError('Somebody else inserted the same document at the same moment.', {
    code: 'MONGODB_INTERRUPTED',
    class: 'transient',
    cause,
  });
