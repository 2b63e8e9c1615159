import type { Uuid } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import {
  appendErrorToClient,
  type CoordinatorEffect,
  type CoordinatorState,
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
import { overlayBatches, type StateBatch } from './state-batches.ts';

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

  loaded(): readonly ShareStateEffect[] {
    return [];
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
  const batches = overlayBatches(state.batches, update.batches, startOffset);
  const ahead = update.batches.flatMap((batch) => aheadOf(state.batches, batch));
  return {
    ...state,
    leaderEpoch: update.leaderEpoch === UNSET ? state.leaderEpoch : update.leaderEpoch,
    startOffset,
    deliveryCompleteCount: update.deliveryCompleteCount,
    batches: ahead.length === 0 ? batches : overlayBatches(batches, ahead, startOffset),
  };
}

/** What is known that is newer than a batch which gives records back: that they are done with, or were delivered more often. */
function aheadOf(known: readonly StateBatch[], given: StateBatch): readonly StateBatch[] {
  if (given.deliveryState !== AVAILABLE) return [];
  return known
    .filter((batch) => batch.firstOffset <= given.lastOffset && batch.lastOffset >= given.firstOffset)
    .filter((batch) => isFinal(batch.deliveryState) || batch.deliveryCount > given.deliveryCount)
    .map((batch) => ({
      ...batch,
      firstOffset: Math.max(batch.firstOffset, given.firstOffset),
      lastOffset: Math.min(batch.lastOffset, given.lastOffset),
    }));
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
