import { ZERO_UUID } from '@millrace/foundation';
import { Reader } from '@millrace/protocol';
import {
  type GroupMetadataKey,
  type GroupMetadataValue,
  groupMetadataKey,
  groupMetadataValue,
  legacyOffsetCommitKey,
  type OffsetCommitKey,
  type OffsetCommitValue,
  offsetCommitKey,
  offsetCommitValue,
} from '@millrace/protocol/internal';
import type { ClassicGroupRecord, GroupRecord, OffsetRecord } from '../core/group/records.ts';
import { consumerGroupKinds } from './consumer-group-record-codec.ts';
import type { CoordinatorCodec } from './coordinator-shard.ts';
import { shareGroupKinds } from './share-group-codec.ts';
import { type StoredKind, storedKind } from './stored-kind.ts';

/** What Apache Kafka 4.3 writes by default. */
const GROUP_VALUE_VERSION = 3;
const OFFSET_VALUE_VERSION = 3;
/** The only version that says when the offset expires. */
const OFFSET_VALUE_WITH_EXPIRY_VERSION = 1;
const OFFSET_VALUE_WITH_TOPIC_ID_VERSION = 4;

/** Each kind of record; a kind of group adds those that are its own. */
const storedKinds: { readonly [Kind in GroupRecord['kind']]: StoredKind<GroupRecord & { kind: Kind }> } = {
  offset: storedKind<OffsetRecord, OffsetCommitKey, OffsetCommitValue>({
    key: offsetCommitKey,
    value: offsetCommitValue,
    versionOf: offsetValueVersion,
    keyOf: ({ group, topic, partition }) => ({ group, topic, partition }),
    recordOf: (key, value) => ({ kind: 'offset', ...key, value }),
  }),
  group: storedKind<ClassicGroupRecord, GroupMetadataKey, GroupMetadataValue>({
    key: groupMetadataKey,
    value: groupMetadataValue,
    versionOf: () => GROUP_VALUE_VERSION,
    keyOf: ({ group }) => ({ group }),
    recordOf: ({ group }, value) => ({ kind: 'group', group, value }),
  }),
  ...consumerGroupKinds,
  ...shareGroupKinds,
};

const kindsByType: ReadonlyMap<number, StoredKind<GroupRecord>> = new Map([
  ...Object.values(storedKinds).map((kind) => [kind.type, kind as StoredKind<GroupRecord>] as const),
  [legacyOffsetCommitKey.type, storedKinds.offset as StoredKind<GroupRecord>],
]);

/** Records of `__consumer_offsets`. Kinds that this broker does not keep (those of Streams groups) are passed over. */
export const groupCodec: CoordinatorCodec<GroupRecord> = {
  encode: (record) => (storedKinds[record.kind] as StoredKind<GroupRecord>).encode(record),
  decode: (key, value) => {
    const reader = new Reader(key);
    return kindsByType.get(reader.int16())?.decode(reader, value) ?? null;
  },
};

function offsetValueVersion({ expireTimestamp, topicId }: OffsetCommitValue): number {
  if (expireTimestamp !== -1) return OFFSET_VALUE_WITH_EXPIRY_VERSION;
  return topicId === ZERO_UUID ? OFFSET_VALUE_VERSION : OFFSET_VALUE_WITH_TOPIC_ID_VERSION;
}
