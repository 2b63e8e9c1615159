import type { Now } from '@millrace/foundation/types';
import { collectEffects, type ReplyTo } from '../coordinator/effects.ts';
import { type SharePartitionKey, type ShareStateRecord, UNSET } from './share-state-record.ts';
import {
  appendState,
  keyProblem,
  type ShareStateEffect,
  type ShareStateResult,
  type ShareStateShard,
} from './share-state-shard.ts';

export interface InitializeShareStateCommand {
  readonly reply: ReplyTo<ShareStateResult>;
  readonly key: SharePartitionKey;
  readonly stateEpoch: number;
  /** UNSET where the partition's leader is to find out. */
  readonly startOffset: number;
}

/**
 * InitializeShareGroupState: the group begins in a partition, or begins anew with a higher epoch: what was delivered before is
 * forgotten. Asked again with the same epoch, it changes nothing: the answer was lost, or the request late.
 */
export function initializeShareState(
  shard: ShareStateShard,
  { reply, key, stateEpoch, startOffset }: InitializeShareStateCommand,
  now: Now,
): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    const before = shard.get(key)?.state;
    const problem = keyProblem(shard, key);
    if (problem !== null) {
      out.reply(reply, { error: problem });
      return;
    }
    if (before !== undefined && before.stateEpoch > stateEpoch) {
      out.reply(reply, { error: 'FENCED_STATE_EPOCH' });
      return;
    }
    if (before !== undefined && before.stateEpoch === stateEpoch) {
      appendState(out, [], reply);
      return;
    }
    const value = {
      snapshotEpoch: before === undefined ? 0 : before.snapshotEpoch + 1,
      stateEpoch,
      leaderEpoch: before?.leaderEpoch ?? 0,
      startOffset,
      deliveryCompleteCount: startOffset === UNSET ? UNSET : 0,
      createMs: now.wallMs,
      writeMs: now.wallMs,
      batches: [],
    };
    appendState(out, [{ kind: 'snapshot', key, value }], reply);
  });
}
