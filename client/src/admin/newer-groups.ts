import { isMillraceError } from '@millrace/foundation';
import { consumerGroupDescribe } from '@millrace/protocol/messages';
import type { Connection } from '../connection/index.ts';
import type { GroupDescription } from '../types.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Groups of the newer protocol (KIP-848), which DescribeGroups takes for unknown. Those that are not there, or speak the classic one, are left out; so are
 * all where the broker knows no such groups.
 */
export async function describeNewer(
  connection: Connection,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, GroupDescription>> {
  try {
    const body = { groupIds, includeAuthorizedOperations: false };
    const { groups } = await connection.request(consumerGroupDescribe, body);
    const found = groups.filter(({ errorCode }) => errorCode === 0);
    return new Map(
      found.map(({ groupId, groupState: state, assignorName: protocol, members }) => [
        groupId,
        {
          ...{ groupId, state, protocol, protocolType: 'consumer' },
          members: members.map(({ memberId, instanceId, clientId, clientHost, assignment }) => ({
            ...{ memberId, clientId, clientHost, groupInstanceId: instanceId },
            ...{ metadata: NOTHING, assignment: NOTHING },
            partitions: assignment.topicPartitions.flatMap(({ topicName: topic, partitions }) =>
              partitions.map((partition) => ({ topic, partition })),
            ),
          })),
        },
      ]),
    );
  } catch (error) {
    if (isMillraceError(error) && /^UNSUPPORTED_(VERSION|API)$/.test(error.code)) return new Map();
    throw error;
  }
}
