import type {
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataValue,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataValue,
} from '@millrace/protocol/internal';

/** What is kept of groups of the consumer protocol (KIP-848), in Kafka's own records. A null value is a tombstone. */
export type ConsumerGroupRecord =
  | OfGroup<'consumer-group', ConsumerGroupMetadataValue>
  | OfGroup<'consumer-target', ConsumerGroupTargetAssignmentMetadataValue>
  | OfMember<'consumer-member', ConsumerGroupMemberMetadataValue>
  | OfMember<'consumer-target-member', ConsumerGroupTargetAssignmentMemberValue>
  | OfMember<'consumer-current', ConsumerGroupCurrentMemberAssignmentValue>
  | (OfGroup<'consumer-regex', ConsumerGroupRegularExpressionValue> & { readonly regex: string });

interface OfGroup<Kind extends string, Value> {
  readonly kind: Kind;
  readonly group: string;
  readonly value: Value | null;
}

interface OfMember<Kind extends string, Value> extends OfGroup<Kind, Value> {
  readonly member: string;
}
