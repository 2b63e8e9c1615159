import type { GroupShard } from './group-shard.ts';
import { metadataOf } from './member.ts';
import { EMPTY_BYTES } from './results.ts';

export interface GroupDescription {
  readonly groupId: string;
  readonly state: string;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly members: readonly MemberDescription[];
}

export interface MemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly metadata: Buffer;
  readonly assignment: Buffer;
}

/** Metadata and assignments are shown of a Stable group only: before, they are about to change. */
export function describeGroup(shard: GroupShard, groupId: string): GroupDescription | null {
  const group = shard.classic(groupId);
  if (!group) return null;
  const stable = group.state === 'Stable';
  return {
    groupId,
    state: group.state,
    protocolType: group.protocolType ?? '',
    protocolName: stable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      metadata: stable ? metadataOf(member, group.protocolName) : EMPTY_BYTES,
      assignment: stable ? member.assignment : EMPTY_BYTES,
    })),
  };
}
