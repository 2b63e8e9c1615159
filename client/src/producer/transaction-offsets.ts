import { addOffsetsToTxn, txnOffsetCommit } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { askCoordinator } from '../cluster/coordinator-requests.ts';
import { byTopic } from '../cluster/leader-requests.ts';
import { errorOf, throwFirst, throwOnError } from '../cluster/outcome.ts';
import type { Connection } from '../connection/index.ts';
import type { ConsumerGroupMetadata, OffsetAndMetadata } from '../types.ts';
import type { Identity } from './producer-identity.ts';

/** The last version for transactions of the older kind, in which the group is added first. */
const OLDER_MAX_VERSION = 4;

/** As whom offsets are committed. */
export interface OpenTransaction extends Identity {
  readonly transactionalId: string;
  /** Whether TxnOffsetCommit adds the group by itself (KIP-890). */
  readonly addsItself: boolean;
}

/** Says to the transaction's coordinator that the group's offsets take part. */
export async function addGroupToTransaction(
  connection: Connection,
  { transactionalId, producerId, producerEpoch }: OpenTransaction,
  groupId: string,
): Promise<void> {
  const body = { transactionalId, producerId, producerEpoch, groupId };
  const { errorCode } = await connection.request(addOffsetsToTxn, body);
  throwOnError(errorCode, `adding group ${groupId} to the transaction of ${transactionalId}`);
}

/**
 * Hands offsets to the group's coordinator, to count once the transaction is committed.
 * @throws {MillraceError} ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, GROUP_AUTHORIZATION_FAILED, ...
 */
export function commitOffsetsInTransaction(
  cluster: Cluster,
  { transactionalId, producerId, producerEpoch, addsItself }: OpenTransaction,
  group: ConsumerGroupMetadata,
  offsets: readonly OffsetAndMetadata[],
  deadlineMs: number,
): Promise<void> {
  const body = {
    transactionalId,
    groupId: group.groupId,
    producerId,
    producerEpoch,
    generationId: group.generationId ?? -1,
    memberId: group.memberId ?? '',
    groupInstanceId: group.groupInstanceId ?? null,
    topics: [...byTopic(offsets)].map(([name, some]) => ({
      name,
      partitions: some.map(({ partition, offset, leaderEpoch, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch ?? -1,
        committedMetadata: metadata ?? '',
      })),
    })),
  };
  const maxVersion = addsItself ? txnOffsetCommit.maxVersion : OLDER_MAX_VERSION;
  const coordinator = new Coordinator(cluster, 'group', group.groupId);
  return askCoordinator(cluster, coordinator, deadlineMs, async (connection) => {
    const response = await connection.request(txnOffsetCommit, body, { maxVersion });
    throwFirst(
      response.topics.flatMap(({ name, partitions }) =>
        partitions.flatMap(
          ({ partitionIndex, errorCode }) =>
            errorOf(errorCode, `offset of group ${group.groupId} for ${name}-${partitionIndex}`) ?? [],
        ),
      ),
    );
  });
}
