import { MillraceError } from '@millrace/sdk';
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
  next: number;
}

/**
 * Offsets of one connector in the target. Who takes a partition raises its epoch, and each transaction checks it: a task that was
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

  /** Takes a partition, unless it is held already; gives the offset of the record to be written next. */
  async claim(topic: string, partition: number): Promise<number> {
    const name = `${topic}-${partition}`;
    const held = this.#claims.get(name);
    if (held) return held.next;
    const id = { connector: this.#connector, topic, partition };
    const stored = await this.#collection.findOneAndUpdate(
      { _id: id },
      { $inc: { epoch: 1 }, $setOnInsert: { offset: Long.ZERO } },
      { upsert: true, returnDocument: 'after', promoteValues: true },
    );
    const next = Number(stored?.offset ?? 0);
    this.#claims.set(name, { id, epoch: stored?.epoch ?? 0, next });
    return next;
  }

  /** Within the transaction: stores the offset of the record to be written next. @throws {MillraceError} where another task has the partition */
  async advance(session: ClientSession, topic: string, partition: number, next: number): Promise<void> {
    const claim = this.#claims.get(`${topic}-${partition}`);
    if (!claim) throw new TypeError('the partition was not claimed');
    const { matchedCount } = await this.#collection.updateOne(
      { _id: claim.id, epoch: claim.epoch },
      { $set: { offset: Long.fromNumber(next) } },
      { session },
    );
    if (matchedCount === 1) return;
    throw new MillraceError(`Another task has taken over partition ${partition} of ${topic}.`, {
      code: 'MONGODB_FENCED',
      class: 'transient',
      hint: 'Nothing, if it happens once: the partition went to another task. If it goes on, two connectors of one name write to this database.',
    });
  }

  /** After the commit. */
  advanced(topic: string, partition: number, next: number): void {
    const claim = this.#claims.get(`${topic}-${partition}`);
    if (claim) claim.next = next;
  }

  /** Forgets what it holds: what is stored may be further, or belong to another task. */
  release(): void {
    this.#claims.clear();
  }
}
