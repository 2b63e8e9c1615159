import { randomUUID } from 'node:crypto';
import { type MillraceError, toMillraceError } from '@millrace/foundation';
import { shareGroupHeartbeat } from '@millrace/protocol/messages';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { isCoordinatorLost } from '../cluster/coordinator-lost.ts';
import { throwOnError } from '../cluster/outcome.ts';
import { isRetriable } from '../cluster/retry.ts';
import { withinMs } from '../cluster/within-ms.ts';
import type { ShareConfig } from './share-config.ts';
import { shareFailure } from './share-errors.ts';

export interface AssignedTopic {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

export interface ShareMembershipEvents {
  /** The member reads these now, and nothing else. */
  assigned(topics: readonly AssignedTopic[]): void;
  /** The membership is over for good. */
  failed(error: MillraceError): void;
}

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;
const LEAVE_TIMEOUT_MS = 5_000;
/** The first look for an assignment that was not ready when the member joined; each further one takes twice as long. */
const FIRST_ASSIGNMENT_PAUSE_MS = 50;
/** The coordinator has put the member out, or lost count: it joins again under its id. */
const fencing = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH']);

/** A place in a share group, kept by heartbeats; the coordinator assigns (KIP-932). */
export class ShareMembership {
  readonly memberId = randomUUID();
  readonly #cluster: Cluster;
  readonly #config: ShareConfig;
  readonly #topics: readonly string[];
  readonly #events: ShareMembershipEvents;
  readonly #coordinator: Coordinator;
  #epoch = JOIN_EPOCH;
  #failures = 0;
  #hasAssignment = false;
  #emptyHeartbeats = 0;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    cluster: Cluster,
    config: ShareConfig,
    topics: readonly string[],
    events: ShareMembershipEvents,
  ) {
    this.#cluster = cluster;
    this.#config = config;
    this.#topics = topics;
    this.#events = events;
    this.#coordinator = new Coordinator(cluster, 'group', config.groupId);
  }

  start(): void {
    this.#beat(0);
  }

  /** Leaves, so that others take over at once. */
  async leave(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await withinMs(LEAVE_TIMEOUT_MS, this.#running);
    if (this.#epoch === JOIN_EPOCH) return;
    try {
      const connection = await this.#coordinator.connection();
      const { groupId } = this.#config;
      const body = { groupId, memberId: this.memberId, memberEpoch: LEAVE_EPOCH };
      await connection.request(shareGroupHeartbeat, body, { timeoutMs: LEAVE_TIMEOUT_MS });
    } catch {
      // Then the coordinator finds out by itself, after the session timeout.
    }
  }

  #beat(afterMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#heartbeat().then(
        (nextMs) => this.#beat(nextMs),
        (error: unknown) =>
          this.#events.failed(toMillraceError(error, { code: 'HEARTBEAT_FAILED', class: 'bug' })),
      );
    }, afterMs);
    this.#timer.unref();
  }

  /** One heartbeat. Answers when the next is due, ms; throws what no other one can mend. */
  async #heartbeat(): Promise<number> {
    try {
      const intervalMs = await this.#ask();
      this.#failures = 0;
      return intervalMs;
    } catch (thrown) {
      const error = toMillraceError(thrown, { code: 'HEARTBEAT_FAILED', class: 'bug' });
      if (isCoordinatorLost(error.code)) this.#coordinator.forget();
      if (fencing.has(error.code)) {
        this.#epoch = JOIN_EPOCH;
        this.#hasAssignment = false;
        this.#events.assigned([]);
      } else if (!isRetriable(error)) {
        throw shareFailure(error);
      }
      const pauseMs = retryPauseMs(this.#cluster.config, this.#failures);
      this.#failures += 1;
      return pauseMs;
    }
  }

  /** The coordinator takes any name, and would leave a member that reads nothing to wait for ever. */
  async #assertReadable(): Promise<void> {
    await this.#cluster.refresh(this.#topics);
    const refusal = this.#cluster.refusedTopic(this.#topics);
    if (refusal !== null) throw refusal;
  }

  async #ask(): Promise<number> {
    const { groupId, rackId } = this.#config;
    const isJoin = this.#epoch === JOIN_EPOCH;
    if (isJoin) await this.#assertReadable();
    // Asked before the coordinator is looked for: a cluster without share groups may have none.
    const any = await this.#cluster.anyConnection();
    any.versions.negotiate(shareGroupHeartbeat);
    const connection = await this.#coordinator.connection();
    const response = await connection.request(shareGroupHeartbeat, {
      groupId,
      memberId: this.memberId,
      memberEpoch: this.#epoch,
      ...(isJoin ? { rackId, subscribedTopicNames: this.#topics } : {}),
    });
    throwOnError(response.errorCode, `share group ${groupId}`, response.errorMessage);
    this.#epoch = response.memberEpoch;
    if (response.assignment !== null) {
      this.#events.assigned(response.assignment.topicPartitions);
      this.#hasAssignment = response.assignment.topicPartitions.length > 0;
    }
    if (this.#hasAssignment) this.#emptyHeartbeats = 0;
    // The coordinator prepares new partitions in the background, and would only tell of them with the next heartbeat.
    const soonMs = FIRST_ASSIGNMENT_PAUSE_MS * 2 ** this.#emptyHeartbeats;
    if (this.#hasAssignment || soonMs >= response.heartbeatIntervalMs) return response.heartbeatIntervalMs;
    this.#emptyHeartbeats += 1;
    return soonMs;
  }
}
