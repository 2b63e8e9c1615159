import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import { offsetTombstones } from './delete-group.ts';
import { appendErrorToMember, collect, type GroupEffect, type Outbox, type ReplyTo } from './effects.ts';
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

/** Those of the topics that members read. While a classic group rebalances nobody knows what will be read: all count as read. */
function readTopics(group: OffsetGroup, topics: ReadonlySet<string>): ReadonlySet<string> {
  if (group.state === 'Empty') return new Set();
  const read = group.type === 'classic' ? group.subscribedTopics : group.subscribedTopics();
  return read === null ? topics : topics.intersection(read);
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
    const topics = new Set(command.offsets.map(({ topic }) => topic));
    const subscribed = readTopics(group, topics);
    const meant = new Set(
      command.offsets
        .filter(({ topic }) => !subscribed.has(topic))
        .map(({ topic, partition }) => `${topic}-${partition}`),
    );
    const records = offsetTombstones(shard, group.id, (topic, partition) =>
      meant.has(`${topic}-${partition}`),
    );
    const done = (error: ErrorName | null, _at: Now, later: Outbox) =>
      later.reply(
        command.reply,
        error === null ? { error, subscribed } : { error: appendErrorToMember(error) },
      );
    if (records.length > 0) out.appendApart(records, done);
    else out.appendOrSettle([], done);
  });
}
