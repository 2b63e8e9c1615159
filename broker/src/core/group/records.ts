import type { GroupMetadataValue, OffsetCommitValue } from '@millrace/protocol/internal';
import type { ShareGroupRecord } from '../share/share-group-records.ts';
import type { ConsumerGroupRecord } from './consumer/records.ts';

/**
 * What the coordinator keeps in `__consumer_offsets`, by Kafka's own schemas. A null value is a tombstone. The kinds of one
 * kind of group stand beside what replays them.
 */
export type GroupRecord = OffsetRecord | ClassicGroupRecord | ConsumerGroupRecord | ShareGroupRecord;

export interface OffsetRecord {
  readonly kind: 'offset';
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly value: OffsetCommitValue | null;
}

export interface ClassicGroupRecord {
  readonly kind: 'group';
  readonly group: string;
  readonly value: GroupMetadataValue | null;
}
