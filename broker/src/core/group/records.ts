import type { GroupMetadataValue, OffsetCommitValue } from '@millrace/protocol/internal';

/** What the coordinator keeps in `__consumer_offsets`, by Kafka's own schemas. A null value is a tombstone. */
export type GroupRecord =
  | {
      readonly kind: 'offset';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: OffsetCommitValue | null;
    }
  | { readonly kind: 'group'; readonly group: string; readonly value: GroupMetadataValue | null };
