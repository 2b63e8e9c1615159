import type { Uuid } from '@millrace/foundation/types';
import { collectEffects, type ReplyTo } from '../coordinator/effects.ts';
import type { SharePartitionKey, ShareStateRecord } from './share-state-record.ts';
import {
  appendState,
  type ShareStateEffect,
  type ShareStateResult,
  type ShareStateShard,
} from './share-state-shard.ts';

export interface DeleteShareStateCommand {
  readonly reply: ReplyTo<ShareStateResult>;
  readonly key: SharePartitionKey;
}

/** DeleteShareGroupState: what is stored is forgotten; nothing where nothing is. */
export function deleteShareState(
  shard: ShareStateShard,
  { reply, key }: DeleteShareStateCommand,
): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    if (key.partition < 0) out.reply(reply, { error: 'INVALID_REQUEST' });
    else if (shard.get(key) === undefined) out.reply(reply, { error: null });
    else appendState(out, [{ kind: 'snapshot', key, value: null }], reply);
  });
}

/** Forgets the partitions of topics that are gone. */
export function dropDeletedTopics(
  shard: ShareStateShard,
  isGone: (topicId: Uuid) => boolean,
): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    const gone = [...shard.all()].filter(({ key }) => isGone(key.topicId));
    if (gone.length === 0) return;
    const records = gone.map(({ key }) => ({ kind: 'snapshot', key, value: null }) as const);
    // Where it fails, the next deletion of a topic, or the next loading, tries again.
    out.append(records, () => undefined);
  });
}
