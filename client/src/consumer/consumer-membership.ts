import { randomUUID } from 'node:crypto';
import { isMillraceError, MillraceError, toMillraceError } from '@millrace/foundation';
import { kafkaError } from '@millrace/protocol';
import { consumerGroupHeartbeat } from '@millrace/protocol/messages';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { isCoordinatorLost } from '../cluster/coordinator-lost.ts';
import { throwOnError } from '../cluster/outcome.ts';
import { isRetriable, retrying } from '../cluster/retry.ts';
import { withinMs } from '../cluster/within-ms.ts';
import { withGroupHint } from '../group/group-kind.ts';
import { commitGroupOffsets } from '../group/group-offsets.ts';
import type { ConsumerOptions, OffsetAndMetadata, SubscriptionPattern } from '../types.ts';
import { AssignedPartitions } from './assigned-partitions.ts';
import type { Membership, MembershipEvents } from './membership.ts';
import { TopicChoice } from './topic-choice.ts';

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;
const LEAVE_STATIC_EPOCH = -2;
const LEAVE_TIMEOUT_MS = 5_000;
const DEFAULT_REBALANCE_TIMEOUT_MS = 300_000;
/** A commit whose epoch was overtaken is tried with the next one so often. */
const COMMIT_TRIES = 3;
/** The coordinator has put the member out, or lost count: it joins again, under its id. */
const fencing = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'GROUP_ID_NOT_FOUND']);
/** Passes when the one before is gone, or its session. */
const waiting = new Set(['UNRELEASED_INSTANCE_ID']);

/**
 * A place in a group of the consumer protocol (KIP-848): the coordinator assigns, in answers to heartbeats. What it takes
 * away is given up first, and said; then comes what it adds.
 */
export class ConsumerMembership implements Membership {
  readonly memberId = randomUUID();
  readonly #cluster: Cluster;
  readonly #options: ConsumerOptions & { readonly groupId: string };
  readonly #events: MembershipEvents;
  readonly #coordinator: Coordinator;
  readonly #choice: TopicChoice | null;
  readonly #pattern: string | null;
  readonly #assigned: AssignedPartitions;
  readonly #stopping = new AbortController();
  #epoch = JOIN_EPOCH;
  #failures = 0;
  /** The next heartbeat says everything: the coordinator may not know it. */
  #saysAll = true;
  /** What was said to be read last. */
  #saidTopics = '';
  #timer: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isWanted = false;

  constructor(
    cluster: Cluster,
    options: ConsumerOptions & { readonly groupId: string },
    selection: readonly string[] | RegExp | SubscriptionPattern,
    events: MembershipEvents,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#events = events;
    this.#coordinator = new Coordinator(cluster, 'group', options.groupId);
    this.#pattern = 'pattern' in selection ? selection.pattern : null;
    this.#choice = 'pattern' in selection ? null : new TopicChoice(cluster, selection);
    this.#assigned = new AssignedPartitions(
      cluster,
      () => this.#choice?.names ?? 'all',
      events,
      () => this.#soon(),
    );
  }

  get generationId(): number {
    return this.#epoch > JOIN_EPOCH ? this.#epoch : -1;
  }

  start(): void {
    const options = { deadlineMs: Number.POSITIVE_INFINITY, signal: this.#stopping.signal };
    const look = () => this.#choice?.look() ?? Promise.resolve();
    retrying(this.#cluster.config, options, look).then(
      () => {
        this.#tellRefusal();
        this.#beat(0);
        this.#lookLater();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async commit(offsets: readonly OffsetAndMetadata[]): Promise<void> {
    const { groupId, groupInstanceId = null } = this.#options;
    for (let tries = 1; ; tries++) {
      const epoch = this.#epoch;
      // A broker takes commits without an epoch into an empty group: from a member that was put out, they would be stale.
      if (epoch <= JOIN_EPOCH)
        throw kafkaError('UNKNOWN_MEMBER_ID', `the consumer is no member of group ${groupId} now`);
      try {
        const committer = { groupId, generationId: epoch, memberId: this.memberId, groupInstanceId };
        return await commitGroupOffsets(this.#cluster, this.#coordinator, committer, offsets);
      } catch (error) {
        const isOvertaken = isMillraceError(error) && error.code === 'STALE_MEMBER_EPOCH';
        if (!isOvertaken || tries === COMMIT_TRIES) throw error;
        // The answer with the new epoch is on its way.
        if (this.#epoch === epoch) await this.#next();
      }
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    for (const timer of [this.#timer, this.#watch]) if (timer) clearTimeout(timer);
    if (this.#running !== null) await withinMs(LEAVE_TIMEOUT_MS, this.#running);
    const { groupId, groupInstanceId = null, leaveOnClose = groupInstanceId === null } = this.#options;
    if (this.#epoch === JOIN_EPOCH) return;
    try {
      const connection = await this.#coordinator.connection();
      const body = {
        groupId,
        memberId: this.memberId,
        instanceId: groupInstanceId,
        memberEpoch: leaveOnClose ? LEAVE_EPOCH : LEAVE_STATIC_EPOCH,
      };
      if (!leaveOnClose && groupInstanceId === null) return;
      await connection.request(consumerGroupHeartbeat, body, { timeoutMs: LEAVE_TIMEOUT_MS });
    } catch {
      // Then the coordinator finds out by itself, after the session timeout.
    }
  }

  /** The next heartbeat at once, or right behind the one that is under way. */
  #soon(): void {
    if (this.#running !== null) this.#isWanted = true;
    else this.#beat(0);
  }

  /** Resolves when another heartbeat was answered, or has failed. */
  async #next(): Promise<void> {
    this.#soon();
    await this.#running;
  }

  #beat(afterMs: number): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (afterMs > 0) {
      this.#timer = setTimeout(() => this.#beat(0), afterMs);
      this.#timer.unref();
      return;
    }
    this.#isWanted = false;
    this.#running = this.#heartbeat().then(
      (nextMs) => {
        this.#running = null;
        this.#beat(this.#isWanted ? 0 : Math.max(1, nextMs));
      },
      (error: unknown) => {
        this.#running = null;
        this.#fail(error);
      },
    );
  }

  /** One heartbeat. Answers when the next is due, ms; throws what no other one can mend. */
  async #heartbeat(): Promise<number> {
    try {
      const intervalMs = await this.#ask();
      this.#failures = 0;
      return intervalMs;
    } catch (thrown) {
      const error = toMillraceError(thrown, { code: 'HEARTBEAT_FAILED', class: 'bug' });
      this.#saysAll = true;
      if (isCoordinatorLost(error.code)) this.#coordinator.forget();
      const isJoin = this.#epoch === JOIN_EPOCH;
      if (fencing.has(error.code) && !isJoin) {
        this.#epoch = JOIN_EPOCH;
        await this.#assigned.lose(error);
        return 1;
      }
      // There is no group that a member could not join, but one of another kind.
      const isPutOut = fencing.has(error.code) && error.code !== 'GROUP_ID_NOT_FOUND';
      if (!isRetriable(error) && !waiting.has(error.code) && !isPutOut) throw unsupported(error);
      const pauseMs = retryPauseMs(this.#cluster.config, this.#failures);
      this.#failures += 1;
      return pauseMs;
    }
  }

  async #ask(): Promise<number> {
    const { groupId } = this.#options;
    // Asked before the coordinator is looked for: a cluster without the protocol says so at once.
    (await this.#cluster.anyConnection()).versions.negotiate(consumerGroupHeartbeat);
    const connection = await this.#coordinator.connection();
    const owned = this.#assigned.news(this.#saysAll);
    // Others may be wanted by the time of the answer.
    const topics = this.#topics;
    const response = await connection.request(consumerGroupHeartbeat, this.#body(owned));
    throwOnError(response.errorCode, `group ${groupId}`, response.errorMessage);
    this.#saysAll = false;
    this.#saidTopics = topics;
    this.#epoch = response.memberEpoch;
    this.#assigned.said(owned);
    if (response.assignment !== null) this.#assigned.told(response.assignment.topicPartitions);
    return response.heartbeatIntervalMs;
  }

  #body(owned: ReturnType<AssignedPartitions['news']>) {
    const { groupId, groupInstanceId = null } = this.#options;
    const isJoin = this.#epoch === JOIN_EPOCH;
    const base = { groupId, memberId: this.memberId, memberEpoch: this.#epoch, instanceId: groupInstanceId };
    const topics = this.#saysAll || this.#topics !== this.#saidTopics ? this.#subscription() : {};
    if (!this.#saysAll) return { ...base, ...topics, topicPartitions: owned };
    return {
      ...base,
      ...topics,
      rackId: this.#options.rackId ?? null,
      rebalanceTimeoutMs: this.#options.rebalanceTimeoutMs ?? DEFAULT_REBALANCE_TIMEOUT_MS,
      serverAssignor: this.#options.groupRemoteAssignor ?? null,
      topicPartitions: isJoin ? [] : owned,
    };
  }

  #subscription() {
    return this.#pattern === null
      ? { subscribedTopicNames: this.#choice?.names ?? [] }
      : { subscribedTopicRegex: this.#pattern };
  }

  get #topics(): string {
    return this.#choice?.names.join() ?? '';
  }

  #lookLater(): void {
    const choice = this.#choice;
    if (choice === null || this.#stopping.signal.aborted) return;
    this.#watch = setTimeout(() => {
      const before = this.#topics;
      choice
        .look()
        .then(
          () => {
            this.#tellRefusal();
            if (this.#topics !== before) this.#soon();
          },
          (error: unknown) => {
            if (!isRetriable(error)) this.#fail(error);
          },
        )
        .finally(() => this.#lookLater());
    }, choice.lookAgainMs);
    this.#watch.unref();
  }

  /** Others of its topics are read all the same. */
  #tellRefusal(): void {
    const refusal = this.#choice?.refusal() ?? null;
    if (refusal !== null && !this.#stopping.signal.aborted) this.#events.failed(refusal);
  }

  #fail(thrown: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const error = withGroupHint(toMillraceError(thrown, { code: 'MEMBERSHIP_FAILED', class: 'bug' }));
    this.#stopping.abort();
    this.#epoch = JOIN_EPOCH;
    void this.#assigned.lose(error);
    this.#events.failed(error);
  }
}

function unsupported(error: MillraceError): MillraceError {
  if (error.code !== 'UNSUPPORTED_VERSION' && error.code !== 'UNSUPPORTED_API') return error;
  return new MillraceError('the cluster does not have the consumer group protocol', {
    code: 'CONSUMER_PROTOCOL_UNSUPPORTED',
    class: 'config',
    path: 'groupProtocol',
    hint: "Set groupProtocol to 'classic', or use a cluster with Kafka 4.0's group protocol (KIP-848).",
    cause: error,
  });
}
