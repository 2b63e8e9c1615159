import type { ErrorName } from '@millrace/protocol';
import { offsetTombstones } from './delete-group.ts';
import { appendErrorToMember, collect, type GroupEffect, type ReplyTo } from './effects.ts';
import type { OffsetGroup } from './group.ts';
import type { GroupShard } from './group-shard.ts';

export interface DeleteOffsetsCommand {
  readonly reply: ReplyTo<DeleteOffsetsResult>;
  readonly group: string;
  readonly offsets: readonly { readonly topic: string; readonly partition: number }[];
}

export type DeleteOffsetsResult =
  | { readonly error: ErrorName }
  /** `subscribed`: topics whose offsets stay, because members read them. */
  | { readonly error: null; readonly subscribed: ReadonlySet<string> };

/** While a classic group rebalances nobody knows what will be read: everything counts as read. */
export function readsTopic(group: OffsetGroup, topic: string): boolean {
  return group.type === 'classic'
    ? (group.subscribedTopics?.has(topic) ?? true)
    : group.isSubscribedTo(topic);
}

/** Members of this kind say which topics they read. */
const CONSUMER = 'consumer';

/** OffsetDelete (KIP-496): offsets of topics that nobody in the group reads, by tombstones. */
export function deleteOffsets(shard: GroupShard, command: DeleteOffsetsCommand): readonly GroupEffect[] {
  return collect((out) => {
    const group = shard.groups.get(command.group);
    if (!group || group.type === 'share') {
      out.reply(command.reply, { error: 'GROUP_ID_NOT_FOUND' });
      return;
    }
    if (group.state !== 'Empty' && group.protocolType !== CONSUMER) {
      out.reply(command.reply, { error: 'NON_EMPTY_GROUP' });
      return;
    }
    const isRead = (topic: string) => group.state !== 'Empty' && readsTopic(group, topic);
    const meant = new Set(
      command.offsets
        .filter(({ topic }) => !isRead(topic))
        .map(({ topic, partition }) => `${topic}-${partition}`),
    );
    const subscribed = new Set(command.offsets.map(({ topic }) => topic).filter(isRead));
    const records = offsetTombstones(shard, group.id, (topic, partition) =>
      meant.has(`${topic}-${partition}`),
    );
    if (records.length === 0) {
      out.reply(command.reply, { error: null, subscribed });
      return;
    }
    out.append(records, (error, _at, later) => {
      later.reply(
        command.reply,
        error === null ? { error, subscribed } : { error: appendErrorToMember(error) },
      );
    });
  });
}
