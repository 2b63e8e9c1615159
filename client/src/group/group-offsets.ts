import type { MillraceError } from '@millrace/foundation';
import { offsetCommit, offsetFetch } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import type { Coordinator } from '../cluster/coordinator.ts';
import { askCoordinator } from '../cluster/coordinator-requests.ts';
import { byTopic } from '../cluster/leader-requests.ts';
import { errorOf, throwFirst, throwOnError } from '../cluster/outcome.ts';
import type { Connection } from '../connection/index.ts';
import type { OffsetAndMetadata, TopicPartition } from '../types.ts';

/** Topics are named; later versions carry ids (KIP-848), which commits do not need. */
const OFFSET_COMMIT_MAX_VERSION = 9;
/** Later versions ask for many groups at once. */
const OFFSET_FETCH_MAX_VERSION = 7;
const UNKNOWN_OFFSET = -1;

/** As whom offsets are committed: a member, or nobody (`generationId` -1, `memberId` empty), which an empty group allows. */
export interface Committer {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** @throws {MillraceError} ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, REBALANCE_IN_PROGRESS, ... */
export async function commitGroupOffsets(
  cluster: Cluster,
  coordinator: Coordinator,
  committer: Committer,
  offsets: readonly OffsetAndMetadata[],
): Promise<void> {
  if (offsets.length === 0) return;
  await askCoordinator(cluster, coordinator, cluster.deadline(), async (connection) => {
    throwFirst(await commitOnce(connection, committer, offsets));
  });
}

/** One commit; what the coordinator says against single partitions. */
export async function commitOnce(
  connection: Connection,
  committer: Committer,
  offsets: readonly OffsetAndMetadata[],
): Promise<readonly MillraceError[]> {
  const body = {
    groupId: committer.groupId,
    generationIdOrMemberEpoch: committer.generationId,
    memberId: committer.memberId,
    groupInstanceId: committer.groupInstanceId,
    topics: [...byTopic(offsets)].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, offset, leaderEpoch, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch ?? -1,
        committedMetadata: metadata ?? '',
      })),
    })),
  };
  const response = await connection.request(offsetCommit, body, { maxVersion: OFFSET_COMMIT_MAX_VERSION });
  return response.topics.flatMap(({ name, partitions }) =>
    partitions.flatMap(
      ({ partitionIndex, errorCode }) =>
        errorOf(errorCode, `offset commit of group ${committer.groupId} for ${name}-${partitionIndex}`) ?? [],
    ),
  );
}

/**
 * Committed offsets of some partitions, or of all that the group has (`null`). Those without a commit are left out.
 * Waits for open transactions that commit offsets of the group.
 */
export async function fetchGroupOffsets(
  cluster: Cluster,
  coordinator: Coordinator,
  groupId: string,
  partitions: readonly TopicPartition[] | null,
): Promise<readonly OffsetAndMetadata[]> {
  const topics =
    partitions === null
      ? null
      : [...byTopic(partitions)].map(([name, some]) => ({
          name,
          partitionIndexes: some.map(({ partition }) => partition),
        }));
  return askCoordinator(cluster, coordinator, cluster.deadline(), async (connection) => {
    const version = connection.versions.negotiate(offsetFetch, OFFSET_FETCH_MAX_VERSION);
    const requireStable = version >= OFFSET_FETCH_MAX_VERSION;
    const response = await connection.request(offsetFetch, { groupId, topics, requireStable }, { version });
    throwOnError(response.errorCode, `offsets of group ${groupId}`);
    const found: OffsetAndMetadata[] = [];
    for (const { name: topic, partitions: some } of response.topics) {
      for (const { partitionIndex: partition, errorCode, ...committed } of some) {
        throwOnError(errorCode, `offset of group ${groupId} for ${topic}-${partition}`);
        if (committed.committedOffset === UNKNOWN_OFFSET) continue;
        found.push({
          topic,
          partition,
          offset: committed.committedOffset,
          ...(committed.committedLeaderEpoch >= 0 ? { leaderEpoch: committed.committedLeaderEpoch } : {}),
          ...(committed.metadata ? { metadata: committed.metadata } : {}),
        });
      }
    }
    return found;
  });
}
