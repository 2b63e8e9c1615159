import {
  isOfAnotherTopic,
  MillraceError,
  type OpenedPartition,
  type RecordPlace,
  type TopicPartition,
} from '@millrace/sdk';
import { type ClientSession, type Collection, Long } from 'mongodb';

/** A consumer offset that lies in the target, written in the transaction of what it covers. */
interface StoredOffset {
  readonly _id: { readonly connector: string; readonly topic: string; readonly partition: number };
  /** The offset of the record to be written next. */
  readonly offset: Long;
  /** Counts the tasks that have taken the partition; only the last one may write. */
  readonly epoch: number;
  /** Of the topic that it was written of; missing or null where that is not known. */
  readonly topicId?: string | null;
}

interface Claim {
  readonly id: StoredOffset['_id'];
  readonly epoch: number;
  /** Of the topic as it is now; null: not known. */
  readonly topicId: string | null;
  /** Null: in doubt, to be read again. */
  stored: Pick<StoredOffset, 'offset' | 'topicId'> | null;
}

/** Where a partition stands. */
export interface Standing {
  /** The offset of the record to be written next. */
  readonly next: number;
  /** What is stored, of whichever topic of that name. */
  readonly stored: Pick<StoredOffset, 'offset' | 'topicId'>;
}

/** How far a transaction moves a partition, from where it was found, to the offset of the record to be written next. */
export interface Move extends TopicPartition {
  readonly from: Standing;
  readonly to: number;
}

/** The code of an error that says that another task has a partition now. */
export const FENCED = 'MONGODB_FENCED';

/**
 * Offsets of one connector in the target. Who is given a partition raises its epoch, and each transaction checks it: a task that was
 * declared dead and lives on can write nothing more. A topic that was made anew begins anew, by its id: what is stored is another's until
 * something of it is written.
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
  async take({ topic, partition, topicId }: OpenedPartition): Promise<Claim> {
    const id = { connector: this.#connector, topic, partition };
    const taken = {
      epoch: { $add: [{ $ifNull: ['$epoch', 0] }, 1] },
      offset: { $ifNull: ['$offset', Long.ZERO] },
      topicId: { $ifNull: ['$topicId', topicId] },
    };
    const options = { upsert: true, returnDocument: 'after' } as const;
    const stored = await this.#collection.findOneAndUpdate({ _id: id }, [{ $set: taken }], options);
    const claim: Claim = { id, epoch: stored?.epoch ?? 0, topicId, stored };
    this.#claims.set(nameOf({ topic, partition }), claim);
    return claim;
  }

  /** Sets offsets, for whoever takes the partitions next, and of whichever topic: who has them now is fenced. */
  async set(positions: readonly RecordPlace[]): Promise<void> {
    for (const { topic, partition, offset } of positions) {
      const id = { connector: this.#connector, topic, partition };
      const update = { $inc: { epoch: 1 }, $set: { offset: Long.fromNumber(offset), topicId: null } };
      await this.#collection.updateOne({ _id: id }, update, { upsert: true });
    }
  }

  /** The same with all partitions, to the beginning. */
  async reset(): Promise<void> {
    const update = { $inc: { epoch: 1 }, $set: { offset: Long.ZERO, topicId: null } };
    await this.#collection.updateMany({ '_id.connector': this.#connector } as never, update);
  }

  /** Gives a partition back. */
  drop(partition: TopicPartition): void {
    this.#claims.delete(nameOf(partition));
  }

  /** @throws {MillraceError} FENCED */
  async standing(partition: TopicPartition): Promise<Standing> {
    const claim = this.#claims.get(nameOf(partition)) ?? (await this.take({ ...partition, topicId: null }));
    claim.stored ??= await this.#collection.findOne({ _id: claim.id, epoch: claim.epoch });
    if (!claim.stored) throw fenced(partition);
    const { stored } = claim;
    return { next: isOfAnotherTopic(stored.topicId, claim.topicId) ? 0 : Number(stored.offset), stored };
  }

  /** Within the transaction: moves the offset, if it is where it was. @throws {MillraceError} class transient where it is not: ask `standing` */
  async advance(session: ClientSession, move: Move): Promise<void> {
    const claim = this.#claims.get(nameOf(move));
    if (!claim) throw new TypeError('the partition was not taken');
    const { stored } = move.from;
    // A commit whose answer was lost may arrive late: the offset tells.
    const filter = { _id: claim.id, epoch: claim.epoch, offset: stored.offset };
    const topicId = claim.topicId ?? stored.topicId ?? null;
    const update = { $set: { offset: Long.fromNumber(move.to), topicId } };
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
    for (const claim of this.#claims.values()) claim.stored = null;
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
