import type { ErrorName } from '@millrace/protocol';
import { collectEffects, type ReplyTo } from '../coordinator/effects.ts';
import {
  type SharePartitionKey,
  type SharePartitionState,
  type ShareStateRecord,
  UNSET,
} from './share-state-record.ts';
import {
  appendState,
  keyProblem,
  type ShareStateEffect,
  type ShareStateResult,
  type ShareStateShard,
} from './share-state-shard.ts';

/** What is stored of a share partition, or why that is not told. */
export type ReadShareStateResult =
  | { readonly error: ErrorName }
  | { readonly error: null; readonly state: SharePartitionState };

export interface ReadShareStateQuery {
  readonly key: SharePartitionKey;
  /** Of the partition's leader that asks; UNSET where it does not say. */
  readonly leaderEpoch: number;
}

/** ReadShareGroupState: what the leader of a partition begins with. Its epoch has to be noted first, see `noteLeaderEpoch`. */
export function readShareState(
  shard: ShareStateShard,
  { key, leaderEpoch }: ReadShareStateQuery,
): ReadShareStateResult {
  const problem = keyProblem(shard, key);
  if (problem !== null) return { error: problem };
  const state = shard.get(key)?.state;
  if (state === undefined) return { error: 'INVALID_REQUEST' };
  const isOlder = leaderEpoch !== UNSET && leaderEpoch < state.leaderEpoch;
  return isOlder ? { error: 'FENCED_LEADER_EPOCH' } : { error: null, state };
}

/** Whether a leader is newer than any that was heard of. */
export function isNewLeader(shard: ShareStateShard, { key, leaderEpoch }: ReadShareStateQuery): boolean {
  const state = shard.get(key)?.state;
  return state !== undefined && leaderEpoch > state.leaderEpoch;
}

/** Notes a new leader, so that an older one that still believes to be it cannot write any more. */
export function noteLeaderEpoch(
  shard: ShareStateShard,
  { reply, key, leaderEpoch }: ReadShareStateQuery & { readonly reply: ReplyTo<ShareStateResult> },
): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    const state = shard.get(key)?.state;
    if (state === undefined || leaderEpoch <= state.leaderEpoch) {
      appendState(out, [], reply);
      return;
    }
    const { snapshotEpoch, startOffset, deliveryCompleteCount } = state;
    const value = { snapshotEpoch, leaderEpoch, startOffset, deliveryCompleteCount, batches: [] };
    appendState(out, [{ kind: 'update', key, value }], reply);
  });
}

/** ReadShareGroupStateSummary: where the group stands; what nothing is stored of has not begun. */
export function summarizeShareState(shard: ShareStateShard, key: SharePartitionKey): ReadShareStateResult {
  const problem = keyProblem(shard, key);
  if (problem !== null) return { error: problem };
  return { error: null, state: shard.get(key)?.state ?? NOT_BEGUN };
}

const NOT_BEGUN: SharePartitionState = {
  snapshotEpoch: 0,
  stateEpoch: 0,
  leaderEpoch: 0,
  startOffset: UNSET,
  deliveryCompleteCount: UNSET,
  createMs: UNSET,
  writeMs: UNSET,
  batches: [],
};
