import type { Uuid } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import {
  appendErrorToClient,
  type CoordinatorEffect,
  type CoordinatorState,
  collectEffects,
  type EffectOutbox,
  type ReplyTo,
} from '../coordinator/effects.ts';
import { AVAILABLE, isFinal } from './delivery-state.ts';
import {
  type SharePartitionKey,
  type SharePartitionState,
  type SharePartitionUpdate,
  type ShareStateRecord,
  sharePartitionName,
  UNSET,
} from './share-state-record.ts';
import { inOrder, overlayBatches, type StateBatch } from './state-batches.ts';

export type ShareStateEffect = CoordinatorEffect<ShareStateRecord>;
export type ShareStateOutbox = EffectOutbox<ShareStateRecord>;

/** Null, or why the state was not changed. */
export interface ShareStateResult {
  readonly error: ErrorName | null;
}

export interface ShareStateRules {
  /** `share.coordinator.snapshot.update.records.per.snapshot` */
  readonly updatesPerSnapshot: number;
  readonly hasPartition: (topicId: Uuid, partition: number) => boolean;
}

/** What is known of one share partition. */
export interface KeptSharePartition {
  readonly key: SharePartitionKey;
  readonly state: SharePartitionState;
  /** Since the last snapshot, which stands at that offset. */
  readonly updates: number;
  readonly snapshotOffset: number;
}

/** The share partitions of one partition of `__share_group_state`; what is kept of them changes by replay alone. */
export class ShareStateShard implements CoordinatorState<ShareStateRecord> {
  readonly rules: ShareStateRules;
  readonly #kept = new Map<string, KeptSharePartition>();
  #endOffset = 0;

  constructor(rules: ShareStateRules) {
    this.rules = rules;
  }

  replay({ kind, key, value }: ShareStateRecord, at: { readonly offset: number }): void {
    const name = sharePartitionName(key);
    this.#endOffset = at.offset + 1;
    if (value === null) {
      this.#kept.delete(name);
    } else if (kind === 'snapshot') {
      this.#kept.set(name, { key, state: value, updates: 0, snapshotOffset: at.offset });
    } else {
      const known = this.#kept.get(name);
      // What an update says without its snapshot, which was deleted, is of a partition that has ended.
      if (known === undefined) return;
      this.#kept.set(name, { ...known, state: updated(known.state, value), updates: known.updates + 1 });
    }
  }

  /** Nobody writes in a transaction here. */
  replayMarker(): void {}

  /** Topics may have been deleted while nobody had this partition. */
  loaded(): readonly ShareStateEffect[] {
    return dropDeletedTopics(this);
  }

  get(key: SharePartitionKey): KeptSharePartition | undefined {
    return this.#kept.get(sharePartitionName(key));
  }

  all(): Iterable<KeptSharePartition> {
    return this.#kept.values();
  }

  /** Past the last record. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Records below this offset say nothing any more that later ones don't. */
  get redundantBelow(): number {
    let lowest = this.#endOffset;
    for (const { snapshotOffset } of this.#kept.values()) lowest = Math.min(lowest, snapshotOffset);
    return lowest;
  }
}

/** A state and what has changed. An update that comes late, behind one that was sent after it, takes nothing back. */
export function updated(state: SharePartitionState, update: SharePartitionUpdate): SharePartitionState {
  const startOffset = Math.max(state.startOffset, update.startOffset);
  const given = inOrder(update.batches);
  const batches = overlayBatches(state.batches, given, startOffset);
  const ahead = aheadOf(state.batches, given);
  return {
    ...state,
    leaderEpoch: update.leaderEpoch === UNSET ? state.leaderEpoch : update.leaderEpoch,
    startOffset,
    deliveryCompleteCount: update.deliveryCompleteCount,
    batches: ahead.length === 0 ? batches : overlayBatches(batches, ahead, startOffset),
  };
}

/**
 * What is known that is newer than batches which give records back: that they are done with, or were delivered more often. Both are sorted
 * and without an overlap.
 */
function aheadOf(known: readonly StateBatch[], given: readonly StateBatch[]): readonly StateBatch[] {
  const ahead: StateBatch[] = [];
  let from = 0;
  for (const { firstOffset, lastOffset, deliveryState, deliveryCount } of given) {
    while ((known[from]?.lastOffset ?? firstOffset) < firstOffset) from += 1;
    if (deliveryState !== AVAILABLE) continue;
    for (let at = from; (known[at]?.firstOffset ?? Number.POSITIVE_INFINITY) <= lastOffset; at += 1) {
      const batch = known[at];
      if (batch === undefined || !(isFinal(batch.deliveryState) || batch.deliveryCount > deliveryCount))
        continue;
      ahead.push({
        ...batch,
        firstOffset: Math.max(batch.firstOffset, firstOffset),
        lastOffset: Math.min(batch.lastOffset, lastOffset),
      });
    }
  }
  return ahead;
}

/** Forgets the partitions of topics that are gone. Where it fails, the next deletion, loading or pruning tries again. */
export function dropDeletedTopics(shard: ShareStateShard): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    const records = [...shard.all()]
      .filter(({ key }) => !shard.rules.hasPartition(key.topicId, key.partition))
      .map(({ key }): ShareStateRecord => ({ kind: 'snapshot', key, value: null }));
    if (records.length > 0) out.appendApart(records, () => undefined);
  });
}

/** Appends what there is to append, and answers once the state is committed as it is then. */
export function appendState(
  out: ShareStateOutbox,
  records: readonly ShareStateRecord[],
  reply: ReplyTo<ShareStateResult>,
): void {
  out.appendOrSettle(records, (error, _now, later) =>
    later.reply(reply, { error: error === null ? null : appendErrorToClient(error) }),
  );
}

/** @returns what is wrong with the partition that a command is about, whatever it wants */
export function keyProblem(
  shard: ShareStateShard,
  { topicId, partition }: SharePartitionKey,
): ErrorName | null {
  if (partition < 0) return 'INVALID_REQUEST';
  return shard.rules.hasPartition(topicId, partition) ? null : 'UNKNOWN_TOPIC_OR_PARTITION';
}
