import type { ErrorName } from '@millrace/protocol';
import type { Outbox } from '../group/effects.ts';
import type { GroupShard } from '../group/group-shard.ts';
import type { ShareGroup } from './share-group.ts';
import type { ShareGroupRecord } from './share-group-records.ts';

/** A member unheard of for `share.session.timeout.ms` from now on is out. */
export function beginShareSession(shard: GroupShard, groupId: string, memberId: string, out: Outbox): void {
  const timeoutMs = Number(shard.rules.setting(groupId, 'share.session.timeout.ms'));
  out.timer(sessionKey(groupId, memberId), timeoutMs, (_now, later) => {
    // Where that cannot be stored now, it is tried again when as much time has passed.
    removeShareMember(shard, groupId, memberId, later, (error, out) => {
      if (error !== null) beginShareSession(shard, groupId, memberId, out);
    });
  });
}

/** The group's members have their sessions from now on: it was loaded. */
export function reviveShareGroup(shard: GroupShard, group: ShareGroup, out: Outbox): void {
  for (const memberId of group.members.keys()) beginShareSession(shard, group.id, memberId, out);
}

/** Takes a member out; the others are told what is theirs now with their next heartbeats. */
export function removeShareMember(
  shard: GroupShard,
  groupId: string,
  memberId: string,
  out: Outbox,
  done: (error: ErrorName | null, out: Outbox) => void,
): void {
  const group = shard.groups.get(groupId);
  if (group?.type !== 'share' || !group.members.has(memberId)) {
    done(null, out);
    return;
  }
  out.cancel(sessionKey(groupId, memberId));
  const { epoch, metadataHash, stateEpochBase } = group;
  const records: readonly ShareGroupRecord[] = [
    { kind: 'share-current', group: groupId, member: memberId, value: null },
    { kind: 'share-target', group: groupId, member: memberId, value: null },
    { kind: 'share-member', group: groupId, member: memberId, value: null },
    { kind: 'share-group', group: groupId, value: { epoch: epoch + 1, metadataHash, stateEpochBase } },
  ];
  out.append(records, (error, _now, later) => done(error, later));
}

function sessionKey(groupId: string, memberId: string): string {
  return `share-session\n${groupId}\n${memberId}`;
}
