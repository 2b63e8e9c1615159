import type { MillraceError } from '@millrace/foundation';
import type { ShareFetchResponse, ShareFetchResponsePartition } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { errorOf } from '../cluster/outcome.ts';
import { isRetriable } from '../cluster/retry.ts';
import { NO_LEADER } from '../cluster/topic-metadata.ts';
import type { AcknowledgementOutcome, ShareRecord } from '../types.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { acquiredRecords } from './acquired-records.ts';
import type { ShareConfig } from './share-config.ts';
import type { AssignedTopic } from './share-membership.ts';
import { ShareNode, type ShareNodeEvents } from './share-node.ts';
import type { SharePartition, ShareSession } from './share-session.ts';

export interface ShareFetcherEvents {
  /** Something has changed that a poll may wait for. */
  changed(): void;
  /** For the next poll to throw. */
  failed(error: MillraceError): void;
  acknowledged(outcomes: readonly AcknowledgementOutcome[]): void;
}

/** Acquires records from the leaders of what is assigned: no more than a poll asks for, since locks run from the fetch on. */
export class ShareFetcher {
  readonly #cluster: Cluster;
  readonly #config: ShareConfig;
  readonly #memberId: string;
  readonly #topics: readonly string[];
  readonly #acknowledgements: Acknowledgements;
  readonly #events: ShareFetcherEvents;
  readonly #nodes = new Map<number, ShareNode>();
  readonly #retryAtMs = new Map<string, number>();
  #assigned: readonly AssignedTopic[] = [];
  #buffer: ShareRecord[] = [];
  #refreshing = false;
  #refreshAtMs = 0;
  #lockTimeoutMs: number | null = null;

  constructor(
    cluster: Cluster,
    member: { readonly config: ShareConfig; readonly memberId: string; readonly topics: readonly string[] },
    acknowledgements: Acknowledgements,
    events: ShareFetcherEvents,
  ) {
    this.#cluster = cluster;
    this.#config = member.config;
    this.#memberId = member.memberId;
    this.#topics = member.topics;
    this.#acknowledgements = acknowledgements;
    this.#events = events;
  }

  get lockTimeoutMs(): number | null {
    return this.#lockTimeoutMs;
  }

  assign(topics: readonly AssignedTopic[]): void {
    this.#assigned = topics;
    this.#retryAtMs.clear();
    this.#events.changed();
  }

  /** What is assigned, as far as its topics are known. */
  assignment(): readonly SharePartition[] {
    return this.#assigned.flatMap(({ topicId, partitions }) => {
      const topic = this.#cluster.cache.nameOf(topicId);
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, topicId, partition }));
    });
  }

  take(max: number): readonly ShareRecord[] {
    return this.#buffer.splice(0, max);
  }

  /** Sends what can be sent now. Answers when to call again where nothing else will wake the caller, monotonic ms. */
  pump(maxWaitMs: number): number {
    const nowMs = performance.now();
    const { maxPollRecords, maxHeldRecords, fetchMaxWaitMs } = this.#config;
    const room = Math.min(maxPollRecords, maxHeldRecords - this.#acknowledgements.heldRecords);
    let nextMs = Number.POSITIVE_INFINITY;
    if (room > 0) {
      for (const [nodeId, partitions] of this.#byLeader(nowMs)) {
        const node = this.#node(nodeId);
        if (node.retryAtMs > nowMs) nextMs = Math.min(nextMs, node.retryAtMs);
        else if (!node.isBusy) {
          const waitMs = Math.max(0, Math.min(Math.floor(maxWaitMs), fetchMaxWaitMs));
          node.fetch({ partitions, maxRecords: room, maxWaitMs: waitMs });
        }
      }
    }
    // What no fetch takes along goes by itself.
    for (const session of this.#acknowledgements.sessions()) {
      const node = this.#node(session.nodeId);
      if (!node.isBusy) void node.acknowledge();
    }
    for (const atMs of this.#retryAtMs.values()) if (atMs > nowMs) nextMs = Math.min(nextMs, atMs);
    return nextMs;
  }

  /** Passes on everything that was acknowledged, behind what is under way. */
  async acknowledge(): Promise<readonly AcknowledgementOutcome[]> {
    const sessions = [...this.#acknowledgements.sessions()];
    return (await Promise.all(sessions.map(({ nodeId }) => this.#node(nodeId).acknowledge()))).flat();
  }

  /** Passes on what was acknowledged, and gives the rest back. */
  async close(): Promise<void> {
    this.#assigned = [];
    this.#buffer = [];
    await Promise.all([...this.#nodes.values()].map((node) => node.close()));
  }

  #byLeader(nowMs: number): ReadonlyMap<number, readonly SharePartition[]> {
    const byLeader = new Map<number, SharePartition[]>();
    const known = this.assignment();
    let isStale = known.length < this.#assigned.reduce((sum, { partitions }) => sum + partitions.length, 0);
    for (const partition of known) {
      const key = `${partition.topicId}-${partition.partition}`;
      if ((this.#retryAtMs.get(key) ?? 0) > nowMs) continue;
      this.#retryAtMs.delete(key);
      const leader =
        this.#cluster.cache.topic(partition.topic)?.partitions[partition.partition]?.leader ?? NO_LEADER;
      if (leader === NO_LEADER) isStale = true;
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition]);
    }
    if (isStale) this.#refresh();
    return byLeader;
  }

  #node(nodeId: number): ShareNode {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined) return known;
    const events: ShareNodeEvents = {
      fetched: (session, response, asked) => this.#fetched(session, response, asked),
      acknowledged: (outcomes) => this.#events.acknowledged(outcomes),
      lockTimeout: (ms) => {
        this.#lockTimeoutMs = ms;
      },
      idle: () => this.#events.changed(),
      failed: (error) => this.#lost(error),
    };
    const member = { config: this.#config, memberId: this.#memberId, nodeId };
    const node = new ShareNode(this.#cluster, member, this.#acknowledgements, events);
    this.#nodes.set(nodeId, node);
    return node;
  }

  #fetched(session: ShareSession, response: ShareFetchResponse, asked: readonly SharePartition[]): void {
    const byKey = new Map(asked.map((one) => [`${one.topicId}-${one.partition}`, one]));
    for (const { topicId, partitions } of response.responses) {
      for (const answer of partitions) {
        const partition = byKey.get(`${topicId}-${answer.partitionIndex}`);
        if (partition === undefined) continue;
        if (answer.errorCode !== 0) this.#refused(partition, answer);
        else this.#acquired(session, partition, answer);
      }
    }
    this.#events.changed();
  }

  #acquired(session: ShareSession, partition: SharePartition, answer: ShareFetchResponsePartition): void {
    const { records, gaps, unreadable, error } = acquiredRecords(
      partition,
      answer.records,
      answer.acquiredRecords,
    );
    const offsets = [...records.map(({ offset }) => offset), ...unreadable];
    this.#acknowledgements.hold(partition, session, offsets, gaps);
    for (const offset of unreadable) this.#acknowledgements.say({ ...partition, offset }, 'release');
    for (const record of records) this.#buffer.push(record);
    if (error !== null) this.#events.failed(error);
  }

  #refused(partition: SharePartition, { errorCode, errorMessage }: ShareFetchResponsePartition): void {
    const { topic, topicId, partition: index } = partition;
    const error = errorOf(errorCode, `fetching ${topic}-${index}`, errorMessage);
    if (error === null) return;
    const { retryBackoffMaxMs } = this.#cluster.config;
    this.#retryAtMs.set(`${topicId}-${index}`, performance.now() + retryBackoffMaxMs);
    if (isRetriable(error)) this.#refresh();
    else this.#events.failed(error);
  }

  /** What is buffered of a lost session is somebody else's by now. */
  #lost(error: MillraceError): void {
    this.#buffer = this.#buffer.filter((record) => this.#acknowledgements.holds(record));
    if (isRetriable(error)) this.#refresh();
    else this.#events.failed(error);
    this.#events.changed();
  }

  #refresh(): void {
    const nowMs = performance.now();
    if (this.#refreshing || nowMs < this.#refreshAtMs || this.#cluster.closing.aborted) return;
    this.#refreshing = true;
    this.#refreshAtMs = nowMs + this.#cluster.config.retryBackoffMs;
    this.#cluster
      .refresh(this.#topics)
      .catch(() => {
        // Asked again by the next pump, as long as it is needed.
      })
      .finally(() => {
        this.#refreshing = false;
        this.#events.changed();
      });
  }
}
