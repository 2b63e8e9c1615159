import { type MillraceError, toMillraceError } from '@millrace/foundation';
import { type ShareFetchResponse, shareAcknowledge, shareFetch } from '@millrace/protocol/messages';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { errorOf, throwOnError } from '../cluster/outcome.ts';
import type { AcknowledgementOutcome } from '../types.ts';
import type { Acknowledgements, PartitionAcknowledgements } from './acknowledgements.ts';
import type { ShareConfig } from './share-config.ts';
import { FINAL_EPOCH, type SharePartition, ShareSession } from './share-session.ts';

/** What one fetch is to bring. */
export interface ShareDemand {
  readonly partitions: readonly SharePartition[];
  readonly maxRecords: number;
  readonly maxWaitMs: number;
}

/** What the dealings with one broker have led to. */
export interface ShareNodeEvents {
  fetched(session: ShareSession, response: ShareFetchResponse, asked: readonly SharePartition[]): void;
  acknowledged(outcomes: readonly AcknowledgementOutcome[]): void;
  lockTimeout(ms: number): void;
  /** No request is under way any more: another one may be sent. */
  idle(): void;
  /** The session is over, and what it held. */
  failed(error: MillraceError): void;
}

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
      const acks = this.#acknowledgements.take(this.#session);
      const wanted = new Set(demand.partitions.map(({ topicId, partition }) => `${topicId}-${partition}`));
      const fit = acks.every(
        ({ topicId, partition, hasRenewals }) => !hasRenewals && wanted.has(`${topicId}-${partition}`),
      );
      if (!fit) await this.#acknowledge(acks, this.#session.epoch);
      await this.#fetch(demand, fit ? acks : []);
    });
  }

  /** Tells what was acknowledged in this session. */
  acknowledge(): Promise<readonly AcknowledgementOutcome[]> {
    return this.#inTurn(async () => {
      const acks = this.#acknowledgements.take(this.#session);
      return acks.length === 0 ? [] : this.#acknowledge(acks, this.#session.epoch);
    });
  }

  /** Tells what was acknowledged, and ends the session: the broker releases the rest. */
  close(): Promise<readonly AcknowledgementOutcome[]> {
    return this.#inTurn(async () => {
      if (!this.#session.isOpen) return [];
      return this.#acknowledge(this.#acknowledgements.take(this.#session), FINAL_EPOCH);
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
    const { groupId, fetchMinBytes, fetchMaxBytes, acquireMode } = this.#config;
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
        shareAcquireMode: acquireMode === 'record_limit' ? RECORD_LIMIT_MODE : BATCH_OPTIMIZED_MODE,
        topics: topicsOf([...added.map((one) => ({ ...one, batches: [] })), ...acks]),
        forgottenTopicsData: topicsOf(forgotten.map((one) => ({ ...one, batches: [] }))).map(
          ({ topicId, partitions }) => ({
            topicId,
            partitions: partitions.map(({ partitionIndex }) => partitionIndex),
          }),
        ),
      };
      const timeoutMs = this.#cluster.config.requestTimeoutMs + demand.maxWaitMs;
      const response = await connection.request(shareFetch, body, { timeoutMs });
      throwOnError(response.errorCode, `share fetch of group ${groupId}`, response.errorMessage);
      session.answered(demand.partitions);
      this.#failures = 0;
      this.#events.lockTimeout(response.acquisitionLockTimeoutMs);
      this.#told(acks, response, ({ acknowledgeErrorCode }) => acknowledgeErrorCode);
      this.#events.fetched(session, response, demand.partitions);
    } catch (thrown) {
      this.#lost(session, acks, thrown);
    }
  }

  async #acknowledge(
    acks: readonly PartitionAcknowledgements[],
    epoch: number,
  ): Promise<readonly AcknowledgementOutcome[]> {
    const session = this.#session;
    const { groupId } = this.#config;
    const hasRenewals = acks.some((one) => one.hasRenewals);
    try {
      const connection = await this.#cluster.connection(this.#nodeId, 'fetch');
      const response = await connection.request(shareAcknowledge, {
        groupId,
        memberId: this.#memberId,
        shareSessionEpoch: epoch,
        topics: topicsOf(acks),
        ...(hasRenewals ? { isRenewAck: true } : {}),
      });
      throwOnError(response.errorCode, `acknowledgements of group ${groupId}`, response.errorMessage);
      session.answered();
      return this.#told(acks, response, ({ errorCode }) => errorCode);
    } catch (thrown) {
      return this.#lost(session, acks, thrown);
    }
  }

  /** What the broker says of acknowledgements, in their order. */
  #told<P extends { readonly partitionIndex: number }>(
    acks: readonly PartitionAcknowledgements[],
    response: {
      readonly responses: readonly { readonly topicId: string; readonly partitions: readonly P[] }[];
    },
    codeOf: (partition: P) => number,
  ): readonly AcknowledgementOutcome[] {
    if (acks.length === 0) return [];
    const codes = new Map<string, number>();
    for (const { topicId, partitions } of response.responses)
      for (const one of partitions) codes.set(`${topicId}-${one.partitionIndex}`, codeOf(one));
    const outcomes = acks.map(({ topic, topicId, partition, offsets }) => ({
      topic,
      partition,
      offsets,
      error: errorOf(
        codes.get(`${topicId}-${partition}`) ?? 0,
        `acknowledging records of ${topic}-${partition}`,
      ),
    }));
    this.#events.acknowledged(outcomes);
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
