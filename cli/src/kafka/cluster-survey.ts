import type { Admin, OffsetAndMetadata } from '@millrace/client';
import type { ClusterSurvey } from '@millrace/rest-api';
import { keyOf } from './group-offsets.ts';
import { shareGroupRows } from './share-groups.ts';

/** See {@link ClusterSurvey}: metadata, two requests for starts and ends and three for groups to each broker. */
export function createClusterSurvey(admin: Admin): ClusterSurvey {
  return {
    async take() {
      const topics = await admin.listTopics();
      const led = topics.flatMap(({ name: topic, partitions }) =>
        partitions.flatMap(({ partition, leader }) => (leader < 0 ? [] : [{ topic, partition }])),
      );
      const [starts, offsets, groups, shared] = await Promise.all([
        admin.listOffsets(led, 'earliest'),
        admin.listOffsets(led, 'latest'),
        admin.surveyGroups(),
        shareGroupRows(admin),
      ]);
      const ends = led.map((one, index) => ({
        ...one,
        startOffset: starts[index] ?? 0,
        endOffset: offsets[index] ?? 0,
      }));
      const endOf = new Map(ends.map((one) => [keyOf(one), one.endOffset]));
      return {
        ends,
        groups: [
          ...groups.map(({ groupId, offsets: positions }) => ({
            ...{ groupId, kind: 'consumer' as const, lag: lagOf(positions ?? [], endOf) },
            positions: positions ?? [],
          })),
          ...shared.map(({ groupId, lag }) => ({ groupId, lag, kind: 'share' as const, positions: [] })),
        ],
      };
    },
  };
}

/** Null where the group has no position in what is there. */
function lagOf(positions: readonly OffsetAndMetadata[], endOf: ReadonlyMap<string, number>): number | null {
  const lags = positions.flatMap((one) => {
    const end = endOf.get(keyOf(one));
    return end === undefined ? [] : [Math.max(0, end - one.offset)];
  });
  return lags.length === 0 ? null : lags.reduce((sum, lag) => sum + lag, 0);
}
