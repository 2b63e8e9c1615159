import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import { collectEffects, type ReplyTo } from '../coordinator/effects.ts';
import { type SharePartitionKey, type ShareStateRecord, UNSET } from './share-state-record.ts';
import {
  appendState,
  type KeptSharePartition,
  keyProblem,
  type ShareStateEffect,
  type ShareStateResult,
  type ShareStateShard,
  updated,
} from './share-state-shard.ts';
import type { StateBatch } from './state-batches.ts';

export interface WriteShareStateCommand {
  readonly reply: ReplyTo<ShareStateResult>;
  readonly key: SharePartitionKey;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  /** UNSET where it does not change. */
  readonly startOffset: number;
  /** UNSET where the writer does not count. */
  readonly deliveryCompleteCount: number;
  readonly batches: readonly StateBatch[];
}

/** WriteShareGroupState: what has changed in a partition; now and then the whole as a snapshot, so that loading is short. */
export function writeShareState(
  shard: ShareStateShard,
  command: WriteShareStateCommand,
  now: Now,
): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    const { reply, key, startOffset, deliveryCompleteCount, batches } = command;
    const kept = shard.get(key);
    if (kept === undefined) {
      out.reply(reply, { error: keyProblem(shard, key) ?? 'INVALID_REQUEST' });
      return;
    }
    const problem = writeProblem(kept, command) ?? keyProblem(shard, key);
    if (problem !== null) {
      out.reply(reply, { error: problem });
      return;
    }
    const { snapshotEpoch } = kept.state;
    const leaderEpoch = command.leaderEpoch;
    const update = { snapshotEpoch, leaderEpoch, startOffset, deliveryCompleteCount, batches };
    if (kept.updates < shard.rules.updatesPerSnapshot) {
      appendState(out, [{ kind: 'update', key, value: update }], reply);
      return;
    }
    const value = { ...updated(kept.state, update), snapshotEpoch: snapshotEpoch + 1, writeMs: now.wallMs };
    appendState(out, [{ kind: 'snapshot', key, value }], reply);
  });
}

function writeProblem(
  { state }: KeptSharePartition,
  { stateEpoch, leaderEpoch }: WriteShareStateCommand,
): ErrorName | null {
  if (leaderEpoch !== UNSET && leaderEpoch < state.leaderEpoch) return 'FENCED_LEADER_EPOCH';
  // Who knows another state than this one has not heard that the group began anew.
  return stateEpoch !== UNSET && stateEpoch !== state.stateEpoch ? 'FENCED_STATE_EPOCH' : null;
}
