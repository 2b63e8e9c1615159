import { kafkaError } from '@millrace/protocol';
import type { AcknowledgeType, TopicPartition } from '../types.ts';
import { RecordLock, type Said } from './record-lock.ts';
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
  /** Those of `offsets` whose lock is to begin anew. */
  readonly renewals: readonly number[];
}

/**
 * What is to be told in a session, a request for each that is not empty: of a partition a broker takes in all that a request says
 * or nothing (INVALID_RECORD_STATE), so that what may be refused must not take along what would not.
 */
export interface Words {
  readonly inTime: readonly PartitionAcknowledgements[];
  /** Which a group may forbid (`share.renew.acknowledge.enable`). */
  readonly renewals: readonly PartitionAcknowledgements[];
  /** Said when the lock had ended. */
  readonly late: readonly PartitionAcknowledgements[];
}

/** A record that is held: its lock where nothing was said yet, else the word that was not sent yet. A gap is no record. */
type State = RecordLock | Said | 'gap';

interface Held {
  readonly partition: SharePartition;
  readonly session: ShareSession;
  readonly offsets: Map<number, State>;
  /** How many have a word that was not sent yet. */
  pending: number;
}

/** A lock, and the session that it was given in. */
export interface HeldLock {
  readonly lock: RecordLock;
  readonly session: ShareSession;
}

export type RecordId = TopicPartition & { readonly offset: number };

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
    lock: RecordLock,
    { offsets, gaps }: { readonly offsets: readonly number[]; readonly gaps: readonly number[] },
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
      if (before !== undefined && hasWord(before)) held.pending -= 1;
      if (before === undefined || !isOpen(before)) this.#records += 1;
      held.offsets.set(offset, lock);
    }
    for (const offset of gaps) held.offsets.set(offset, 'gap');
    held.pending += gaps.length;
  }

  /**
   * Answers the lock under which it was said.
   * @throws {MillraceError} INVALID_RECORD_STATE where the record is not held, or no longer; UNSUPPORTED_VERSION
   */
  say({ topic, partition, offset }: RecordId, type: AcknowledgeType): RecordLock {
    const held = this.#held.get(`${topic}-${partition}`);
    const state = held?.offsets.get(offset);
    if (held === undefined || state === undefined || state === 'gap')
      throw kafkaError(
        'INVALID_RECORD_STATE',
        `offset ${offset} of ${topic}-${partition} is not held by this consumer`,
      );
    if (type === 'renew' && !held.session.canRenew)
      throw kafkaError('UNSUPPORTED_VERSION', 'the cluster or the group does not renew locks (KIP-1222)');
    const lock = state instanceof RecordLock ? state : state.lock;
    const said = lock.said(type);
    if (!hasWord(state)) held.pending += 1;
    this.#records += Number(isOpen(said)) - Number(isOpen(state));
    held.offsets.set(offset, said);
    return lock;
  }

  /** Whether the record is held and has no last word. */
  isOpen({ topic, partition, offset }: RecordId): boolean {
    const state = this.#held.get(`${topic}-${partition}`)?.offsets.get(offset);
    return state !== undefined && isOpen(state);
  }

  /** The lock of a record that is held without a last word; null for others. */
  lockOf({ topic, partition, offset }: RecordId): HeldLock | null {
    const held = this.#held.get(`${topic}-${partition}`);
    const state = held?.offsets.get(offset);
    if (held === undefined || state === undefined || !isOpen(state)) return null;
    return { lock: state instanceof RecordLock ? state : state.lock, session: held.session };
  }

  /** Begins the lock of such offsets anew as are still without a last word. */
  renewed(
    partition: TopicPartition,
    session: ShareSession,
    offsets: readonly number[],
    lock: RecordLock,
  ): void {
    const held = this.#held.get(keyOf(partition));
    if (held === undefined || held.session !== session) return;
    for (const offset of offsets) {
      const state = held.offsets.get(offset);
      if (state instanceof RecordLock) held.offsets.set(offset, lock);
      else if (state !== undefined && state !== 'gap') held.offsets.set(offset, lock.said(state.type));
    }
  }

  /** Forgets records whose lock has ended while nobody said anything of them: they are somebody else's. */
  expire(nowMs: number): void {
    for (const [key, { offsets }] of this.#held) {
      for (const [offset, state] of offsets) {
        if (!(state instanceof RecordLock && state.hasEnded(nowMs))) continue;
        offsets.delete(offset);
        this.#records -= 1;
      }
      if (offsets.size === 0) this.#held.delete(key);
    }
  }

  /** Forgets records that nothing was said of and nobody will. */
  drop(records: readonly RecordId[]): void {
    for (const { topic, partition, offset } of records) {
      const held = this.#held.get(`${topic}-${partition}`);
      if (!(held?.offsets.get(offset) instanceof RecordLock)) continue;
      held.offsets.delete(offset);
      this.#records -= 1;
      if (held.offsets.size === 0) this.#held.delete(keyOf(held.partition));
    }
  }

  /** Sessions with something to be told. */
  sessions(): ReadonlySet<ShareSession> {
    return new Set(
      [...this.#held.values()].flatMap(({ session, pending }) => (pending > 0 ? [session] : [])),
    );
  }

  /** Takes what is to be told in a session. Renewed records stay held, the others are no longer. */
  take(session: ShareSession, nowMs: number): Words {
    const words = { inTime: [], renewals: [], late: [] } as Record<keyof Words, PartitionAcknowledgements[]>;
    const kindOf = (state: Said | 'gap'): keyof Words => {
      if (state === 'gap') return 'inTime';
      if (state.lock.hasEnded(nowMs)) return 'late';
      return state.type === 'renew' ? 'renewals' : 'inTime';
    };
    for (const [key, held] of this.#held) {
      if (held.session !== session || held.pending === 0) continue;
      const said: [number, Said | 'gap'][] = [];
      for (const [offset, state] of held.offsets)
        if (!(state instanceof RecordLock)) said.push([offset, state]);
      said.sort(([a], [b]) => a - b);
      for (const [offset, state] of said) {
        if (state !== 'gap' && state.type === 'renew') held.offsets.set(offset, state.lock);
        else held.offsets.delete(offset);
      }
      held.pending = 0;
      if (held.offsets.size === 0) this.#held.delete(key);
      for (const kind of ['inTime', 'renewals', 'late'] as const) {
        const some = said.filter(([, state]) => kindOf(state) === kind);
        if (some.length > 0) words[kind].push(toldOf(held.partition, some));
      }
    }
    return words;
  }

  /** What asks for the locks of such of these records to begin anew as are held in the session without a last word. */
  renewing(session: ShareSession, records: readonly RecordId[]): readonly PartitionAcknowledgements[] {
    const byPartition = new Map<Held, number[]>();
    for (const { topic, partition, offset } of records) {
      const held = this.#held.get(`${topic}-${partition}`);
      const state = held?.offsets.get(offset);
      if (held === undefined || held.session !== session || state === undefined || !isOpen(state)) continue;
      const offsets = byPartition.get(held) ?? [];
      byPartition.set(held, offsets);
      offsets.push(offset);
    }
    return [...byPartition].map(([{ partition }, offsets]) => {
      const type = typeIds.renew;
      const sorted = offsets.sort((a, b) => a - b);
      const batches = batchesOf(sorted.map((offset) => ({ offset, type })));
      return { ...partition, offsets: sorted, batches, renewals: sorted };
    });
  }

  /** The session is over. Answers what was to be told in it, and now is not. */
  lose(session: ShareSession): readonly PartitionAcknowledgements[] {
    const { inTime, renewals } = this.take(session, Number.NEGATIVE_INFINITY);
    for (const held of [...this.#held.values()]) if (held.session === session) this.#forget(held);
    return [...inTime, ...renewals];
  }

  #forget(held: Held): void {
    for (const state of held.offsets.values()) if (isOpen(state)) this.#records -= 1;
    this.#held.delete(keyOf(held.partition));
  }
}

function toldOf(
  partition: SharePartition,
  said: readonly (readonly [number, Said | 'gap'])[],
): PartitionAcknowledgements {
  const typeOf = (state: Said | 'gap') => (state === 'gap' ? 'gap' : state.type);
  return {
    ...partition,
    offsets: said.flatMap(([offset, state]) => (state === 'gap' ? [] : [offset])),
    batches: batchesOf(said.map(([offset, state]) => ({ offset, type: typeIds[typeOf(state)] }))),
    renewals: said.flatMap(([offset, state]) => (typeOf(state) === 'renew' ? [offset] : [])),
  };
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
function isOpen(state: State): state is RecordLock | Said {
  return state instanceof RecordLock || (state !== 'gap' && state.type === 'renew');
}

function hasWord(state: State): boolean {
  return !(state instanceof RecordLock);
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
