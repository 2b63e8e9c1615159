import { type ErrorName, errorCode } from '@millrace/protocol';
import {
  shareFetch as api,
  type ShareFetchRequest,
  type ShareFetchResponseInit,
  type ShareFetchResponsePartitionInit,
} from '@millrace/protocol/messages';
import {
  FINAL_EPOCH,
  INITIAL_EPOCH,
  type SessionPartition,
  type ShareSession,
} from '../core/share/share-session.ts';
import type { LiveSharePartition, ShareReadResult } from '../runtime/live-share-partition.ts';
import { defineApi, type RequestContext } from './api.ts';
import { readError } from './read-error.ts';
import {
  type AcknowledgeOutcome,
  acknowledgeAll,
  currentLeader,
  leaderEndpoints,
  readableTopic,
  shareSession,
} from './share-acknowledgements.ts';
import { ShareFetchWait } from './share-fetch-wait.ts';

const RECORD_LIMIT_MODE = 1;
const NO_RECORDS = Buffer.alloc(0);

/** One partition of the session. */
interface Asked extends SessionPartition {
  readonly live: LiveSharePartition | ErrorName;
}

interface Read {
  readonly asked: Asked;
  readonly error: ErrorName | null;
  readonly result: ShareReadResult | null;
}

/**
 * ShareFetch v1-2
 *
 * - Takes in acknowledgements first, then acquires records and gives them out; answered once the acknowledgements are stored.
 * - Whole batches as they are stored; which of their records were acquired is said beside them, as few ranges as there can be, whatever
 *   `batch_size` says. Markers, aborted records and offsets without a record are never acquired.
 * - Waits `max_wait_ms` at most until there are `min_bytes`, counted in the log from the first record that can be acquired.
 * - `max_records` is kept to, by the batch or by the record as `share_acquire_mode` says.
 * - A session (KIP-932) remembers what is read; it ends with the connection, and what the member holds goes to others then.
 *
 * Versions: v2 acquire modes (KIP-1206), renewal of locks (KIP-1222).
 *
 * Not implemented: nothing.
 */
export const shareFetch = defineApi({
  api,
  versions: [1, 2],
  access: [
    ['READ', 'GROUP'],
    ['READ', 'TOPIC'],
  ],
  quota: 'fetched',
  async handle(context, request): Promise<ShareFetchResponseInit> {
    const problem = requestProblem(request);
    if (problem !== null) return onlyError(problem);
    const session = shareSession(context, request);
    if (typeof session === 'string') return onlyError(session);
    const acknowledged = acknowledgeAll(context, session, request);
    let reads: readonly Read[] = [];
    if (request.shareSessionEpoch === FINAL_EPOCH) {
      await Promise.all(acknowledged);
      context.services.shareSessions.end(session);
    } else {
      changeSession(session, request);
      if (!request.isRenewAck) reads = await readSession(context, session, request);
    }
    const responses = byTopic(context, reads, await Promise.all(acknowledged));
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      acquisitionLockTimeoutMs: context.services.sharePartitions.settings(session.group).lockMs,
      responses,
      nodeEndpoints: leaderEndpoints(context, { responses }),
    };
  },
  refuse: (_request, error) => onlyError(error),
});

function requestProblem(request: ShareFetchRequest): ErrorName | null {
  const { shareSessionEpoch, isRenewAck, maxRecords, maxBytes, topics } = request;
  const isFirst = shareSessionEpoch === INITIAL_EPOCH;
  const acknowledges = topics.some(({ partitions }) =>
    partitions.some(({ acknowledgementBatches }) => acknowledgementBatches.length > 0),
  );
  // Nothing can be held yet.
  if (isFirst && acknowledges) return 'INVALID_REQUEST';
  // A request that renews brings no records: it must not wait for them.
  if (isRenewAck && (maxRecords > 0 || maxBytes > 0)) return 'INVALID_REQUEST';
  return null;
}

function changeSession(session: ShareSession, request: ShareFetchRequest): void {
  for (const { topicId, partitions } of request.topics)
    for (const { partitionIndex: partition } of partitions) session.add({ topicId, partition });
  for (const { topicId, partitions } of request.forgottenTopicsData)
    for (const partition of partitions) session.forget({ topicId, partition });
}

/** Reads what there is, once it is enough or time is up. */
async function readSession(
  context: RequestContext,
  session: ShareSession,
  request: ShareFetchRequest,
): Promise<readonly Read[]> {
  const lease = context.services.fetchMemory.lease();
  context.afterSent((hasLeft) => (hasLeft ? lease.release() : lease.abandon()));
  const asked = await Promise.all(session.partitions.map((one) => resolve(context, session, one)));
  const live = asked.flatMap((one) => (typeof one.live === 'string' ? [] : [one.live]));
  const wait = new ShareFetchWait(live, request.minBytes);
  const nowMs = () => context.services.clock.now().monoMs;
  const untilMs = nowMs() + request.maxWaitMs;
  for (;;) {
    // Who asks for no records would find that there is more, again and again.
    const wantsNone = request.minBytes <= 0 || request.maxRecords <= 0;
    const isLast = nowMs() >= untilMs || wantsNone || !session.isOpen || live.length < asked.length;
    if (isLast || (await wait.isEnough())) {
      const reads = await readAll(context, session, request, asked, lease.allocate);
      const isNews = reads.some(({ error, result }) => error !== null || (result?.count ?? 0) > 0);
      if (isNews || isLast) return reads;
    }
    await wait.changed(context, Math.max(0, untilMs - nowMs()));
  }
}

async function resolve(
  context: RequestContext,
  session: ShareSession,
  one: SessionPartition,
): Promise<Asked> {
  const topic = readableTopic(context, one.topicId);
  if (topic.error !== null) return { ...one, live: topic.error };
  const key = { group: session.group, ...one };
  return { ...one, live: await context.services.sharePartitions.get(key, topic.name) };
}

async function readAll(
  context: RequestContext,
  session: ShareSession,
  request: ShareFetchRequest,
  asked: readonly Asked[],
  allocate: (bytes: number) => Buffer,
): Promise<readonly Read[]> {
  const { config, fetchMemory, meter } = context.services;
  let bytesLeft = Math.min(request.maxBytes, config.values['fetch.max.bytes'], fetchMemory.allowanceBytes);
  let recordsLeft = request.maxRecords;
  const reads: Read[] = [];
  for (const one of asked) {
    const { live } = one;
    const error = typeof live === 'string' ? live : live.failure;
    if (typeof live === 'string' || error !== null) {
      reads.push({ asked: one, error, result: null });
      continue;
    }
    if (recordsLeft <= 0 || !live.hasMore) continue;
    try {
      const result = await live.acquire({
        memberId: session.memberId,
        maxBytes: Math.max(0, bytesLeft),
        maxRecords: recordsLeft,
        isExact: request.shareAcquireMode === RECORD_LIMIT_MODE,
        allocate,
        isWanted: () => session.isOpen,
      });
      recordsLeft -= result.count;
      bytesLeft -= result.records.length;
      if (result.records.length > 0) meter.fetched(live.partition.topic, result.records.length);
      reads.push({ asked: one, error: null, result });
    } catch (thrown) {
      reads.push({ asked: one, error: readError(thrown), result: null });
    }
  }
  return reads;
}

type Answer = ShareFetchResponsePartitionInit;

/** Told are partitions with records, with an error, or with an answer to acknowledgements. */
function byTopic(
  context: RequestContext,
  reads: readonly Read[],
  outcomes: readonly AcknowledgeOutcome[],
): { readonly topicId: string; readonly partitions: Answer[] }[] {
  const topics = new Map<string, Map<number, Answer>>();
  const tell = (topicId: string, partitionIndex: number, more: Partial<Answer>): void => {
    const partitions = topics.get(topicId) ?? new Map<number, Answer>();
    topics.set(topicId, partitions);
    const known = partitions.get(partitionIndex) ?? nothing(context, topicId, partitionIndex);
    partitions.set(partitionIndex, { ...known, ...more });
  };
  for (const { asked, error, result } of reads) {
    if (error !== null) tell(asked.topicId, asked.partition, { errorCode: errorCode(error) });
    if (result === null || result.count === 0) continue;
    tell(asked.topicId, asked.partition, { records: result.records, acquiredRecords: [...result.ranges] });
  }
  for (const { topicId, partition, error, message } of outcomes) {
    const acknowledgeErrorCode = errorCode(error ?? 'NONE');
    tell(topicId, partition, { acknowledgeErrorCode, acknowledgeErrorMessage: message });
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions.values()] }));
}

function nothing(context: RequestContext, topicId: string, partitionIndex: number): Answer {
  return {
    partitionIndex,
    errorCode: errorCode('NONE'),
    acknowledgeErrorCode: errorCode('NONE'),
    currentLeader: currentLeader(context, topicId, partitionIndex),
    records: NO_RECORDS,
    acquiredRecords: [],
  };
}

function onlyError(error: ErrorName): ShareFetchResponseInit {
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    acquisitionLockTimeoutMs: 0,
    responses: [],
    nodeEndpoints: [],
  };
}
