import type { MillraceError } from '@millrace/foundation';
import type { ShareFetchResponsePartition } from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { errorOf } from '../cluster/outcome.ts';
import { isRetriable } from '../cluster/retry.ts';
import { NO_LEADER } from '../cluster/topic-metadata.ts';
import type { AcknowledgementOutcome, ShareRecord } from '../types.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { acquiredRecords } from './acquired-records.ts';
import { LockKeeper } from './lock-keeper.ts';
import type { RecordLock } from './record-lock.ts';
import type { ShareConfig } from './share-config.ts';
import type { AssignedTopic } from './share-membership.ts';
import { type ShareFetched, ShareNode, type ShareNodeEvents } from './share-node.ts';
import type { SharePartition } from './share-session.ts';

export interface ShareFetcherEvents {
  /** Something has changed that a poll may wait for. */
  changed(): void;
  /** For the next poll to throw. */
  failed(error: MillraceError): void;
  acknowledged(outcomes: readonly AcknowledgementOutcome[]): void;
}

/** What is wished for of all that is assigned. */
export interface ShareWish {
  readonly maxRecords: number;
  /** Null: by the record where there are to be fewer than in a whole poll. */
  readonly acquireMode: ShareConfig['acquireMode'];
  readonly maxWaitMs: number;
}

/** Records of one partition that came with one answer: their locks end together. */
interface Lot {
  readonly records: readonly ShareRecord[];
  /** How many were handed out. */
  next: number;
}

/** What was said leaves by itself after this, where neither a fetch nor a commit takes it along. */
const ACKNOWLEDGE_LINGER_MS = 500;
/** Of the time that a lock holds: what is said waits no longer, and a record is no longer handed out, with less of it left. */
const LOCK_MARGIN = 0.1;

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
  /** Renews the locks of what waits here and of what loops work on. */
  readonly keeper: LockKeeper;
  #assigned: readonly AssignedTopic[] = [];
  #lots: Lot[] = [];
  /** Acknowledgements that left by themselves and are not answered yet. */
  readonly #flushes = new Set<Promise<readonly AcknowledgementOutcome[]>>();
  #flushTimer: NodeJS.Timeout | null = null;
  #flushAtMs = Number.POSITIVE_INFINITY;
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
    this.keeper = new LockKeeper(
      {
        acknowledgements,
        lockTimeoutMs: () => this.#lockTimeoutMs,
        waiting: () => this.#lots.flatMap(({ records, next }) => records.slice(next)),
        renew: (records) => this.#renew(records),
      },
      member.config.maxPollIntervalMs,
    );
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

  /** Up to `max` records whose locks hold; the others are given to somebody else by now. */
  take(max: number): readonly ShareRecord[] {
    const taken: ShareRecord[] = [];
    const nowMs = performance.now();
    for (let lot = this.#lots[0]; lot !== undefined && taken.length < max; lot = this.#lots[0]) {
      const rest = lot.records.slice(lot.next, lot.next + max - taken.length);
      const first = rest[0];
      const held = first === undefined ? null : this.#acknowledgements.lockOf(first);
      if (held !== null && !held.lock.hasEnded(nowMs + this.#marginMs)) {
        taken.push(...rest);
        lot.next += rest.length;
        if (lot.next < lot.records.length) return taken;
      } else if (held !== null) {
        this.#acknowledgements.drop(lot.records.slice(lot.next));
      }
      this.#lots.shift();
    }
    return taken;
  }

  /** Gives back what was not handed out. */
  giveBack(): void {
    const rest = this.#lots.flatMap(({ records, next }) => records.slice(next));
    this.#lots = [];
    for (const record of rest)
      if (this.#acknowledgements.isOpen(record)) this.#acknowledgements.say(record, 'release');
    this.#flush();
  }

  /** Something was said of a record under this lock: it leaves while the lock holds, with the next fetch or by itself. */
  said({ endsAtMs }: RecordLock): void {
    const nowMs = performance.now();
    const lingerMs = Math.min(ACKNOWLEDGE_LINGER_MS, this.#marginMs);
    const atMs = Math.max(nowMs, Math.min(nowMs + lingerMs, endsAtMs - this.#marginMs));
    if (atMs >= this.#flushAtMs) return;
    if (this.#flushTimer) clearTimeout(this.#flushTimer);
    this.#flushAtMs = atMs;
    this.#flushTimer = setTimeout(() => this.#flush(), atMs - nowMs);
    this.#flushTimer.unref();
  }

  /** Sends what can be sent now. Answers when to call again where nothing else will wake the caller, monotonic ms. */
  pump({ maxRecords, acquireMode, maxWaitMs }: ShareWish): number {
    const nowMs = performance.now();
    const { maxPollRecords, maxHeldRecords, fetchMaxWaitMs } = this.#config;
    if (this.#acknowledgements.heldRecords >= maxHeldRecords) this.#acknowledgements.expire(nowMs);
    const room = Math.min(maxRecords, maxHeldRecords - this.#acknowledgements.heldRecords);
    const isExact = acquireMode === 'record_limit' || (acquireMode === null && room < maxPollRecords);
    let nextMs = Number.POSITIVE_INFINITY;
    if (room > 0) {
      for (const [nodeId, partitions] of this.#byLeader(nowMs)) {
        const node = this.#node(nodeId);
        if (node.retryAtMs > nowMs) nextMs = Math.min(nextMs, node.retryAtMs);
        else if (!node.isBusy) {
          const waitMs = Math.max(0, Math.min(Math.floor(maxWaitMs), fetchMaxWaitMs));
          node.fetch({ partitions, maxRecords: room, isExact, maxWaitMs: waitMs });
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

  /** Passes on everything that was acknowledged, behind what is under way. Answers for what left by itself just before, too. */
  async acknowledge(): Promise<readonly AcknowledgementOutcome[]> {
    const sessions = [...this.#acknowledgements.sessions()];
    const sent = sessions.map(({ nodeId }) => this.#node(nodeId).acknowledge());
    return (await Promise.all([...this.#flushes, ...sent])).flat();
  }

  /** Passes on what was acknowledged, and gives the rest back. */
  async close(): Promise<void> {
    this.keeper.stop();
    if (this.#flushTimer) clearTimeout(this.#flushTimer);
    this.#assigned = [];
    this.#lots = [];
    await Promise.all([...this.#nodes.values()].map((node) => node.close()));
  }

  get #marginMs(): number {
    return (this.#lockTimeoutMs ?? 0) * LOCK_MARGIN;
  }

  #flush(): void {
    if (this.#flushTimer) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    this.#flushAtMs = Number.POSITIVE_INFINITY;
    for (const { nodeId } of this.#acknowledgements.sessions()) {
      const sent = this.#node(nodeId).acknowledge();
      this.#flushes.add(sent);
      void sent.finally(() => this.#flushes.delete(sent));
    }
  }

  #renew(records: readonly ShareRecord[]): void {
    const byNode = new Map<number, ShareRecord[]>();
    for (const record of records) {
      const nodeId = this.#acknowledgements.lockOf(record)?.session.nodeId;
      if (nodeId === undefined) continue;
      const others = byNode.get(nodeId);
      if (others === undefined) byNode.set(nodeId, [record]);
      else others.push(record);
    }
    for (const [nodeId, some] of byNode) this.#node(nodeId).renew(some);
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
      fetched: (fetched) => this.#fetched(fetched),
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

  #fetched(fetched: ShareFetched): void {
    const byKey = new Map(fetched.asked.map((one) => [`${one.topicId}-${one.partition}`, one]));
    for (const { topicId, partitions } of fetched.response.responses) {
      for (const answer of partitions) {
        const partition = byKey.get(`${topicId}-${answer.partitionIndex}`);
        if (partition === undefined) continue;
        if (answer.errorCode !== 0) this.#refused(partition, answer);
        else this.#acquired(fetched, partition, answer);
      }
    }
    this.keeper.watch();
    this.#events.changed();
  }

  #acquired(
    { session, lock }: ShareFetched,
    partition: SharePartition,
    answer: ShareFetchResponsePartition,
  ): void {
    const { records, gaps, unreadable, error } = acquiredRecords(
      partition,
      answer.records,
      answer.acquiredRecords,
    );
    const offsets = [...records.map(({ offset }) => offset), ...unreadable];
    this.#acknowledgements.hold(partition, session, lock, { offsets, gaps });
    for (const offset of unreadable) this.#acknowledgements.say({ ...partition, offset }, 'release');
    if (gaps.length > 0 || unreadable.length > 0) this.said(lock);
    if (records.length > 0) this.#lots = [...this.#without(partition, offsets), { records, next: 0 }];
    if (error !== null) this.#events.failed(error);
  }

  /** What waits, without what has come again: its lock had ended meanwhile. */
  #without({ topic, partition }: SharePartition, offsets: readonly number[]): Lot[] {
    if (this.#lots.length === 0) return [];
    const again = new Set(offsets);
    const isAgain = (record: ShareRecord) =>
      record.topic === topic && record.partition === partition && again.has(record.offset);
    return this.#lots
      .map(({ records, next }) => ({ records: records.slice(next).filter((one) => !isAgain(one)), next: 0 }))
      .filter(({ records }) => records.length > 0);
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

  /** What waits here of a lost session is not handed out: it is somebody else's by now. */
  #lost(error: MillraceError): void {
    this.#lots = this.#lots.filter(({ records, next }) => {
      const first = records[next];
      return first !== undefined && this.#acknowledgements.lockOf(first) !== null;
    });
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
