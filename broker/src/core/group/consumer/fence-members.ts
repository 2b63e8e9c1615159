import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { Outbox } from '../effects.ts';
import type { GroupShard } from '../group-shard.ts';
import { prepareRebalance, touchSession } from '../rebalance.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, memberTombstones } from './consumer-member.ts';
import { downgradeRecords } from './downgrade-group.ts';
import { GroupDraft } from './group-draft.ts';
import { bumpEpoch } from './subscriptions.ts';
import { endTimers } from './timer-keys.ts';

/** Members are out of the group: they left, or were not heard of. The others are assigned anew. */
export function fenceMembers(
  shard: GroupShard,
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
  out: Outbox,
  done: (error: ErrorName | null, later: Outbox) => void,
): void {
  const draft = new GroupDraft(group, shard.rules.metadata());
  for (const { id } of members) draft.add(...memberTombstones(group.id, id));
  const downgrade = downgradeRecords(shard, group, draft.group);
  if (downgrade !== null) {
    out.append(downgrade, (error, _at, later) => done(error, later));
    out.next((at, later) => downgraded(shard, group, at, later));
    return;
  }
  const regexes = new Set(members.map(({ subscribedRegex }) => subscribedRegex));
  for (const regex of regexes) {
    if (regex !== null && draft.group.subscribersOfRegex(regex) === 0)
      draft.add({ kind: 'consumer-regex', group: group.id, regex, value: null });
  }
  bumpEpoch(draft, true);
  out.append(draft.records, (error, _at, later) => {
    // One that has joined again by now has timers that are another membership's.
    for (const { id } of members)
      if (error === null && !shard.consumer(group.id)?.members.has(id)) endTimers(group.id, id, later);
    done(error, later);
  });
}

/** The classic group that has taken the place of this one: its members are called together. */
function downgraded(shard: GroupShard, group: ConsumerGroup, now: Now, out: Outbox): void {
  const classic = shard.classic(group.id);
  if (!classic) return;
  for (const id of group.members.keys()) endTimers(group.id, id, out);
  for (const member of classic.members.values()) touchSession(shard, classic, member, now, out);
  prepareRebalance(shard, classic, now, out);
}
