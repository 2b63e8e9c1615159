import type { GroupMetadataValue } from '@millrace/protocol/internal';
import type { GroupShard } from '../group-shard.ts';
import type { GroupRecord } from '../records.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type ConsumerMember, memberTombstones } from './consumer-member.ts';
import { namedPartitions } from './named-partitions.ts';
import type { ConsumerGroupRecord } from './records.ts';

/** Tombstones of everything that is stored of the group. */
export function consumerGroupTombstones(group: ConsumerGroup): readonly ConsumerGroupRecord[] {
  const { id } = group;
  return [
    ...[...group.members.keys()].flatMap((member) => memberTombstones(id, member)),
    ...[...group.regexes.keys()].map(
      (regex) => ({ kind: 'consumer-regex', group: id, regex, value: null }) as const,
    ),
    { kind: 'consumer-target', group: id, value: null },
    { kind: 'consumer-group', group: id, value: null },
  ];
}

/**
 * A consumer group whose members all speak the classic protocol, once the last other one has gone, as a classic group: in
 * the generation that is the group's epoch, with what they have.
 * @param left the group as it is without who goes
 * @returns null where it may not be, or members of the other protocol are left
 */
export function downgradeRecords(
  shard: GroupShard,
  group: ConsumerGroup,
  left: ConsumerGroup,
): readonly GroupRecord[] | null {
  const { rules } = shard;
  if (rules.migrationPolicy !== 'bidirectional' && rules.migrationPolicy !== 'downgrade') return null;
  const members = [...left.members.values()];
  if (members.length === 0 || members.length > rules.maxSize) return null;
  const protocol = commonProtocol(members);
  if (protocol === null) return null;
  const value: GroupMetadataValue = {
    protocolType: 'consumer',
    generation: group.epoch,
    protocol,
    leader: members[0]?.id ?? null,
    currentStateTimestamp: -1,
    members: members.map((member) => stored(shard, member, protocol)),
  };
  return [...consumerGroupTombstones(group), { kind: 'group', group: group.id, value }];
}

function stored(
  { rules }: GroupShard,
  member: ConsumerMember,
  protocol: string,
): GroupMetadataValue['members'][number] {
  const subscription = member.classic?.protocols.find(({ name }) => name === protocol)?.metadata;
  const partitions = namedPartitions(rules.metadata(), member.assigned);
  return {
    memberId: member.id,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeout: member.rebalanceTimeoutMs,
    sessionTimeout: member.classic?.sessionTimeoutMs ?? member.rebalanceTimeoutMs,
    subscription: subscription ?? Buffer.alloc(0),
    assignment: rules.consumerProtocol.encodeAssignment(partitions, subscription),
  };
}

/** The first protocol of the first member that all offer; null where somebody speaks the consumer protocol. */
function commonProtocol(members: readonly ConsumerMember[]): string | null {
  if (members.some(({ classic }) => classic === null)) return null;
  const offers = members.map(({ classic }) => new Set(classic?.protocols.map(({ name }) => name)));
  const [first] = members;
  return (
    first?.classic?.protocols.find(({ name }) => offers.every((offered) => offered.has(name)))?.name ?? null
  );
}
