import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, memberTombstones } from './consumer-member.ts';
import { GroupDraft } from './group-draft.ts';
import { bumpEpoch } from './subscriptions.ts';
import { endTimers } from './timer-keys.ts';

/** Members are out of the group: they left, or were not heard of. The others are assigned anew. */
export function fenceMembers(
  shard: GroupShard,
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
  _now: Now,
  out: Outbox,
  done: (error: ErrorName | null, later: Outbox) => void,
): void {
  const draft = new GroupDraft(group);
  for (const { id } of members) draft.add(...memberTombstones(group.id, id));
  const regexes = new Set(members.map(({ subscribedRegex }) => subscribedRegex));
  for (const regex of regexes) {
    if (regex !== null && draft.group.subscribersOfRegex(regex) === 0)
      draft.add({ kind: 'consumer-regex', group: group.id, regex, value: null });
  }
  bumpEpoch(draft, shard.rules.metadata(), true);
  out.append(draft.records, (error, _at, later) => {
    if (error === null) for (const { id } of members) endTimers(group.id, id, later);
    done(error, later);
  });
}
