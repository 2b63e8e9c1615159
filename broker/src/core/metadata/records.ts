import type {
  BrokerRegistrationChangeRecord,
  ClientQuotaRecord,
  ConfigRecord,
  FeatureLevelRecord,
  PartitionChangeRecord,
  PartitionRecord,
  ProducerIdsRecord,
  RegisterBrokerRecord,
  RemoveTopicRecord,
  TopicRecord,
  UnregisterBrokerRecord,
} from '@millrace/protocol/internal';

/** What the metadata log holds, by Kafka's record names. */
export type MetadataRecord =
  | { readonly kind: 'TopicRecord'; readonly value: TopicRecord }
  | { readonly kind: 'RemoveTopicRecord'; readonly value: RemoveTopicRecord }
  | { readonly kind: 'PartitionRecord'; readonly value: PartitionRecord }
  | { readonly kind: 'PartitionChangeRecord'; readonly value: PartitionChangeRecord }
  | { readonly kind: 'ConfigRecord'; readonly value: ConfigRecord }
  | { readonly kind: 'ClientQuotaRecord'; readonly value: ClientQuotaRecord }
  | { readonly kind: 'FeatureLevelRecord'; readonly value: FeatureLevelRecord }
  | { readonly kind: 'ProducerIdsRecord'; readonly value: ProducerIdsRecord }
  | { readonly kind: 'RegisterBrokerRecord'; readonly value: RegisterBrokerRecord }
  | { readonly kind: 'UnregisterBrokerRecord'; readonly value: UnregisterBrokerRecord }
  | { readonly kind: 'BrokerRegistrationChangeRecord'; readonly value: BrokerRegistrationChangeRecord };

/** PartitionChangeRecord's `leader` where the leader stays. */
export const NO_LEADER_CHANGE = -2;
/** A partition without a leader. */
export const NO_LEADER = -1;
/** BrokerRegistrationChangeRecord's `fenced`. */
export const FENCE = 1;
export const UNFENCE = -1;
