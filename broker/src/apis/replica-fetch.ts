import { isMillraceError, type Timer } from '@millrace/foundation';
import { type ErrorName, errorCode } from '@millrace/protocol';
import type {
  FetchRequest,
  FetchRequestPartition,
  FetchResponseInit,
  FetchResponsePartitionInit,
} from '@millrace/protocol/messages';
import { epochEnd } from '../core/log/leader-epochs.ts';
import type { FetchLease } from '../runtime/fetch-memory.ts';
import type { Partition, ReadLimits } from '../runtime/partition.ts';
import { CLUSTER, type RequestContext } from './api.ts';
import { joinedBatches } from './joined-batches.ts';
import { fetchEpochProblem } from './leader-epoch-check.ts';
import { epochsOf } from './leader-epochs-of.ts';
import { wantedPartitions } from './wanted-partitions.ts';

const EMPTY = Buffer.alloc(0);
const NO_SESSION = 0;
/** From which on a follower can be told where the logs part; it is out of range before. */
const DIVERGING_EPOCH_VERSION = 12;
/** In which a follower says up to where it knows of what is committed. */
const KNOWS_COMMITTED_VERSION = 18;
/**
 * News of nothing but what is committed waits for so long: under load the next records bring it along, and a fetch that brings nothing else
 * costs both sides as much as one with records.
 */
const COMMITTED_DELAY_MS = 10;

interface Asked {
  readonly topic: string;
  readonly topicId: string;
  readonly data: FetchRequestPartition;
  readonly partition: Partition | ErrorName;
}

interface FetchedTopic {
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: FetchResponsePartitionInit[];
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
  const byId = context.version >= 13;
  const { topicsById } = context.services.metadata.image();
  const asked = wantedPartitions(request.topics, { byId }).map(({ topicId, topic, data }): Asked => {
    const name = byId ? topicsById.get(topicId)?.name : topic;
    const partition = leaderOf(context, name, data);
    // While a topic is deleted and made anew its name may still stand for the log of the old one.
    const isOther = byId && typeof partition !== 'string' && partition.topicId !== topicId;
    return { topic, topicId, data, partition: isOther ? 'INCONSISTENT_TOPIC_ID' : partition };
  });
  const follower = {
    id: context.version >= 15 ? request.replicaState.replicaId : request.replicaId,
    brokerEpoch: request.replicaState.replicaEpoch,
  };
  const parted = asked.map((one) => (context.version >= DIVERGING_EPOCH_VERSION ? partingOf(one) : null));
  for (const [index, { partition, data }] of asked.entries()) {
    if (typeof partition === 'string' || parted[index] !== null) continue;
    if (data.fetchOffset > partition.log.endOffset) continue;
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
  const { allocate, release, abandon } = context.services.fetchMemory.lease();
  context.afterSent((hasLeft) => (hasLeft ? release() : abandon()));
  const topics = new Map<string, FetchedTopic>();
  let left = request.maxBytes;
  for (const [index, one] of asked.entries()) {
    const parting = parted[index] ?? null;
    if (parting === null && knowsAll(context, one)) continue;
    const limits = { maxBytes: isHeldUp(context, one, follower.id) ? 0 : left, allocate };
    const response = await answer(one, parting, limits);
    const bytes = response.records?.length ?? 0;
    left -= bytes;
    if (typeof one.partition !== 'string' && isOutOfSync(one.partition, follower.id))
      context.services.replication.leaderQuota.used(one.partition.topic, one.data.partition, bytes);
    const { topic, topicId } = one;
    const key = byId ? topicId : topic;
    const fetched = topics.get(key) ?? { topic, topicId, partitions: [] };
    topics.set(key, fetched);
    fetched.partitions.push(response);
  }
  return {
    throttleTimeMs: 0,
    errorCode: errorCode('NONE'),
    sessionId: NO_SESSION,
    responses: [...topics.values()],
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
  return fetchEpochProblem(partition, data.currentLeaderEpoch) ?? partition;
}

/**
 * Where the leader's log parts from the follower's; null where the follower's is a prefix of it. A follower without records, which knows no
 * epoch, is one unless it would go on behind all that is here: of what comes there it has nothing.
 */
function partingOf({
  partition,
  data,
}: Asked): { readonly epoch: number; readonly endOffset: number } | null {
  if (typeof partition === 'string') return null;
  const { log } = partition;
  if (data.lastFetchedEpoch < 0)
    return data.fetchOffset > log.endOffset
      ? { epoch: partition.leaderEpoch, endOffset: log.endOffset }
      : null;
  const end = epochEnd(epochsOf(partition), log.endOffset, data.lastFetchedEpoch);
  if (end.epoch === data.lastFetchedEpoch && data.fetchOffset <= end.offset) return null;
  return { epoch: Math.max(end.epoch, 0), endOffset: Math.max(end.offset, 0) };
}

/** Waits until a follower can be given more: records, or, a little later, that more is committed than it knows. */
async function untilNews(
  context: RequestContext,
  request: FetchRequest,
  asked: readonly AskedInTurn[],
): Promise<void> {
  const { timers } = context.services;
  await context.services.purgatory.park<void>({
    timeoutMs: request.maxWaitMs,
    signal: context.signal,
    begin: (complete) => {
      let late: Timer | undefined;
      // Each event is looked at for the partition that it is of: a follower asks for thousands.
      const onRecords = (one: AskedInTurn): void => {
        if (hasRecords(one)) complete();
      };
      const onCommitted = (one: AskedInTurn): void => {
        if (late === undefined && isMoreCommitted(context, one))
          late = timers.after(COMMITTED_DELAY_MS, complete);
      };
      const stops = asked.flatMap((one) =>
        typeof one.partition === 'string'
          ? []
          : [
              one.partition.onGrowth(() => onRecords(one)),
              one.partition.onHighWatermark(() => onCommitted(one)),
            ],
      );
      for (const one of asked) {
        onRecords(one);
        onCommitted(one);
      }
      return () => {
        late?.cancel();
        for (const stop of stops) stop();
      };
    },
    expired: () => undefined,
  });
}

interface AskedInTurn extends Asked {
  readonly isHeldUp: boolean;
}

function hasRecords({ partition, data, isHeldUp: mustWait }: AskedInTurn): boolean {
  if (typeof partition === 'string' || !partition.isLeader) return true;
  return !mustWait && partition.log.writtenOffset > data.fetchOffset;
}

function isMoreCommitted({ version }: RequestContext, { partition, data }: Asked): boolean {
  if (typeof partition === 'string' || version < KNOWS_COMMITTED_VERSION) return false;
  return partition.highWatermark > data.highWatermark;
}

async function answer(
  { partition, data }: Asked,
  parted: { readonly epoch: number; readonly endOffset: number } | null,
  { maxBytes: left, allocate }: Pick<ReadLimits, 'maxBytes'> & Pick<FetchLease, 'allocate'>,
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
      allocate,
    };
    const batches = await log.read(data.fetchOffset, limits);
    // Whoever leads now may have cut what was looked at.
    if (!partition.isLeader || partition.leaderEpoch !== leaderEpoch)
      return failed(data.partition, 'NOT_LEADER_OR_FOLLOWER', -1);
    return { ...rest, highWatermark: partition.highWatermark, records: joinedBatches(batches) };
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
