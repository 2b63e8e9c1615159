import { collectEffects, type ReplyTo } from '../coordinator/effects.ts';
import { type SharePartitionKey, type ShareStateRecord, UNSET } from './share-state-record.ts';
import {
  appendState,
  type ShareStateEffect,
  type ShareStateResult,
  type ShareStateShard,
} from './share-state-shard.ts';

export interface DeleteShareStateCommand {
  readonly reply: ReplyTo<ShareStateResult>;
  readonly key: SharePartitionKey;
  /** What has begun in a later epoch stays: the request is late. UNSET: whatever there is. */
  readonly stateEpoch: number;
}

/** DeleteShareGroupState: what is stored is forgotten; nothing where nothing is. */
export function deleteShareState(
  shard: ShareStateShard,
  { reply, key, stateEpoch }: DeleteShareStateCommand,
): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    const state = shard.get(key)?.state;
    const isMeant = state !== undefined && (stateEpoch === UNSET || state.stateEpoch <= stateEpoch);
    if (key.partition < 0) out.reply(reply, { error: 'INVALID_REQUEST' });
    else appendState(out, isMeant ? [{ kind: 'snapshot', key, value: null }] : [], reply);
  });
}
