import { isMillraceError, type Timer } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import type {
  FetchRequest,
  FetchRequestPartition,
  FetchResponseInit,
  FetchResponsePartitionInit,
} from '@millrace/protocol/messages';
import { epochEnd } from '../core/log/leader-epochs.ts';
import type { Partition } from '../runtime/partition.ts';
import { CLUSTER, type RequestContext } from './api.ts';
import { leaderEpochProblem } from './leader-epoch-check.ts';
import { epochsOf } from './leader-epochs-of.ts';

const EMPTY = Buffer.alloc(0);
const NO_SESSION = 0;
/** In which a follower says up to where it knows of what is committed. */
const KNOWS_COMMITTED_VERSION = 18;
/**
 * News of nothing but what is committed waits for so long: under load the next records bring it along, and a fetch that brings nothing else
 * costs both sides as much as one with records.
 */
const COMMITTED_DELAY_MS = 10;

interface Asked {
  readonly topicId: string;
  readonly data: FetchRequestPartition;
  readonly partition: Partition | ErrorName;
}

/**
 * Fetch by a broker that follows: everything that is written, not only what is committed, and never more than its log can take: where both
 * logs part it is told so (KIP-595's way for partitions). From where it fetches shows how far it is.
 */
export async function fetchAsFollower(
  context: RequestContext,
  request: FetchRequest,
): Promise<FetchResponseInit> {
  if (!context.authorize('CLUSTER_ACTION', CLUSTER)) return failure('CLUSTER_AUTHORIZATION_FAILED');
  const asked = request.topics.flatMap(({ topicId, topic, partitions }) => {
    const name =
      context.version >= 13 ? context.services.metadata.image().topicsById.get(topicId)?.name : topic;
    return partitions.map((data): Asked => ({ topicId, data, partition: leaderOf(context, name, data) }));
  });
  const follower = {
    id: context.version >= 15 ? request.replicaState.replicaId : request.replicaId,
    brokerEpoch: request.replicaState.replicaEpoch,
  };
  const parted = asked.map((one) => partingOf(one));
  for (const [index, { partition, data }] of asked.entries()) {
    if (typeof partition === 'string' || parted[index] !== null) continue;
    partition.followerFetched({ ...follower, endOffset: data.fetchOffset });
    context.services.replication.followerFetched(partition);
  }
  if (
    request.maxWaitMs > 0 &&
    asked.every(({ partition }, index) => typeof partition !== 'string' && parted[index] === null)
  )
    await untilNews(
      context,
      request,
      asked.map((one) => ({ ...one, isHeldUp: isHeldUp(context, one, follower.id) })),
    );
  const topics = new Map<string, FetchResponsePartitionInit[]>();
  let left = request.maxBytes;
  for (const [index, one] of asked.entries()) {
    const parting = parted[index] ?? null;
    if (parting === null && knowsAll(context, one)) continue;
    const response = await answer(one, parting, isHeldUp(context, one, follower.id) ? 0 : left);
    const bytes = response.records?.length ?? 0;
    left -= bytes;
    if (typeof one.partition !== 'string' && isOutOfSync(one.partition, follower.id))
      context.services.replication.leaderQuota.used(one.partition.topic, one.data.partition, bytes);
    const ofTopic = topics.get(one.topicId);
    if (ofTopic === undefined) topics.set(one.topicId, [response]);
    else ofTopic.push(response);
  }
  return {
    throttleTimeMs: 0,
    errorCode: errorCode('NONE'),
    sessionId: NO_SESSION,
    responses: [...topics].map(([topicId, partitions]) => ({ topicId, partitions })),
  };
}

/** Only who is out of sync is slowed down (KIP-73): acknowledgements wait for the others. */
function isHeldUp(context: RequestContext, { partition }: Asked, followerId: number): boolean {
  if (typeof partition === 'string' || !isOutOfSync(partition, followerId)) return false;
  return context.services.replication.leaderQuota.holdsUp(partition.topic, partition.partition);
}

function isOutOfSync({ inSyncReplicas }: Partition, followerId: number): boolean {
  return !inSyncReplicas.includes(followerId);
}

/** Nothing is to be said of a partition of which the follower has and knows everything. */
function knowsAll(context: RequestContext, { partition, data }: Asked): boolean {
  if (typeof partition === 'string' || !partition.isLeader) return false;
  return (
    context.version >= KNOWS_COMMITTED_VERSION &&
    partition.log.writtenOffset === data.fetchOffset &&
    partition.highWatermark === data.highWatermark &&
    partition.log.startOffset === data.logStartOffset
  );
}

function leaderOf(context: RequestContext, name: string | undefined, data: FetchRequestPartition) {
  if (name === undefined) return 'UNKNOWN_TOPIC_ID';
  const partition = context.services.partitions.leader(name, data.partition);
  if (typeof partition === 'string') return partition;
  return leaderEpochProblem(partition, data.currentLeaderEpoch) ?? partition;
}

/** Where the leader's log parts from the follower's; null where the follower's is a prefix of it, or nothing can be said. */
function partingOf({
  partition,
  data,
}: Asked): { readonly epoch: number; readonly endOffset: number } | null {
  if (typeof partition === 'string' || data.lastFetchedEpoch < 0) return null;
  const { log } = partition;
  const end = epochEnd(epochsOf(partition), log.endOffset, data.lastFetchedEpoch);
  if (end.epoch === data.lastFetchedEpoch && data.fetchOffset <= end.offset) return null;
  return { epoch: Math.max(end.epoch, 0), endOffset: Math.max(end.offset, 0) };
}

/** Waits until a follower can be given more: records, or, a little later, that more is committed than it knows. */
async function untilNews(
  context: RequestContext,
  request: FetchRequest,
  asked: readonly (Asked & { readonly isHeldUp: boolean })[],
): Promise<void> {
  const hasRecords = (): boolean =>
    asked.some(({ partition, data, isHeldUp: mustWait }) => {
      if (typeof partition === 'string' || !partition.isLeader) return true;
      return !mustWait && partition.log.writtenOffset > data.fetchOffset;
    });
  const isMoreCommitted = (): boolean =>
    context.version >= KNOWS_COMMITTED_VERSION &&
    asked.some(
      ({ partition, data }) => typeof partition !== 'string' && partition.highWatermark > data.highWatermark,
    );
  const { timers } = context.services;
  await context.services.purgatory.park<void>({
    timeoutMs: request.maxWaitMs,
    signal: context.signal,
    begin: (complete) => {
      let late: Timer | undefined;
      const onRecords = (): void => {
        if (hasRecords()) complete();
      };
      const onCommitted = (): void => {
        if (late === undefined && isMoreCommitted()) late = timers.after(COMMITTED_DELAY_MS, complete);
      };
      const stops = asked.flatMap(({ partition }) =>
        typeof partition === 'string'
          ? []
          : [partition.onGrowth(onRecords), partition.onHighWatermark(onCommitted)],
      );
      onRecords();
      onCommitted();
      return () => {
        late?.cancel();
        for (const stop of stops) stop();
      };
    },
    expired: () => undefined,
  });
}

async function answer(
  { partition, data }: Asked,
  parted: { readonly epoch: number; readonly endOffset: number } | null,
  left: number,
): Promise<FetchResponsePartitionInit> {
  if (typeof partition === 'string') return failed(data.partition, partition, -1);
  const { log, leaderEpoch } = partition;
  const { startOffset } = log;
  if (data.fetchOffset < startOffset || data.fetchOffset > log.endOffset) {
    if (parted === null) return failed(data.partition, 'OFFSET_OUT_OF_RANGE', startOffset);
  }
  const rest = {
    partitionIndex: data.partition,
    errorCode: errorCode('NONE'),
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: startOffset,
    abortedTransactions: null,
  };
  if (parted !== null)
    return { ...rest, highWatermark: partition.highWatermark, divergingEpoch: parted, records: EMPTY };
  try {
    const limits = {
      maxBytes: Math.min(data.partitionMaxBytes, left),
      atLeastOne: left > 0,
      endBefore: log.writtenOffset,
    };
    const batches = await log.read(data.fetchOffset, limits);
    // Whoever leads now may have cut what was looked at.
    if (!partition.isLeader || partition.leaderEpoch !== leaderEpoch)
      return failed(data.partition, 'NOT_LEADER_OR_FOLLOWER', -1);
    return { ...rest, highWatermark: partition.highWatermark, records: Buffer.concat(batches) };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    const isGone = error.code === 'OFFSET_OUT_OF_RANGE';
    return failed(data.partition, isGone ? 'OFFSET_OUT_OF_RANGE' : 'KAFKA_STORAGE_ERROR', log.startOffset);
  }
}

function failure(error: ErrorName): FetchResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), sessionId: NO_SESSION, responses: [] };
}

function failed(
  partitionIndex: number,
  error: ErrorName,
  logStartOffset: number,
): FetchResponsePartitionInit {
  return {
    partitionIndex,
    errorCode: errorCode(error),
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset,
    abortedTransactions: null,
    records: EMPTY,
  };
}
