import { MillraceError, type RecordPlace, type TopicPartition } from '@millrace/sdk';
import { type ClientSession, type Collection, Long } from 'mongodb';

/** A consumer offset that lies in the target, written in the transaction of what it covers. */
interface StoredOffset {
  readonly _id: { readonly connector: string; readonly topic: string; readonly partition: number };
  /** The offset of the record to be written next. */
  readonly offset: Long;
  /** Counts the tasks that have taken the partition; only the last one may write. */
  readonly epoch: number;
}

interface Claim {
  readonly id: StoredOffset['_id'];
  readonly epoch: number;
  /** Null: in doubt, to be read again. */
  next: number | null;
}

/** How far a transaction moves a partition: offsets of the record to be written next. */
export interface Move extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

/** The code of an error that says that another task has a partition now. */
export const FENCED = 'MONGODB_FENCED';

/**
 * Offsets of one connector in the target. Who is given a partition raises its epoch, and each transaction checks it: a task that was
 * declared dead and lives on can write nothing more.
 */
export class OffsetFence {
  readonly #collection: Collection<StoredOffset>;
  readonly #connector: string;
  readonly #claims = new Map<string, Claim>();

  constructor(collection: Collection<StoredOffset>, connector: string) {
    this.#collection = collection;
    this.#connector = connector;
  }

  /** Takes a partition from whoever had it. */
  async take({ topic, partition }: TopicPartition): Promise<Claim> {
    const id = { connector: this.#connector, topic, partition };
    const stored = await this.#collection.findOneAndUpdate(
      { _id: id },
      { $inc: { epoch: 1 }, $setOnInsert: { offset: Long.ZERO } },
      { upsert: true, returnDocument: 'after' },
    );
    const claim = { id, epoch: stored?.epoch ?? 0, next: Number(stored?.offset ?? 0) };
    this.#claims.set(nameOf({ topic, partition }), claim);
    return claim;
  }

  /** Sets offsets, for whoever takes the partitions next: who has them now is fenced. */
  async set(positions: readonly RecordPlace[]): Promise<void> {
    for (const { topic, partition, offset } of positions) {
      const id = { connector: this.#connector, topic, partition };
      const update = { $inc: { epoch: 1 }, $set: { offset: Long.fromNumber(offset) } };
      await this.#collection.updateOne({ _id: id }, update, { upsert: true });
    }
  }

  /** The same with all partitions, to the beginning. */
  async reset(): Promise<void> {
    const update = { $inc: { epoch: 1 }, $set: { offset: Long.ZERO } };
    await this.#collection.updateMany({ '_id.connector': this.#connector } as never, update);
  }

  /** Gives a partition back. */
  drop(partition: TopicPartition): void {
    this.#claims.delete(nameOf(partition));
  }

  /** The offset of the record to be written next. @throws {MillraceError} FENCED */
  async next(partition: TopicPartition): Promise<number> {
    const claim = this.#claims.get(nameOf(partition)) ?? (await this.take(partition));
    if (claim.next !== null) return claim.next;
    const stored = await this.#collection.findOne({ _id: claim.id, epoch: claim.epoch });
    if (!stored) throw fenced(partition);
    claim.next = Number(stored.offset);
    return claim.next;
  }

  /** Within the transaction: moves the offset, if it is where it was. @throws {MillraceError} class transient where it is not: ask `next` */
  async advance(session: ClientSession, move: Move): Promise<void> {
    const claim = this.#claims.get(nameOf(move));
    if (!claim) throw new TypeError('the partition was not taken');
    // A commit whose answer was lost may arrive late: the offset tells.
    const filter = { _id: claim.id, epoch: claim.epoch, offset: Long.fromNumber(move.from) };
    const update = { $set: { offset: Long.fromNumber(move.to) } };
    const { matchedCount } = await this.#collection.updateOne(filter, update, { session });
    if (matchedCount === 1) return;
    throw new MillraceError(
      `The stored offset of partition ${move.partition} of ${move.topic} is not where it was.`,
      {
        code: 'MONGODB_OFFSET_MOVED',
        class: 'transient',
      },
    );
  }

  /** After a transaction that may have been committed or not: what is stored tells. */
  doubt(): void {
    for (const claim of this.#claims.values()) claim.next = null;
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

function fenced({ topic, partition }: TopicPartition): MillraceError {
  return new MillraceError(`Another task has taken over partition ${partition} of ${topic}.`, {
    code: FENCED,
    class: 'transient',
    hint: 'Nothing, if it happens once: the partition went to another task. If it goes on, two connectors of one name write to this database.',
  });
}
