import { ZERO_UUID } from '@millrace/foundation/types';
import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  fetch as api,
  type FetchRequest,
  type FetchRequestPartition,
  type FetchResponseInit,
  type FetchResponsePartitionInit,
} from '@millrace/protocol/messages';
import { peekBatchSize, readBatchHeader } from '@millrace/protocol/records';
import { nearestReplica } from '../core/replication/nearest-replica.ts';
import type { FetchLease } from '../runtime/fetch-memory.ts';
import type { FetchTurn, SessionRequest, Wanted } from '../runtime/fetch-sessions.ts';
import type { Partition, ReadLimits } from '../runtime/partition.ts';
import { defineApi, type RequestContext } from './api.ts';
import { joinedBatches } from './joined-batches.ts';
import { fetchEpochProblem } from './leader-epoch-check.ts';
import { leaderEndpoints, pointsElsewhere, withLeaders } from './leader-hints.ts';
import { fetchMetadata } from './metadata-fetch.ts';
import { readError } from './read-error.ts';
import { fetchAsFollower } from './replica-fetch.ts';
import { wantedPartitions } from './wanted-partitions.ts';

const READ_COMMITTED = 1;
/** From here on clients know that followers can be read from. */
const FOLLOWERS_VERSION = 11;
/** From here on answers say who leads instead. */
const LEADERS_VERSION = 16;
const NO_SESSION = 0;
const EMPTY = Buffer.alloc(0);

/** One partition that is asked for. */
interface Asked {
  readonly topic: string;
  readonly topicId: string;
  readonly data: FetchRequestPartition;
  readonly partition: Partition | ErrorName;
}

interface ReadResult {
  readonly responses: readonly FetchResponsePartitionInit[];
  readonly bytes: number;
  /** Of each partition, as it was read: the bytes that had been committed. */
  readonly committedBytes: readonly number[];
  /** Likewise: the last stable offset. */
  readonly stableOffsets: readonly number[];
  /** Likewise: -1 where there is none. */
  readonly leaderEpochs: readonly number[];
  /** Nothing is waited for: an error, or another place to read from. */
  readonly isUrgent: boolean;
}

/** Of partitions that cannot be read by this client at all: the others are waited for as if nobody had asked for these. */
const NOT_READABLE: ReadonlySet<string> = new Set<ErrorName>([
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'TOPIC_AUTHORIZATION_FAILED',
]);

/**
 * Fetch v4-18
 *
 * - Whole batches as they are stored; the first batch of the answer comes whole even above the limits, so that a reader
 *   never sticks. Limits: each partition's, the request's, and `fetch.max.bytes`.
 * - Waits up to `max_wait_ms` until `min_bytes` are there, or as many as may be in an answer; an error of a partition is answered at
 *   once, but for partitions that are not known or not allowed. Where there is none to read, the answer comes at once too.
 * - A session (KIP-227) remembers what was wanted: an incremental request names changes, its answer holds what has news. Where all
 *   slots are taken, a full fetch is answered with session id 0. FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH and
 *   FETCH_SESSION_TOPIC_ID_ERROR send the client back to a full fetch.
 * - Over its quota a client gets no records, and no session begins (KIP-219).
 * - Near `fetch.memory.max.bytes`, answers get smaller, down to one batch.
 * - read_committed sees what is below the last stable offset, and which of the transactions in it were aborted; it waits for
 *   that offset to move.
 *
 * - Since v11 followers may be read from; under `replica.selector.class` a leader sends consumers that say their rack to the follower in
 *   it that is furthest, and gives no records then (KIP-392).
 * - NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH say who leads, and where that is (KIP-951).
 * - A broker that follows gets everything that is written (`replica-fetch.ts`); on the controller's listener the metadata log
 *   (`metadata-fetch.ts`).
 *
 * Versions: v7 sessions; v9 leader epochs; v11 racks; v12 diverging epoch; v13 topic ids; v15 replica state; v16 leaders; v17 directory ids.
 *
 * Not implemented: nothing.
 */
export const fetch = defineApi({
  api,
  versions: [4, 18],
  access: [
    ['READ', 'TOPIC'],
    ['CLUSTER_ACTION', 'CLUSTER'],
  ],
  keepsNoBytes: true,
  async handle(context, request): Promise<FetchResponseInit> {
    if (context.listenerKind === 'controller') return await fetchMetadata(context, request);
    if (request.replicaId >= 0 || request.replicaState.replicaId >= 0)
      return pointedOut(context, await fetchAsFollower(context, request));
    const turn = context.services.fetchSessions.turn(sessionRequestOf(context, request));
    if (turn.error !== null) return onlyError(turn.error);
    const lease = context.services.fetchMemory.lease();
    context.afterSent((hasLeft) => (hasLeft ? lease.release() : lease.abandon()));
    const asked = resolve(context, turn.wanted);
    const maxBytes = answerMaxBytes(context, request);
    const minBytes = Math.min(request.minBytes, maxBytes);
    const isReadable = asked.some(({ partition }) => typeof partition !== 'string');
    let result = await read(context, request, asked, { lease, maxBytes });
    if (result.bytes < minBytes && !result.isUrgent && isReadable && request.maxWaitMs > 0) {
      lease.release();
      await waitForBytes(context, { ...request, minBytes }, asked, result);
      result = await read(context, request, asked, { lease, maxBytes });
    }
    if (context.offerRecords(result.bytes) > 0) return nothing('NONE', turn.throttledSessionId);
    count(context, asked, result);
    return pointedOut(context, answer(context.version, asked, result, turn));
  },
  refuse: (request, error) => ({
    ...onlyError(error),
    responses: request.topics.map(({ topic, topicId, partitions }) => ({
      topic,
      topicId,
      partitions: partitions.map(({ partition }) => failed(partition, error)),
    })),
  }),
});

function sessionRequestOf(
  { version }: RequestContext,
  { sessionId, sessionEpoch, topics, forgottenTopicsData }: FetchRequest,
): SessionRequest<FetchRequestPartition> {
  return {
    sessionId,
    sessionEpoch,
    usesTopicIds: version >= 13,
    wanted: wantedPartitions(topics, { byId: version >= 13 }),
    forgotten: forgottenTopicsData,
  };
}

/** What one answer to this client may hold when there is memory enough. */
function answerMaxBytes(
  { services, principal, clientId }: RequestContext,
  { maxBytes }: FetchRequest,
): number {
  const quotaBytes = services.quotas.fetchMaxBytes({ user: principal.name, clientId: clientId ?? '' });
  return Math.min(maxBytes, services.config.values['fetch.max.bytes'], quotaBytes);
}

/** What is given to clients is counted once it is. */
function count({ services }: RequestContext, asked: readonly Asked[], { responses }: ReadResult): void {
  for (const [index, { partition }] of asked.entries()) {
    const bytes = responses[index]?.records?.length ?? 0;
    if (typeof partition !== 'string' && bytes > 0) services.meter.fetched(partition.topic, bytes);
  }
}

function resolve(context: RequestContext, wanted: readonly Wanted<FetchRequestPartition>[]): Asked[] {
  const image = context.services.metadata.image();
  const byId = context.version >= 13;
  return wanted.map(({ topic, topicId, data }) => {
    const name = byId ? image.topicsById.get(topicId)?.name : topic;
    return { topic, topicId, data, partition: find(context, name, data) };
  });
}

function find(
  context: RequestContext,
  name: string | undefined,
  { partition: index, currentLeaderEpoch }: FetchRequestPartition,
): Partition | ErrorName {
  if (name === undefined) return 'UNKNOWN_TOPIC_ID';
  if (!context.authorize('READ', { type: 'TOPIC', name })) return 'TOPIC_AUTHORIZATION_FAILED';
  const { partitions } = context.services;
  const partition =
    context.version >= FOLLOWERS_VERSION ? partitions.replica(name, index) : partitions.leader(name, index);
  if (typeof partition === 'string') return partition;
  return fetchEpochProblem(partition, currentLeaderEpoch) ?? partition;
}

async function read(
  context: RequestContext,
  request: FetchRequest,
  asked: readonly Asked[],
  { lease, maxBytes: mayHaveBytes }: { readonly lease: FetchLease; readonly maxBytes: number },
): Promise<ReadResult> {
  const { allocate } = lease;
  const maxBytes = Math.min(mayHaveBytes, context.services.fetchMemory.allowanceBytes);
  const responses: FetchResponsePartitionInit[] = [];
  const committedBytes: number[] = [];
  const stableOffsets: number[] = [];
  const leaderEpochs: number[] = [];
  let bytes = 0;
  let isUrgent = false;
  for (const { data, partition } of asked) {
    committedBytes.push(typeof partition === 'string' ? 0 : partition.committedBytes);
    stableOffsets.push(typeof partition === 'string' ? 0 : partition.lastStableOffset);
    leaderEpochs.push(typeof partition === 'string' ? -1 : partition.leaderEpoch);
    if (typeof partition === 'string') {
      responses.push(failed(data.partition, partition));
      isUrgent ||= !NOT_READABLE.has(partition);
      continue;
    }
    const nearest = nearestTo(context, request, partition, data.fetchOffset);
    if (nearest !== null) {
      responses.push(redirected(data.partition, partition, nearest));
      isUrgent = true;
      continue;
    }
    const left = Math.min(data.partitionMaxBytes, maxBytes - bytes);
    const limits = { maxBytes: left, atLeastOne: bytes === 0, allocate };
    const response = await readPartition(partition, request, data, limits);
    responses.push(response);
    bytes += response.records?.length ?? 0;
    isUrgent ||= response.errorCode !== 0;
  }
  return { responses, bytes, committedBytes, stableOffsets, leaderEpochs, isUrgent };
}

/** Where a consumer that says its rack reads instead of here; null: here. */
function nearestTo(
  { services }: RequestContext,
  { rackId }: FetchRequest,
  partition: Partition,
  offset: number,
): number | null {
  const { config, metadata } = services;
  if (rackId === '' || !partition.isLeader || config.values['replica.selector.class'] === null) return null;
  const { brokers } = metadata.image();
  return nearestReplica({
    clientRack: rackId,
    leaderId: config.nodeId,
    followers: partition.readableFollowers(offset),
    rackOf: (id) => brokers.get(id)?.rack ?? null,
  });
}

function redirected(
  partitionIndex: number,
  { highWatermark, lastStableOffset, log }: Partition,
  preferredReadReplica: number,
): FetchResponsePartitionInit {
  return {
    partitionIndex,
    errorCode: errorCode('NONE'),
    highWatermark,
    lastStableOffset,
    logStartOffset: log.startOffset,
    abortedTransactions: null,
    preferredReadReplica,
    records: EMPTY,
  };
}

async function readPartition(
  partition: Partition,
  request: FetchRequest,
  data: FetchRequestPartition,
  limits: Omit<ReadLimits, 'endBefore'>,
): Promise<FetchResponsePartitionInit> {
  const isCommitted = request.isolationLevel === READ_COMMITTED;
  const endBefore = isCommitted ? partition.lastStableOffset : partition.highWatermark;
  const { highWatermark, lastStableOffset } = partition;
  try {
    const batches = await partition.log.read(data.fetchOffset, { ...limits, endBefore });
    return {
      partitionIndex: data.partition,
      errorCode: errorCode('NONE'),
      highWatermark,
      lastStableOffset,
      logStartOffset: partition.log.startOffset,
      abortedTransactions: isCommitted ? await abortedIn(partition, data.fetchOffset, batches) : null,
      records: joinedBatches(batches),
    };
  } catch (error) {
    return failed(data.partition, readError(error));
  }
}

/** What the reader of these batches has to pass over. */
async function abortedIn(partition: Partition, from: number, batches: readonly Buffer[]) {
  const last = batches.at(-1);
  if (last === undefined) return [];
  let at = 0;
  for (let size = peekBatchSize(last, at); size !== undefined && at + size < last.length; ) {
    at += size;
    size = peekBatchSize(last, at);
  }
  return await partition.log.abortedTransactions(from, readBatchHeader(last, at).lastOffset + 1);
}

/** Resolves when what has been committed since makes up the bytes that are missing, or when time is up. */
async function waitForBytes(
  context: RequestContext,
  request: FetchRequest,
  asked: readonly Asked[],
  before: ReadResult,
): Promise<void> {
  const isCommitted = request.isolationLevel === READ_COMMITTED;
  let { bytes } = before;
  const waitFor = (index: number, partition: Partition, complete: () => void): (() => void) => {
    const was = before.committedBytes[index] ?? 0;
    let counted = 0;
    const check = (): void => {
      // Nothing of what came is stable yet.
      const isHeldBack = isCommitted && partition.lastStableOffset === before.stableOffsets[index];
      const came = isHeldBack ? 0 : partition.committedBytes - was;
      bytes += came - counted;
      counted = came;
      if (bytes >= request.minBytes || partition.leaderEpoch !== before.leaderEpochs[index]) complete();
    };
    const stop = partition.onHighWatermark(check);
    check();
    return stop;
  };
  await context.services.purgatory.park<void>({
    timeoutMs: request.maxWaitMs,
    signal: context.signal,
    begin: (complete) => {
      const stops = asked.map(({ partition }, index) =>
        typeof partition === 'string' ? undefined : waitFor(index, partition, complete),
      );
      return () => {
        for (const stop of stops) stop?.();
      };
    },
    expired: () => undefined,
  });
}

function answer(
  version: number,
  asked: readonly Asked[],
  { responses }: ReadResult,
  turn: FetchTurn<FetchRequestPartition>,
): FetchResponseInit {
  const { sessionId, told } = turn.answered(
    responses.map(
      ({ errorCode: code, highWatermark, logStartOffset, records, preferredReadReplica = -1 }) => ({
        errorCode: code,
        highWatermark,
        logStartOffset: logStartOffset ?? -1,
        bytes: records?.length ?? 0,
        isRedirected: preferredReadReplica >= 0,
      }),
    ),
  );
  const topics = new Map<
    string,
    { topic: string; topicId: string; partitions: FetchResponsePartitionInit[] }
  >();
  for (const [index, { topic, topicId }] of asked.entries()) {
    const response = responses[index];
    if (response === undefined || told[index] !== true) continue;
    const key = version >= 13 ? topicId : topic;
    const known = topics.get(key) ?? { topic, topicId, partitions: [] };
    known.partitions.push(response);
    topics.set(key, known);
  }
  return {
    throttleTimeMs: 0,
    errorCode: errorCode('NONE'),
    sessionId,
    responses: [...topics.values()],
  };
}

/** With the leaders of partitions that are led elsewhere, or in another epoch. */
function pointedOut(context: RequestContext, answered: FetchResponseInit): FetchResponseInit {
  const { responses: given } = answered;
  if (context.version < LEADERS_VERSION || !given.some(({ partitions }) => pointsElsewhere(partitions)))
    return answered;
  const { topicsById } = context.services.metadata.image();
  const responses = given.map((topic) => {
    const image = topicsById.get(topic.topicId ?? ZERO_UUID);
    return {
      ...topic,
      partitions: withLeaders(image, topic.partitions, ({ partitionIndex }) => partitionIndex),
    };
  });
  const nodeEndpoints = leaderEndpoints(
    context,
    responses.map(({ partitions }) => partitions),
  );
  return { ...answered, responses, nodeEndpoints };
}

function onlyError(error: ErrorName): FetchResponseInit {
  return nothing(error, NO_SESSION);
}

function nothing(error: ErrorName, sessionId: number): FetchResponseInit {
  return { throttleTimeMs: 0, errorCode: errorCode(error), sessionId, responses: [] };
}

function failed(partitionIndex: number, error: ErrorName): FetchResponsePartitionInit {
  return {
    partitionIndex,
    errorCode: errorCode(error),
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    records: EMPTY,
  };
}
