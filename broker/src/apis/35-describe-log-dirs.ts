import { errorCode } from '@millrace/protocol';
import {
  describeLogDirs as api,
  type DescribeLogDirsRequest,
  type DescribeLogDirsResponseInit,
  type DescribeLogDirsResponseTopicInit,
} from '@millrace/protocol/messages';
import { CLUSTER, defineApi, type RequestContext } from './api.ts';

/**
 * DescribeLogDirs v1-5
 *
 * - The one data folder, by its absolute path, with size and free room of its volume; null asks for all partitions, else
 *   those that are named and lie here.
 * - `partitionSize` counts the segments that are there.
 *
 * Versions: v3 an error for the whole answer, in place of an empty list; v4 the volume; v5 cordoned folders.
 *
 * Not implemented: more than one folder, moves between folders, cordoning.
 */
export const describeLogDirs = defineApi({
  api,
  versions: [1, 5],
  access: [['DESCRIBE', 'CLUSTER']],
  async handle(context, request): Promise<DescribeLogDirsResponseInit> {
    if (!context.authorize('DESCRIBE', CLUSTER)) return failed('CLUSTER_AUTHORIZATION_FAILED');
    const { path, space } = context.services.logFolder;
    const { totalBytes, usableBytes } = await space();
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      results: [
        {
          errorCode: errorCode('NONE'),
          logDir: path,
          topics: found(context, request),
          totalBytes,
          usableBytes,
        },
      ],
    };
  },
  refuse: (_request, error) => failed(error),
});

function found(
  context: RequestContext,
  { topics }: DescribeLogDirsRequest,
): readonly DescribeLogDirsResponseTopicInit[] {
  const asked = topics && partitionsByTopic(topics);
  const byTopic = new Map<string, DescribeLogDirsResponseTopicInit['partitions'][number][]>();
  for (const { topic, partition, log } of context.services.partitions.all()) {
    if (asked && !asked.get(topic)?.has(partition)) continue;
    const described = {
      partitionIndex: partition,
      partitionSize: log.sizeBytes,
      offsetLag: 0,
      isFutureKey: false,
    };
    const list = byTopic.get(topic);
    if (list) list.push(described);
    else byTopic.set(topic, [described]);
  }
  return [...byTopic].map(([name, partitions]) => ({ name, partitions }));
}

/** A topic may stand more than once. */
function partitionsByTopic(
  topics: NonNullable<DescribeLogDirsRequest['topics']>,
): ReadonlyMap<string, ReadonlySet<number>> {
  const byTopic = new Map<string, Set<number>>();
  for (const { topic, partitions } of topics) {
    const known = byTopic.get(topic) ?? new Set<number>();
    for (const partition of partitions) known.add(partition);
    byTopic.set(topic, known);
  }
  return byTopic;
}

function failed(error: Parameters<typeof errorCode>[0]): DescribeLogDirsResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), results: [] };
}
