import { MillraceError, toMillraceError } from '@millrace/foundation';
import { type ShareFetchResponse, shareAcknowledge, shareFetch } from '@millrace/protocol/messages';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { errorOf, throwOnError } from '../cluster/outcome.ts';
import type { AcknowledgementOutcome } from '../types.ts';
import type { Acknowledgements, PartitionAcknowledgements, RecordId } from './acknowledgements.ts';
import { RecordLock } from './record-lock.ts';
import type { ShareConfig } from './share-config.ts';
import { FINAL_EPOCH, type SharePartition, ShareSession } from './share-session.ts';

/** What one fetch is to bring. */
export interface ShareDemand {
  readonly partitions: readonly SharePartition[];
  readonly maxRecords: number;
  /** Never more than `maxRecords`, at the cost of smaller batches (KIP-1206). */
  readonly isExact: boolean;
  readonly maxWaitMs: number;
}

/** One answer to a fetch, and the lock of what it brought. */
export interface ShareFetched {
  readonly session: ShareSession;
  readonly response: ShareFetchResponse;
  readonly asked: readonly SharePartition[];
  readonly lock: RecordLock;
}

/** What the dealings with one broker have led to. */
export interface ShareNodeEvents {
  fetched(fetched: ShareFetched): void;
  acknowledged(outcomes: readonly AcknowledgementOutcome[]): void;
  lockTimeout(ms: number): void;
  /** No request is under way any more: another one may be sent. */
  idle(): void;
  /** The session is over, and what it held. */
  failed(error: MillraceError): void;
}

/** From here on ShareAcknowledge renews locks. */
const RENEWS_FROM_VERSION = 2;
const RECORD_LIMIT_MODE = 1;
const BATCH_OPTIMIZED_MODE = 0;

/** One broker's share session and the requests in it, one at a time. */
export class ShareNode {
  readonly #cluster: Cluster;
  readonly #config: ShareConfig;
  readonly #memberId: string;
  readonly #acknowledgements: Acknowledgements;
  readonly #events: ShareNodeEvents;
  readonly #nodeId: number;
  #session: ShareSession;
  #tail: Promise<void> = Promise.resolve();
  #queued = 0;
  #failures = 0;
  #retryAtMs = 0;

  constructor(
    cluster: Cluster,
    member: { readonly config: ShareConfig; readonly memberId: string; readonly nodeId: number },
    acknowledgements: Acknowledgements,
    events: ShareNodeEvents,
  ) {
    this.#cluster = cluster;
    this.#config = member.config;
    this.#memberId = member.memberId;
    this.#nodeId = member.nodeId;
    this.#acknowledgements = acknowledgements;
    this.#events = events;
    this.#session = new ShareSession(member.nodeId);
  }

  /** Before this nothing is fetched, monotonic ms. */
  get retryAtMs(): number {
    return this.#retryAtMs;
  }

  /** Whether a request is under way or waits for one. */
  get isBusy(): boolean {
    return this.#queued > 0;
  }

  /** Fetches, and tells what was acknowledged along with it where that can go together. */
  fetch(demand: ShareDemand): void {
    void this.#inTurn(async () => {
      const { inTime, renewals, late } = this.#acknowledgements.take(this.#session, performance.now());
      const wanted = new Set(demand.partitions.map(({ topicId, partition }) => `${topicId}-${partition}`));
      const fit = inTime.every(({ topicId, partition }) => wanted.has(`${topicId}-${partition}`));
      for (const words of [fit ? [] : inTime, renewals, late]) await this.#acknowledge(words);
      await this.#fetch(demand, fit ? inTime : []);
    });
  }

  /** Tells what was acknowledged in this session. */
  acknowledge(): Promise<readonly AcknowledgementOutcome[]> {
    return this.#inTurn(() => this.#acknowledgeAll());
  }

  /** Has the locks of these records begin anew, as far as they are held still. What comes of it is nobody's word, and not told. */
  renew(records: readonly RecordId[]): void {
    void this.#inTurn(async () => {
      const session = this.#session;
      const renewals = this.#acknowledgements.renewing(session, records);
      if (renewals.length === 0 || !session.canRenew) return;
      try {
        const outcomes = await this.#ask(renewals, session.epoch);
        // The group forbids it.
        if (outcomes.some(({ error }) => error?.code === 'INVALID_REQUEST')) session.canRenew = false;
      } catch (thrown) {
        this.#lost(session, [], thrown);
      }
    });
  }

  /** Tells what was acknowledged, and ends the session: the broker releases the rest. */
  close(): Promise<readonly AcknowledgementOutcome[]> {
    return this.#inTurn(async () => {
      const session = this.#session;
      if (!session.isOpen) return [];
      const told = await this.#acknowledgeAll();
      if (this.#session === session) await this.#send([], FINAL_EPOCH);
      this.#acknowledgements.lose(session);
      return told;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#queued += 1;
    const turn = this.#tail.then(work).finally(() => {
      this.#queued -= 1;
      if (this.#queued === 0) this.#events.idle();
    });
    this.#tail = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #fetch(demand: ShareDemand, acks: readonly PartitionAcknowledgements[]): Promise<void> {
    const session = this.#session;
    const { epoch, added, forgotten } = session.change(demand.partitions);
    const { groupId, fetchMinBytes, fetchMaxBytes } = this.#config;
    try {
      const connection = await this.#cluster.connection(this.#nodeId, 'fetch');
      const body = {
        groupId,
        memberId: this.#memberId,
        shareSessionEpoch: epoch,
        maxWaitMs: demand.maxWaitMs,
        minBytes: fetchMinBytes,
        maxBytes: fetchMaxBytes,
        maxRecords: demand.maxRecords,
        batchSize: demand.maxRecords,
        shareAcquireMode: demand.isExact ? RECORD_LIMIT_MODE : BATCH_OPTIMIZED_MODE,
        topics: topicsOf([...added.map((one) => ({ ...one, batches: [] })), ...acks]),
        forgottenTopicsData: topicsOf(forgotten.map((one) => ({ ...one, batches: [] }))).map(
          ({ topicId, partitions }) => ({
            topicId,
            partitions: partitions.map(({ partitionIndex }) => partitionIndex),
          }),
        ),
      };
      const timeoutMs = this.#cluster.config.requestTimeoutMs + demand.maxWaitMs;
      const sentAtMs = performance.now();
      const response = await connection.request(shareFetch, body, { timeoutMs });
      throwOnError(response.errorCode, `share fetch of group ${groupId}`, response.errorMessage);
      session.answered(demand.partitions);
      session.canRenew = connection.versions.negotiate(shareAcknowledge) >= RENEWS_FROM_VERSION;
      this.#failures = 0;
      const { acquisitionLockTimeoutMs } = response;
      this.#events.lockTimeout(acquisitionLockTimeoutMs);
      // Acquired before the answer left, which may have lain here while this process was stopped: at the end of the wait at the latest.
      const acquiredAtMs = Math.min(performance.now(), sentAtMs + demand.maxWaitMs);
      const lock = new RecordLock(acquiredAtMs + acquisitionLockTimeoutMs);
      if (acks.length > 0)
        this.#events.acknowledged(
          outcomesOf(acks, response, ({ acknowledgeErrorCode }) => acknowledgeErrorCode),
        );
      this.#events.fetched({ session, response, asked: demand.partitions, lock });
    } catch (thrown) {
      this.#lost(session, acks, thrown);
    }
  }

  async #acknowledgeAll(): Promise<readonly AcknowledgementOutcome[]> {
    const { inTime, renewals, late } = this.#acknowledgements.take(this.#session, performance.now());
    const told: AcknowledgementOutcome[] = [];
    for (const words of [inTime, renewals, late]) told.push(...(await this.#acknowledge(words)));
    return told;
  }

  async #acknowledge(acks: readonly PartitionAcknowledgements[]): Promise<readonly AcknowledgementOutcome[]> {
    return acks.length === 0 ? [] : this.#send(acks, this.#session.epoch);
  }

  async #send(
    acks: readonly PartitionAcknowledgements[],
    epoch: number,
  ): Promise<readonly AcknowledgementOutcome[]> {
    const session = this.#session;
    try {
      const outcomes = await this.#ask(acks, epoch);
      if (outcomes.length > 0) this.#events.acknowledged(outcomes);
      return outcomes;
    } catch (thrown) {
      return this.#lost(session, acks, thrown);
    }
  }

  /** One ShareAcknowledge in the session that stands. */
  async #ask(
    acks: readonly PartitionAcknowledgements[],
    epoch: number,
  ): Promise<readonly AcknowledgementOutcome[]> {
    const session = this.#session;
    const { groupId } = this.#config;
    const hasRenewals = acks.some(({ renewals }) => renewals.length > 0);
    const connection = await this.#cluster.connection(this.#nodeId, 'fetch');
    const sentAtMs = performance.now();
    const response = await connection.request(shareAcknowledge, {
      groupId,
      memberId: this.#memberId,
      shareSessionEpoch: epoch,
      topics: topicsOf(acks),
      ...(hasRenewals ? { isRenewAck: true } : {}),
    });
    throwOnError(response.errorCode, `acknowledgements of group ${groupId}`, response.errorMessage);
    session.answered();
    const outcomes = outcomesOf(acks, response, ({ errorCode }) => errorCode);
    const lock = new RecordLock(sentAtMs + response.acquisitionLockTimeoutMs);
    for (const [index, { renewals, ...partition }] of acks.entries())
      if (outcomes[index]?.error === null) this.#acknowledgements.renewed(partition, session, renewals, lock);
    return outcomes;
  }

  /** The session is over with everything that was acquired in it: the broker gives it to others, and a new one begins. */
  #lost(
    session: ShareSession,
    acks: readonly PartitionAcknowledgements[],
    thrown: unknown,
  ): readonly AcknowledgementOutcome[] {
    const error = toMillraceError(thrown, { code: 'SHARE_FETCH_FAILED', class: 'bug' });
    const untold = [...acks, ...this.#acknowledgements.lose(session)];
    if (this.#session === session) this.#session = new ShareSession(this.#nodeId);
    this.#retryAtMs = performance.now() + retryPauseMs(this.#cluster.config, this.#failures);
    this.#failures += 1;
    const outcomes = untold.map(({ topic, partition, offsets }) => ({ topic, partition, offsets, error }));
    if (outcomes.length > 0) this.#events.acknowledged(outcomes);
    this.#events.failed(error);
    return outcomes;
  }
}

/** What a broker says of acknowledgements, in their order. */
function outcomesOf<P extends { readonly partitionIndex: number }>(
  acks: readonly PartitionAcknowledgements[],
  {
    responses,
  }: { readonly responses: readonly { readonly topicId: string; readonly partitions: readonly P[] }[] },
  codeOf: (partition: P) => number,
): readonly AcknowledgementOutcome[] {
  const codes = new Map<string, number>();
  for (const { topicId, partitions } of responses)
    for (const one of partitions) codes.set(`${topicId}-${one.partitionIndex}`, codeOf(one));
  return acks.map(({ topic, topicId, partition, offsets }) => {
    const code = codes.get(`${topicId}-${partition}`);
    const subject = `acknowledging records of ${topic}-${partition}`;
    const error = code === undefined ? outcomeUnknown(subject) : errorOf(code, subject);
    return { topic, partition, offsets, error };
  });
}

/** Silence is no consent: Kafka's own client takes a partition that the answer leaves out for refused. */
function outcomeUnknown(subject: string): MillraceError {
  return new MillraceError(`${subject}: the broker's answer leaves the partition out`, {
    code: 'ACKNOWLEDGEMENT_OUTCOME_UNKNOWN',
    class: 'transient',
    hint: 'The records may be delivered again: what is done with them must bear it.',
    facts: { retriable: false },
  });
}

function topicsOf(partitions: readonly (SharePartition & Pick<PartitionAcknowledgements, 'batches'>)[]): {
  topicId: string;
  partitions: { partitionIndex: number; acknowledgementBatches: PartitionAcknowledgements['batches'] }[];
}[] {
  const topics = new Map<string, Map<number, PartitionAcknowledgements['batches']>>();
  for (const { topicId, partition, batches } of partitions) {
    const topic = topics.get(topicId) ?? new Map<number, PartitionAcknowledgements['batches']>();
    topics.set(topicId, topic);
    topic.set(partition, [...(topic.get(partition) ?? []), ...batches]);
  }
  return [...topics].map(([topicId, some]) => ({
    topicId,
    partitions: [...some].map(([partitionIndex, acknowledgementBatches]) => ({
      partitionIndex,
      acknowledgementBatches,
    })),
  }));
}
