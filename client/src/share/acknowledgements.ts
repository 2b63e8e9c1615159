import { kafkaError } from '@millrace/protocol';
import type { AcknowledgeType, TopicPartition } from '../types.ts';
import type { SharePartition, ShareSession } from './share-session.ts';

/** As on the wire; a gap is an offset that was acquired and has no record, such as a transaction's marker. */
const typeIds: Record<AcknowledgeType | 'gap', number> = {
  gap: 0,
  accept: 1,
  release: 2,
  reject: 3,
  renew: 4,
};

/** Offsets in a row with what is said of them: one type for all, or one for each. */
export interface AcknowledgementBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly acknowledgeTypes: readonly number[];
}

/** What goes to one broker for one partition. */
export interface PartitionAcknowledgements extends SharePartition {
  readonly offsets: readonly number[];
  readonly batches: readonly AcknowledgementBatch[];
  readonly hasRenewals: boolean;
}

interface Held {
  readonly partition: SharePartition;
  readonly session: ShareSession;
  /** Offsets that the member holds, with what is to be said of them; null: nothing yet. */
  readonly offsets: Map<number, AcknowledgeType | 'gap' | null>;
  /** How many have a word that was not sent yet. */
  pending: number;
}

/** What a member has acquired, and what it has said of it. Pure. */
export class Acknowledgements {
  readonly #held = new Map<string, Held>();
  #records = 0;

  /** Records that are held without a last word. */
  get heldRecords(): number {
    return this.#records;
  }

  /** Takes acquired records in. What was held of the partition in another session is lost. */
  hold(
    partition: SharePartition,
    session: ShareSession,
    offsets: readonly number[],
    gaps: readonly number[],
  ): void {
    let held = this.#held.get(keyOf(partition));
    if (held !== undefined && held.session !== session) {
      this.#forget(held);
      held = undefined;
    }
    if (held === undefined) {
      held = { partition, session, offsets: new Map(), pending: 0 };
      this.#held.set(keyOf(partition), held);
    }
    for (const offset of offsets) {
      const before = held.offsets.get(offset);
      // Its lock had ended, and here it is again: what was said of it has come too late.
      if (before !== undefined && before !== null) held.pending -= 1;
      if (before === undefined || !isOpen(before)) this.#records += 1;
      held.offsets.set(offset, null);
    }
    for (const offset of gaps) held.offsets.set(offset, 'gap');
    held.pending += gaps.length;
  }

  /** @throws {MillraceError} INVALID_RECORD_STATE where the record is not held, or no longer */
  say(
    { topic, partition, offset }: TopicPartition & { readonly offset: number },
    type: AcknowledgeType,
  ): void {
    const held = this.#held.get(`${topic}-${partition}`);
    const said = held?.offsets.get(offset);
    if (held === undefined || said === undefined || said === 'gap')
      throw kafkaError(
        'INVALID_RECORD_STATE',
        `offset ${offset} of ${topic}-${partition} is not held by this consumer`,
      );
    if (said === null) held.pending += 1;
    this.#records += Number(isOpen(type)) - Number(isOpen(said));
    held.offsets.set(offset, type);
  }

  /** Whether the record is held. */
  holds({ topic, partition, offset }: TopicPartition & { readonly offset: number }): boolean {
    return this.#held.get(`${topic}-${partition}`)?.offsets.has(offset) ?? false;
  }

  /** Whether the record is held and nothing was said of it. */
  isOpen({ topic, partition, offset }: TopicPartition & { readonly offset: number }): boolean {
    return this.#held.get(`${topic}-${partition}`)?.offsets.get(offset) === null;
  }

  /** Sessions with something to be told. */
  sessions(): ReadonlySet<ShareSession> {
    return new Set(
      [...this.#held.values()].flatMap(({ session, pending }) => (pending > 0 ? [session] : [])),
    );
  }

  /** Takes what is to be told in a session. Renewed records stay held, the others are no longer. */
  take(session: ShareSession): readonly PartitionAcknowledgements[] {
    const taken: PartitionAcknowledgements[] = [];
    for (const [key, held] of this.#held) {
      if (held.session !== session || held.pending === 0) continue;
      const said: [number, AcknowledgeType | 'gap'][] = [];
      for (const [offset, type] of held.offsets) if (type !== null) said.push([offset, type]);
      said.sort(([a], [b]) => a - b);
      for (const [offset, type] of said) {
        if (type === 'renew') held.offsets.set(offset, null);
        else held.offsets.delete(offset);
      }
      held.pending = 0;
      if (held.offsets.size === 0) this.#held.delete(key);
      taken.push({
        ...held.partition,
        offsets: said.flatMap(([offset, type]) => (type === 'gap' ? [] : [offset])),
        batches: batchesOf(said.map(([offset, type]) => ({ offset, type: typeIds[type] }))),
        hasRenewals: said.some(([, type]) => type === 'renew'),
      });
    }
    return taken;
  }

  /** The session is over. Answers what was to be told in it, and now is not. */
  lose(session: ShareSession): readonly PartitionAcknowledgements[] {
    const untold = this.take(session);
    for (const held of this.#held.values()) if (held.session === session) this.#forget(held);
    return untold;
  }

  #forget(held: Held): void {
    for (const type of held.offsets.values()) if (isOpen(type)) this.#records -= 1;
    this.#held.delete(keyOf(held.partition));
  }
}

/** Rows of offsets without a hole, each as short as it can be said. */
export function batchesOf(
  said: readonly { readonly offset: number; readonly type: number }[],
): readonly AcknowledgementBatch[] {
  const batches: { firstOffset: number; lastOffset: number; acknowledgeTypes: number[] }[] = [];
  for (const { offset, type } of said) {
    const last = batches.at(-1);
    if (last !== undefined && last.lastOffset + 1 === offset) {
      last.lastOffset = offset;
      last.acknowledgeTypes.push(type);
    } else {
      batches.push({ firstOffset: offset, lastOffset: offset, acknowledgeTypes: [type] });
    }
  }
  return batches.map((batch) => {
    const [first] = batch.acknowledgeTypes;
    const isUniform = first !== undefined && batch.acknowledgeTypes.every((type) => type === first);
    return isUniform ? { ...batch, acknowledgeTypes: [first] } : batch;
  });
}

/** Whether the last word is still to come. */
function isOpen(said: AcknowledgeType | 'gap' | null): boolean {
  return said === null || said === 'renew';
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
