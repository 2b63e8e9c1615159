import { type MillraceError, toMillraceError, ZERO_UUID } from '@millrace/foundation';
import { errorByCode } from '@millrace/protocol';
import {
  type FetchRequestInit,
  type FetchResponse,
  type FetchResponsePartition,
  fetch,
} from '@millrace/protocol/messages';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { byTopic } from '../cluster/leader-requests.ts';
import { isolationLevelId } from '../cluster/list-offsets.ts';
import type { ToldNode } from '../cluster/metadata-cache.ts';
import { errorOf } from '../cluster/outcome.ts';
import { isRetriable } from '../cluster/retry.ts';
import { NO_LEADER } from '../cluster/topic-metadata.ts';
import type { ConsumerConfig } from './consumer-config.ts';
import { FetchedRecords, offsetBehind } from './fetched-records.ts';
import type { PartitionState } from './partition-state.ts';

/** What the fetcher tells the consumer. */
export interface FetcherEvents {
  /** Something has changed that a poll may wait for. */
  changed(): void;
  /** For the next poll to throw. */
  failed(error: MillraceError): void;
}

interface Asked {
  /** Whom it is asked of, and whether that leads. */
  readonly node: number;
  readonly isLeader: boolean;
  readonly topic: string;
  readonly partition: number;
  readonly state: PartitionState;
  readonly version: number;
  readonly leaderEpoch: number;
  readonly fetchOffset: number;
}

/** The last version that names topics; later ones carry ids (KIP-516). */
const NAMED_MAX_VERSION = 12;
/** How long a broker may hold a fetch that leaves out partitions whose buffers will soon have room. */
const PARTIAL_WAIT_MS = 20;
/** For how long a follower is read from before the leader is asked anew, as Kafka's `metadata.max.age.ms` has it. */
const PREFERRED_REPLICA_MS = 300_000;
/** No session (KIP-227): each request is complete in itself. */
const NO_SESSION = { sessionId: 0, sessionEpoch: -1 };

/** Reads ahead: at most one fetch under way per broker, and within bounds by partition and over all. */
export class Fetcher {
  readonly #cluster: Cluster;
  readonly #config: ConsumerConfig;
  readonly #events: FetcherEvents;
  readonly #busy = new Set<number>();
  readonly #failures = new Map<number, number>();
  #states: readonly PartitionState[] = [];
  #refreshing = false;
  #timer: NodeJS.Timeout | null = null;
  #isPumpDue = false;

  constructor(cluster: Cluster, config: ConsumerConfig, events: FetcherEvents) {
    this.#cluster = cluster;
    this.#config = config;
    this.#events = events;
  }

  assign(states: readonly PartitionState[]): void {
    this.#states = states;
  }

  stop(): void {
    this.#states = [];
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Pumps behind the code that runs now, so that many partitions which are sought one by one share a fetch. */
  pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      this.pump();
    });
  }

  /** Sends what fetches can be sent now. Call it whenever a position, a buffer or the assignment has changed. */
  pump(): void {
    const nowMs = performance.now();
    let room =
      this.#config.fetchMaxBytes - this.#states.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
    const byNode = new Map<number, Asked[]>();
    const partial = new Set<number>();
    const stale: string[] = [];
    let retryAtMs = Number.POSITIVE_INFINITY;
    for (const state of this.#states) {
      if (state.position === null || state.paused) continue;
      if (state.retryAtMs > nowMs) {
        retryAtMs = Math.min(retryAtMs, state.retryAtMs);
        continue;
      }
      const known = this.#cluster.cache.topic(state.topic)?.partitions[state.partition];
      if (known === undefined || known.leader === NO_LEADER) {
        stale.push(state.topic);
        continue;
      }
      if (state.preferred !== null && state.preferred.untilMs <= nowMs) state.preferred = null;
      const node = state.preferred?.node ?? known.leader;
      if (this.#busy.has(node)) continue;
      if (room <= 0 || state.bufferedBytes >= this.#config.maxPartitionFetchBytes) {
        partial.add(node);
        continue;
      }
      room -= 1;
      const { topic, partition, version, fetchOffset } = state;
      const isLeader = node === known.leader;
      const { leaderEpoch } = known;
      const asked = { node, isLeader, topic, partition, state, version, fetchOffset, leaderEpoch };
      const others = byNode.get(node);
      if (others) others.push(asked);
      else byNode.set(node, [asked]);
    }
    for (const [node, asked] of byNode) this.#fetch(node, asked, partial.has(node));
    if (stale.length > 0) this.#refresh(stale);
    if (retryAtMs < Number.POSITIVE_INFINITY) this.#pumpAt(retryAtMs);
  }

  #fetch(node: number, asked: readonly Asked[], isPartial: boolean): void {
    this.#busy.add(node);
    this.#request(node, asked, isPartial)
      .then(
        (response) => this.#answered(asked, response),
        (error: unknown) =>
          this.#lost(node, asked, toMillraceError(error, { code: 'FETCH_FAILED', class: 'bug' })),
      )
      .catch((error: unknown) =>
        this.#events.failed(toMillraceError(error, { code: 'FETCH_FAILED', class: 'bug' })),
      )
      .finally(() => {
        this.#busy.delete(node);
        this.#events.changed();
        this.pump();
      });
  }

  async #request(node: number, asked: readonly Asked[], isPartial: boolean): Promise<FetchResponse> {
    const connection = await this.#cluster.connection(node, 'fetch');
    const topics = [...byTopic(asked)].map(([topic, some]) => ({
      topic,
      topicId: this.#cluster.cache.topic(topic)?.topicId ?? ZERO_UUID,
      partitions: some.map(({ partition, fetchOffset, leaderEpoch }) => ({
        partition,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset,
        partitionMaxBytes: this.#config.maxPartitionFetchBytes,
      })),
    }));
    const named = topics.some(({ topicId }) => topicId === ZERO_UUID);
    const version = connection.versions.negotiate(fetch, named ? NAMED_MAX_VERSION : fetch.maxVersion);
    const { fetchMaxWaitMs, fetchMinBytes, fetchMaxBytes, isolationLevel } = this.#config;
    const body: FetchRequestInit = {
      maxWaitMs: isPartial ? Math.min(PARTIAL_WAIT_MS, fetchMaxWaitMs) : fetchMaxWaitMs,
      minBytes: fetchMinBytes,
      maxBytes: fetchMaxBytes,
      isolationLevel: isolationLevelId(isolationLevel),
      rackId: this.#config.rackId,
      topics,
      ...(version >= 7 ? NO_SESSION : {}),
    };
    const timeoutMs = this.#cluster.config.requestTimeoutMs + fetchMaxWaitMs;
    return connection.request(fetch, body, { version, timeoutMs });
  }

  #answered(asked: readonly Asked[], response: FetchResponse): void {
    const failure = errorOf(response.errorCode, 'fetch');
    if (failure !== null) {
      this.#retry(asked, failure);
      return;
    }
    const open = new Map(asked.map((one) => [`${one.topic}-${one.partition}`, one]));
    for (const { topic, topicId, partitions } of response.responses) {
      const name = topic === '' ? this.#cluster.cache.nameOf(topicId) : topic;
      for (const answer of partitions) {
        const one = open.get(`${name}-${answer.partitionIndex}`);
        // A seek, a reset or a rebalance has overtaken the fetch.
        if (one === undefined || one.state.version !== one.version) continue;
        if (answer.errorCode === 0) this.#buffer(one, answer);
        else this.#refused(one, answer, response.nodeEndpoints);
      }
    }
  }

  #buffer({ topic, partition, state, fetchOffset }: Asked, answer: FetchResponsePartition): void {
    state.retryAtMs = 0;
    this.#failures.clear();
    const { highWatermark, lastStableOffset = -1 } = answer;
    const isCommitted = this.#config.isolationLevel === 'read_committed' && lastStableOffset >= 0;
    state.endOffset = isCommitted ? lastStableOffset : highWatermark;
    const { preferredReadReplica = -1, records } = answer;
    if (preferredReadReplica >= 0)
      state.preferred = {
        node: preferredReadReplica,
        untilMs: performance.now() + PREFERRED_REPLICA_MS,
      };
    if (records === null || records.length === 0) return;
    const aborted =
      this.#config.isolationLevel === 'read_committed' ? (answer.abortedTransactions ?? []) : null;
    const fetched = new FetchedRecords({ topic, partition, records, fetchOffset, aborted });
    state.buffer(fetched, offsetBehind(records, fetchOffset));
  }

  #refused(
    one: Asked,
    { errorCode, currentLeader }: FetchResponsePartition,
    nodes: readonly ToldNode[],
  ): void {
    const { topic, partition, state, isLeader } = one;
    if (errorByCode(errorCode).name === 'OFFSET_OUT_OF_RANGE') {
      // Only the leader knows: a follower may not be there yet.
      if (!isLeader) {
        state.preferred = null;
        return;
      }
      // What was read ahead is still good; the position is out of range only once that is used up.
      if (!state.hasRecords) state.reset();
      else state.retryAtMs = performance.now() + this.#cluster.config.retryBackoffMs;
      return;
    }
    this.#cluster.cache.leaderTold(one, currentLeader, nodes);
    if (this.#isOfOldEpoch(one)) {
      // Whoever leads by now is asked at once.
      state.retryAtMs = 0;
      state.preferred = null;
      return;
    }
    const error = errorOf(errorCode, `fetching ${topic}-${partition}`);
    if (error !== null) this.#retry([one], error);
  }

  #isOfOldEpoch({ topic, partition, leaderEpoch }: Asked): boolean {
    const known = this.#cluster.cache.topic(topic)?.partitions[partition];
    return known !== undefined && known.leader !== NO_LEADER && known.leaderEpoch > leaderEpoch;
  }

  #lost(node: number, asked: readonly Asked[], error: MillraceError): void {
    this.#failures.set(node, (this.#failures.get(node) ?? -1) + 1);
    this.#retry(asked, error, this.#failures.get(node));
  }

  /** Passing failures are tried again with new metadata; the others are for the caller of `poll` to see. */
  #retry(asked: readonly Asked[], error: MillraceError, tries = 0): void {
    const retryAtMs = performance.now() + retryPauseMs(this.#cluster.config, tries);
    for (const { state } of asked) {
      state.retryAtMs = retryAtMs;
      // Whoever it was read from: the leader is asked next.
      state.preferred = null;
    }
    if (!isRetriable(error)) this.#events.failed(error);
    this.#refresh(asked.map(({ topic }) => topic));
  }

  #refresh(topics: readonly string[]): void {
    if (this.#refreshing || this.#cluster.closing.aborted) return;
    this.#refreshing = true;
    this.#cluster
      .refresh([...new Set(topics)])
      .then(() => {
        const refusal = this.#cluster.refusedTopic(topics);
        if (refusal !== null) this.#events.failed(refusal);
      })
      .catch((error: unknown) => {
        if (!isRetriable(error))
          this.#events.failed(toMillraceError(error, { code: 'METADATA_FAILED', class: 'bug' }));
      })
      .finally(() => {
        this.#refreshing = false;
        // A first answer is used at once; where it lacks a leader still, another one is not asked for in the same breath.
        if (this.#states.every((state) => this.#hasLeader(state))) this.pump();
        else this.#pumpAt(performance.now() + this.#cluster.config.retryBackoffMs);
      });
  }

  #hasLeader({ topic, partition }: PartitionState): boolean {
    const known = this.#cluster.cache.topic(topic)?.partitions[partition];
    return known !== undefined && known.leader !== NO_LEADER;
  }

  #pumpAt(atMs: number): void {
    if (this.#timer !== null || this.#states.length === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.pump();
      },
      Math.max(1, atMs - performance.now()),
    );
    this.#timer.unref();
  }
}
