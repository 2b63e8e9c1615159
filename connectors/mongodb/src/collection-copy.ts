import type { BSON, Document, MongoClient, RunCommandCursor, Timestamp } from 'mongodb';
import { type Namespace, splitNamespace } from './namespace.ts';

/** Where a copy begins, and how it is read. */
export interface CopyOptions {
  readonly namespace: Namespace;
  readonly after: { readonly _id: unknown } | undefined;
  /** The cluster time that is shown; the server keeps it for some minutes (`minSnapshotHistoryWindowInSeconds`). */
  readonly time: Timestamp;
  readonly batchSize: number;
  readonly bson: BSON.DeserializeOptions;
}

/** The documents of a collection as they stood at one point in time, in the order of their `_id`. */
export class CollectionCopy {
  readonly #cursor: RunCommandCursor;
  /** Whether there is more, asked while what came before is worked on. */
  #ahead: Promise<boolean> | null = null;

  constructor(client: MongoClient, { namespace, after, time, batchSize, bson }: CopyOptions) {
    const { db, coll } = splitNamespace(namespace);
    // An expression compares values of all types in the order of the index; a plain filter would pass over other types.
    const rest = after ? [{ $match: { $expr: { $gt: ['$_id', { $literal: after._id }] } } }] : [];
    this.#cursor = client.db(db).runCursorCommand(
      {
        aggregate: coll,
        pipeline: [...rest, { $sort: { _id: 1 } }],
        cursor: { batchSize },
        allowDiskUse: true,
        collation: { locale: 'simple' },
        readConcern: { level: 'snapshot', atClusterTime: time },
      },
      // The driver's types leave these out; it hands them on.
      bson as object,
    );
    this.#cursor.setBatchSize(batchSize);
  }

  /** The next documents, at most `max`; none at the end. */
  async next(max: number): Promise<readonly Document[]> {
    const hasNext = await (this.#ahead ?? this.#cursor.hasNext());
    this.#ahead = null;
    if (!hasNext) return [];
    const documents = this.#cursor.readBufferedDocuments(max);
    if (this.#cursor.bufferedCount() === 0) {
      this.#ahead = this.#cursor.hasNext();
      // It is told to who asks next.
      this.#ahead.catch(() => undefined);
    }
    return documents;
  }

  async close(): Promise<void> {
    await this.#cursor.close().catch(() => undefined);
  }
}
