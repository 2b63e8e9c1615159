import {
  type ConsumerGroupCurrentMemberAssignmentKey,
  type ConsumerGroupCurrentMemberAssignmentValue,
  type ConsumerGroupMemberMetadataKey,
  type ConsumerGroupMemberMetadataValue,
  type ConsumerGroupMetadataKey,
  type ConsumerGroupMetadataValue,
  type ConsumerGroupRegularExpressionKey,
  type ConsumerGroupRegularExpressionValue,
  type ConsumerGroupTargetAssignmentMemberKey,
  type ConsumerGroupTargetAssignmentMemberValue,
  type ConsumerGroupTargetAssignmentMetadataKey,
  type ConsumerGroupTargetAssignmentMetadataValue,
  consumerGroupCurrentMemberAssignmentKey,
  consumerGroupCurrentMemberAssignmentValue,
  consumerGroupMemberMetadataKey,
  consumerGroupMemberMetadataValue,
  consumerGroupMetadataKey,
  consumerGroupMetadataValue,
  consumerGroupRegularExpressionKey,
  consumerGroupRegularExpressionValue,
  consumerGroupTargetAssignmentMemberKey,
  consumerGroupTargetAssignmentMemberValue,
  consumerGroupTargetAssignmentMetadataKey,
  consumerGroupTargetAssignmentMetadataValue,
} from '@millrace/protocol/internal';
import type { ConsumerGroupRecord } from '../core/group/consumer/records.ts';
import { type StoredKind, storedKind } from './stored-kind.ts';

type OfKind<Kind> = ConsumerGroupRecord & { readonly kind: Kind };

const onlyVersion = () => 0;

/** How records of groups of the consumer protocol stand in `__consumer_offsets`. */
export const consumerGroupKinds: {
  readonly [Kind in ConsumerGroupRecord['kind']]: StoredKind<OfKind<Kind>>;
} = {
  'consumer-group': storedKind<
    OfKind<'consumer-group'>,
    ConsumerGroupMetadataKey,
    ConsumerGroupMetadataValue
  >({
    key: consumerGroupMetadataKey,
    value: consumerGroupMetadataValue,
    versionOf: onlyVersion,
    keyOf: ({ group }) => ({ groupId: group }),
    recordOf: ({ groupId }, value) => ({ kind: 'consumer-group', group: groupId, value }),
  }),
  'consumer-member': storedKind<
    OfKind<'consumer-member'>,
    ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue
  >({
    key: consumerGroupMemberMetadataKey,
    value: consumerGroupMemberMetadataValue,
    versionOf: onlyVersion,
    keyOf: memberKey,
    recordOf: (key, value) => ({ kind: 'consumer-member', ...ofMember(key), value }),
  }),
  'consumer-target': storedKind<
    OfKind<'consumer-target'>,
    ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue
  >({
    key: consumerGroupTargetAssignmentMetadataKey,
    value: consumerGroupTargetAssignmentMetadataValue,
    versionOf: onlyVersion,
    keyOf: ({ group }) => ({ groupId: group }),
    recordOf: ({ groupId }, value) => ({ kind: 'consumer-target', group: groupId, value }),
  }),
  'consumer-target-member': storedKind<
    OfKind<'consumer-target-member'>,
    ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue
  >({
    key: consumerGroupTargetAssignmentMemberKey,
    value: consumerGroupTargetAssignmentMemberValue,
    versionOf: onlyVersion,
    keyOf: memberKey,
    recordOf: (key, value) => ({ kind: 'consumer-target-member', ...ofMember(key), value }),
  }),
  'consumer-current': storedKind<
    OfKind<'consumer-current'>,
    ConsumerGroupCurrentMemberAssignmentKey,
    ConsumerGroupCurrentMemberAssignmentValue
  >({
    key: consumerGroupCurrentMemberAssignmentKey,
    value: consumerGroupCurrentMemberAssignmentValue,
    versionOf: onlyVersion,
    keyOf: memberKey,
    recordOf: (key, value) => ({ kind: 'consumer-current', ...ofMember(key), value }),
  }),
  'consumer-regex': storedKind<
    OfKind<'consumer-regex'>,
    ConsumerGroupRegularExpressionKey,
    ConsumerGroupRegularExpressionValue
  >({
    key: consumerGroupRegularExpressionKey,
    value: consumerGroupRegularExpressionValue,
    versionOf: onlyVersion,
    keyOf: ({ group, regex }) => ({ groupId: group, regularExpression: regex }),
    recordOf: ({ groupId, regularExpression: regex }, value) => ({
      kind: 'consumer-regex',
      group: groupId,
      regex,
      value,
    }),
  }),
};

function memberKey({ group, member }: { readonly group: string; readonly member: string }) {
  return { groupId: group, memberId: member };
}

function ofMember({ groupId, memberId }: { readonly groupId: string; readonly memberId: string }) {
  return { group: groupId, member: memberId };
}
