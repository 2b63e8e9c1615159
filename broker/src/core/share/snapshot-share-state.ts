import type { Now } from '@millrace/foundation/types';
import { collectEffects } from '../coordinator/effects.ts';
import type { ShareStateRecord } from './share-state-record.ts';
import type { ShareStateEffect, ShareStateShard } from './share-state-shard.ts';

/** A snapshot with so many records behind it is written again, so that what lies before can be deleted. */
const SNAPSHOT_DISTANCE_RECORDS = 5_000;

/** Takes partitions along that nothing is written of any more: their snapshots would keep the whole log. */
export function snapshotColdPartitions(shard: ShareStateShard, now: Now): readonly ShareStateEffect[] {
  return collectEffects<ShareStateRecord>((out) => {
    const records: ShareStateRecord[] = [];
    for (const { key, state, snapshotOffset } of shard.all()) {
      if (shard.endOffset - snapshotOffset < SNAPSHOT_DISTANCE_RECORDS) continue;
      const value = { ...state, snapshotEpoch: state.snapshotEpoch + 1, writeMs: now.wallMs };
      records.push({ kind: 'snapshot', key, value });
    }
    if (records.length > 0) out.appendApart(records, () => undefined);
  });
}
