import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  listOffsets as api,
  type ListOffsetsRequest,
  type ListOffsetsRequestPartition,
  type ListOffsetsResponseInit,
  type ListOffsetsResponsePartitionInit,
} from '@millrace/protocol/messages';
import type { Partition } from '../runtime/partition.ts';
import { defineApi, type RequestContext } from './api.ts';
import { leaderEpochProblem } from './leader-epoch-check.ts';
import { readError } from './read-error.ts';

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
const UNKNOWN = -1;
/** First version that may ask for each of the later marks. */
const SINCE_VERSION = new Map([
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
]);
const LEADER_EPOCH_VERSION = 4;
/** A new leader that does not know yet what is committed says so from here on (KIP-207). */
const CATCHING_UP_VERSION = 5;
const READ_COMMITTED = 1;

interface Found {
  readonly timestamp: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

const NOTHING: Found = { timestamp: UNKNOWN, offset: UNKNOWN, leaderEpoch: UNKNOWN };

/**
 * ListOffsets v1-11
 *
 * - -1 the high watermark (read_committed: the last stable offset), -2 the log start, -3 the record with the newest
 *   timestamp, -4 the log start on this disk, which is the same; -5 and -6 are of tiered storage: nothing is found.
 * - Any other timestamp: the first record at or after it, below the high watermark; offset -1 where there is none.
 * - OFFSET_NOT_AVAILABLE while a new leader does not know all that was committed before it.
 * - Marks that the version does not know: UNSUPPORTED_VERSION. A partition that stands twice: INVALID_REQUEST, once.
 * - A log that cannot be read answers for itself alone.
 *
 * Versions: v2 isolation level; v4 leader epochs; v7 -3; v8 -4; v9 -5; v10 timeout; v11 -6.
 *
 * Not implemented: replicas other than the leader, tiered storage.
 */
export const listOffsets = defineApi({
  api,
  versions: [1, 11],
  access: [['DESCRIBE', 'TOPIC']],
  async handle(context, request): Promise<ListOffsetsResponseInit> {
    const topics = [...partitionsByTopic(request)].map(async ([name, partitions]) => ({
      name,
      partitions: await Promise.all(
        [...partitions.values()].map((asked) => look(context, name, asked, request.isolationLevel)),
      ),
    }));
    return { throttleTimeMs: 0, topics: await Promise.all(topics) };
  },
  refuse: (request, error) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, error)),
    })),
  }),
});

interface Asked extends ListOffsetsRequestPartition {
  readonly isTwice: boolean;
}

/** Each partition once, though a topic may stand more than once. */
function partitionsByTopic({ topics }: ListOffsetsRequest): ReadonlyMap<string, ReadonlyMap<number, Asked>> {
  const byTopic = new Map<string, Map<number, Asked>>();
  for (const { name, partitions } of topics) {
    const known = byTopic.get(name) ?? new Map<number, Asked>();
    for (const asked of partitions) {
      const { partitionIndex } = asked;
      known.set(partitionIndex, { ...asked, isTwice: known.has(partitionIndex) });
    }
    byTopic.set(name, known);
  }
  return byTopic;
}

async function look(
  context: RequestContext,
  name: string,
  asked: Asked,
  isolationLevel: number,
): Promise<ListOffsetsResponsePartitionInit> {
  const { partitionIndex, timestamp } = asked;
  if (!context.authorize('DESCRIBE', { type: 'TOPIC', name }))
    return failed(partitionIndex, 'TOPIC_AUTHORIZATION_FAILED');
  if (asked.isTwice) return failed(partitionIndex, 'INVALID_REQUEST');
  if (timestamp < EARLIEST_PENDING_UPLOAD || context.version < (SINCE_VERSION.get(timestamp) ?? 0)) {
    return failed(partitionIndex, 'UNSUPPORTED_VERSION');
  }
  const partition = context.services.partitions.leader(name, partitionIndex);
  if (typeof partition === 'string') return failed(partitionIndex, partition);
  const problem = leaderEpochProblem(partition, asked.currentLeaderEpoch);
  if (problem !== null) return failed(partitionIndex, problem);
  if (partition.isCatchingUp && timestamp !== EARLIEST && timestamp !== EARLIEST_LOCAL)
    return failed(
      partitionIndex,
      context.version >= CATCHING_UP_VERSION ? 'OFFSET_NOT_AVAILABLE' : 'LEADER_NOT_AVAILABLE',
    );
  let found: Found;
  try {
    found = await find(partition, timestamp, isolationLevel);
  } catch (error) {
    return failed(partitionIndex, readError(error));
  }
  const leaderEpoch = context.version >= LEADER_EPOCH_VERSION ? found.leaderEpoch : UNKNOWN;
  return { partitionIndex, errorCode: errorCode('NONE'), ...found, leaderEpoch };
}

async function find(partition: Partition, timestamp: number, isolationLevel: number): Promise<Found> {
  const { log } = partition;
  const end = isolationLevel === READ_COMMITTED ? partition.lastStableOffset : partition.highWatermark;
  switch (timestamp) {
    case LATEST:
      return { timestamp: UNKNOWN, offset: end, leaderEpoch: partition.leaderEpoch };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return {
        timestamp: UNKNOWN,
        offset: log.startOffset,
        leaderEpoch: epochOf(partition, log.startOffset),
      };
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return NOTHING;
    default: {
      const found =
        timestamp === MAX_TIMESTAMP ? await log.newestTimestamp() : await log.offsetForTimestamp(timestamp);
      if (found === null || found.offset >= end) return NOTHING;
      return { timestamp: found.timestampMs, offset: found.offset, leaderEpoch: found.leaderEpoch };
    }
  }
}

function epochOf(partition: Partition, offset: number): number {
  return (
    partition.log.leaderEpochs.findLast((start) => start.startOffset <= offset)?.epoch ??
    partition.leaderEpoch
  );
}

function failed(partitionIndex: number, error: ErrorName): ListOffsetsResponsePartitionInit {
  return { partitionIndex, errorCode: errorCode(error), ...NOTHING };
}
