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
import type { ShareReadResult } from '../runtime/live-share-partition.ts';
import type { SessionChange } from '../runtime/share-sessions.ts';
import { defineApi, type RequestContext } from './api.ts';
import { currentLeader, leaderEndpoints } from './leader-hints.ts';
import { readError } from './read-error.ts';
import {
  type AcknowledgeOutcome,
  acknowledgeAll,
  readableTopic,
  shareSession,
} from './share-acknowledgements.ts';
import { AskedPartition, ShareFetchWait } from './share-fetch-wait.ts';

const RECORD_LIMIT_MODE = 1;
const NO_RECORDS = Buffer.alloc(0);
const NONE: ReadonlySet<SessionPartition> = new Set();

/** Partitions that are just taken into use are waited for so long, by who does not want to wait at all too. */
const LOAD_WAIT_MS = 500;

interface Read {
  readonly asked: SessionPartition;
  readonly error: ErrorName | null;
  readonly result: ShareReadResult | null;
}

/**
 * ShareFetch v1-2
 *
 * - Takes in acknowledgements first, then acquires records and gives them out; answered once the acknowledgements are stored.
 * - Whole batches as they are stored; which of their records were acquired is said beside them, as few ranges as there can be, whatever
 *   `batch_size` says. Markers, aborted records and offsets without a record are never acquired.
 * - Waits `max_wait_ms` at most until there are `min_bytes`, or as many as may be in an answer, counted in the log from the first record that can be acquired. A partition that
 *   is still being taken into use is left out.
 * - `max_records` is kept to, by the batch or by the record as `share_acquire_mode` says; so is `max_bytes` over all partitions, but for the
 *   first batch of an answer.
 * - What was delivered half as often as it may be comes in ever smaller parts, with nothing else, and each record alone the last time: one
 *   bad record does not end the others.
 * - A session (KIP-932) remembers what is read; it ends with the connection, and what the member holds goes to others then. So it does
 *   where all sessions read too many partitions together: SHARE_SESSION_LIMIT_REACHED.
 * - Over its quota a client is given its records all the same, which count, and waits with its next request: records that Kafka keeps
 *   back then stay acquired by a member that never saw them.
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
    const isFinal = request.shareSessionEpoch === FINAL_EPOCH;
    const added = isFinal ? NONE : context.services.shareSessions.change(session, changeOf(request));
    if (typeof added === 'string') return onlyError(added);
    const acknowledged = acknowledgeAll(context, session, request);
    let reads: readonly Read[] = [];
    if (isFinal) {
      await Promise.all(acknowledged);
      context.services.shareSessions.end(session);
    } else if (!request.isRenewAck) {
      reads = await readSession(context, session, request, added);
    }
    const responses = byTopic(context, reads, await Promise.all(acknowledged));
    return {
      throttleTimeMs: 0,
      errorCode: errorCode('NONE'),
      acquisitionLockTimeoutMs: context.services.sharePartitions.settings(session.group).lockMs,
      responses,
      nodeEndpoints: leaderEndpoints(
        context,
        responses.map(({ partitions }) => partitions),
      ),
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

function changeOf({ topics, forgottenTopicsData }: ShareFetchRequest): SessionChange {
  return {
    added: topics.flatMap(({ topicId, partitions }) =>
      partitions.map(({ partitionIndex: partition }) => ({ topicId, partition })),
    ),
    forgotten: forgottenTopicsData.flatMap(({ topicId, partitions }) =>
      partitions.map((partition) => ({ topicId, partition })),
    ),
  };
}

/** Reads what there is, once it is enough or time is up. */
async function readSession(
  context: RequestContext,
  session: ShareSession,
  request: ShareFetchRequest,
  added: ReadonlySet<SessionPartition>,
): Promise<readonly Read[]> {
  const lease = context.services.fetchMemory.lease();
  context.afterSent((hasLeft) => (hasLeft ? lease.release() : lease.abandon()));
  const asked = session.partitions.map((one) => askedPartition(context, session, one, added.has(one)));
  // As many as may be in an answer are enough, as with Fetch.
  const minBytes = Math.min(
    request.minBytes,
    request.maxBytes,
    context.services.config.values['fetch.max.bytes'],
  );
  const wait = new ShareFetchWait(asked, minBytes, lease);
  const nowMs = () => context.services.clock.now().monoMs;
  const beganMs = nowMs();
  // Who asks for no records would find that there is more, again and again.
  const wantsNone = request.minBytes <= 0 || request.maxRecords <= 0 || request.maxBytes <= 0;
  for (;;) {
    const waitMs = wait.isLoading ? Math.max(request.maxWaitMs, LOAD_WAIT_MS) : request.maxWaitMs;
    const untilMs = beganMs + waitMs;
    const isLast = nowMs() >= untilMs || wantsNone || !session.isOpen || wait.isRefused;
    if (isLast || (await wait.isEnough())) {
      const reads = await readAll(context, session, request, asked, lease.allocate);
      const isNews = reads.some(({ error, result }) => error !== null || (result?.count ?? 0) > 0);
      if (isNews || isLast) return reads;
    }
    await wait.changed(context, Math.max(0, untilMs - nowMs()));
  }
}

function askedPartition(
  context: RequestContext,
  session: ShareSession,
  one: SessionPartition,
  isAdded: boolean,
): AskedPartition {
  const topic = readableTopic(context, one.topicId);
  if (topic.error !== null) return new AskedPartition(one, topic.error);
  const { sharePartitions } = context.services;
  const key = { group: session.group, ...one };
  return new AskedPartition(
    one,
    isAdded ? sharePartitions.getCurrent(key, topic.name) : sharePartitions.get(key, topic.name),
  );
}

async function readAll(
  context: RequestContext,
  session: ShareSession,
  request: ShareFetchRequest,
  asked: readonly AskedPartition[],
  allocate: (bytes: number) => Buffer,
): Promise<readonly Read[]> {
  const { config, fetchMemory, meter, quotas } = context.services;
  const quotaBytes = quotas.fetchMaxBytes({ user: context.principal.name, clientId: context.clientId ?? '' });
  let bytesLeft = Math.min(
    request.maxBytes,
    config.values['fetch.max.bytes'],
    fetchMemory.allowanceBytes,
    quotaBytes,
  );
  let recordsLeft = request.maxRecords;
  const reads: Read[] = [];
  let isFirst = true;
  for (const { partition: one, live } of asked) {
    if (live === null) continue;
    const error = typeof live === 'string' ? live : live.failure;
    if (typeof live === 'string' || error !== null) {
      reads.push({ asked: one, error, result: null });
      continue;
    }
    const isFull = recordsLeft <= 0 || request.maxBytes <= 0 || (bytesLeft <= 0 && !isFirst);
    if (isFull || !live.hasMore) continue;
    try {
      const result = await live.acquire({
        memberId: session.memberId,
        maxBytes: Math.max(0, bytesLeft),
        mustFit: !isFirst,
        maxRecords: recordsLeft,
        isExact: request.shareAcquireMode === RECORD_LIMIT_MODE,
        allocate,
        isWanted: () => session.isOpen,
      });
      recordsLeft -= result.count;
      bytesLeft -= result.records.length;
      isFirst &&= result.records.length === 0;
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
    currentLeader: currentLeader(context.services.metadata.image().topicsById.get(topicId), partitionIndex),
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
