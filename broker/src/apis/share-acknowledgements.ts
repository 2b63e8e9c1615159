import type { ErrorName } from '@millrace/protocol';
import { acknowledgementProblem, hasRenewal } from '../core/share/acknowledged-batches.ts';
import type { ShareSession } from '../core/share/share-session.ts';
import type { RequestContext } from './api.ts';
import { mayOnGroup } from './group-caller.ts';

/** What ShareFetch and ShareAcknowledge say of records of a partition. */
interface AcknowledgedPartition {
  readonly partitionIndex: number;
  readonly acknowledgementBatches: readonly {
    readonly firstOffset: number;
    readonly lastOffset: number;
    readonly acknowledgeTypes: readonly number[];
  }[];
}

/** ShareFetch or ShareAcknowledge, as far as it says something of records. */
interface AcknowledgingRequest {
  readonly topics: readonly {
    readonly topicId: string;
    readonly partitions: readonly AcknowledgedPartition[];
  }[];
  /** Whether it may renew locks. */
  readonly isRenewAck: boolean;
}

/** What became of it. */
export interface AcknowledgeOutcome {
  readonly topicId: string;
  readonly partition: number;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** @returns the session of a request, or what is wrong with it */
export function shareSession(
  context: RequestContext,
  request: {
    readonly groupId: string | null;
    readonly memberId: string | null;
    readonly shareSessionEpoch: number;
  },
): ShareSession | ErrorName {
  const { groupId: group, memberId, shareSessionEpoch: epoch } = request;
  if (group === null || memberId === null || memberId === '') return 'INVALID_REQUEST';
  if (!mayOnGroup(context, 'READ', group)) return 'GROUP_AUTHORIZATION_FAILED';
  return context.services.shareSessions.turn({ group, memberId, epoch, signal: context.signal });
}

/**
 * Takes in what a member says of records, partition by partition. What is in use here is acknowledged before this returns, in the
 * order of requests; the promises resolve when it is stored.
 */
export function acknowledgeAll(
  context: RequestContext,
  session: ShareSession,
  { topics, isRenewAck }: AcknowledgingRequest,
): readonly Promise<AcknowledgeOutcome>[] {
  return topics.flatMap(({ topicId, partitions }) =>
    partitions
      .filter(({ acknowledgementBatches }) => acknowledgementBatches.length > 0)
      .map((partition) => acknowledge(context, session, topicId, { ...partition, isRenewAck })),
  );
}

async function acknowledge(
  context: RequestContext,
  { group, memberId }: ShareSession,
  topicId: string,
  {
    partitionIndex: partition,
    acknowledgementBatches,
    isRenewAck,
  }: AcknowledgedPartition & { readonly isRenewAck: boolean },
): Promise<AcknowledgeOutcome> {
  const { sharePartitions } = context.services;
  const outcome = (error: ErrorName | null, message: string | null = null) => {
    return { topicId, partition, error, message };
  };
  const batches = acknowledgementBatches.map(({ firstOffset, lastOffset, acknowledgeTypes: types }) => {
    return { firstOffset, lastOffset, types };
  });
  const problem = acknowledgementProblem(batches);
  if (problem !== null) return outcome('INVALID_REQUEST', problem);
  if (hasRenewal(batches) && !isRenewAck)
    return outcome('INVALID_REQUEST', 'Locks are renewed by requests that say so.');
  if (hasRenewal(batches) && !sharePartitions.settings(group).mayRenew)
    return outcome('INVALID_REQUEST', 'The group renews no locks: share.renew.acknowledge.enable is false.');
  const topic = readableTopic(context, topicId);
  if (topic.error !== null) return outcome(topic.error);
  const key = { group, topicId, partition };
  const live = sharePartitions.find(key);
  return outcome(
    live === undefined
      ? sharePartitions.nothingHeld(topic.name, partition)
      : await live.acknowledge(memberId, batches),
  );
}

/** The name of a topic that the caller may read. */
export function readableTopic(
  context: RequestContext,
  topicId: string,
): { readonly error: ErrorName } | { readonly error: null; readonly name: string } {
  const name = context.services.metadata.image().topicsById.get(topicId)?.name;
  if (name === undefined) return { error: 'UNKNOWN_TOPIC_ID' };
  if (!context.authorize('READ', { type: 'TOPIC', name })) return { error: 'TOPIC_AUTHORIZATION_FAILED' };
  return { error: null, name };
}
