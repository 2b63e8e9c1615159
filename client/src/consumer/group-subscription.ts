import { isMillraceError, MillraceError } from '@millrace/foundation';
import type { Cluster } from '../cluster/cluster.ts';
import { isRetriable, retrying } from '../cluster/retry.ts';
import { withGroupHint } from '../group/group-kind.ts';
import { createGroupMemberOn } from '../group/group-member.ts';
import type { ConsumerOptions, GroupMember, OffsetAndMetadata, TopicPartition } from '../types.ts';
import type { Assignor } from './assignors/assignor.ts';
import { cooperativeSticky } from './assignors/cooperative-sticky.ts';
import { range } from './assignors/range.ts';
import { roundRobin } from './assignors/round-robin.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './consumer-protocol.ts';
import type { Membership, MembershipEvents } from './membership.ts';
import { TopicChoice } from './topic-choice.ts';

const assignors: ReadonlyMap<string, Assignor> = new Map(
  [range, roundRobin, cooperativeSticky].map((assignor) => [assignor.name, assignor]),
);
/** Most wanted first. */
const DEFAULT_STRATEGY = ['range', 'roundrobin'] as const;
/**
 * A consumer's membership: topics or a pattern, and the leader's part. Where all its assignors are cooperative it keeps over a
 * rebalance what it has, and gives up only what it was not given again; else everything is given up before (KIP-429).
 */
export class GroupSubscription implements Membership {
  readonly #cluster: Cluster;
  readonly #choice: TopicChoice;
  readonly #events: MembershipEvents;
  readonly #member: GroupMember;
  readonly #strategy: NonNullable<ConsumerOptions['partitionAssignmentStrategy']>;
  readonly #stopping = new AbortController();
  /** What a cooperative member has. */
  #owned: readonly TopicPartition[] = [];
  /** What the leader divided last, by topic; null where this member does not lead. */
  #divided: ReadonlyMap<string, number> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    cluster: Cluster,
    options: ConsumerOptions & { readonly groupId: string },
    selection: readonly string[] | RegExp,
    events: MembershipEvents,
  ) {
    this.#cluster = cluster;
    this.#choice = new TopicChoice(cluster, selection);
    this.#strategy = options.partitionAssignmentStrategy ?? DEFAULT_STRATEGY;
    this.#events = events;
    this.#member = createGroupMemberOn(cluster, {
      ...options,
      protocolType: 'consumer',
      callbacks: {
        protocols: () => this.#strategy.map((name) => ({ name, metadata: this.#subscription() })),
        assign: (request) => this.#assign(request),
        joined: async ({ assignment, isLeader }) => {
          if (!isLeader) this.#divided = null;
          await this.#take(decodeAssignment(assignment));
        },
        rejoining: () => (this.#isCooperative ? Promise.resolve() : events.revoked(null, () => null)),
        lost: (reason) => this.#lost(reason),
      },
    });
  }

  get #isCooperative(): boolean {
    return this.#strategy.every((name) => name === cooperativeSticky.name);
  }

  #subscription(): Buffer {
    const { generationId } = this.#member;
    return encodeSubscription({ topics: this.#choice.names, owned: this.#owned, generationId });
  }

  async #take(assigned: readonly TopicPartition[]): Promise<void> {
    if (!this.#isCooperative) {
      await this.#events.assigned(assigned);
      return;
    }
    const has = new Set(assigned.map(keyOf));
    const going = this.#owned.filter((partition) => !has.has(keyOf(partition)));
    this.#owned = assigned;
    if (going.length > 0) await this.#events.revoked(going, () => null);
    await this.#events.assigned(assigned);
    // What was given up has its next owner in another round.
    if (going.length > 0) this.#member.requestRejoin('partitions were given up');
  }

  /** Joins once the topics of a pattern are known. */
  start(): void {
    const { config } = this.#cluster;
    const options = { deadlineMs: Number.POSITIVE_INFINITY, signal: this.#stopping.signal };
    retrying(config, options, () => this.#choice.look()).then(
      () => {
        if (this.#stopping.signal.aborted) return;
        this.#tellRefusal();
        this.#member.start();
        this.#watch();
      },
      (error: unknown) => {
        if (isMillraceError(error) && !this.#stopping.signal.aborted) this.#events.failed(error);
      },
    );
  }

  commit(offsets: readonly OffsetAndMetadata[]): Promise<void> {
    return this.#member.commitOffsets(offsets);
  }

  get generationId(): number {
    return this.#member.generationId;
  }

  get memberId(): string {
    return this.#member.memberId ?? '';
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#member.close();
  }

  /** Rejoins when the pattern finds other topics, or when a topic has grown that this member divides as the leader. */
  #watch(): void {
    this.#timer = setTimeout(() => {
      const before = this.#choice.names.join();
      this.#choice
        .look()
        .then(
          () => {
            this.#tellRefusal();
            if (this.#choice.names.join() !== before)
              this.#member.requestRejoin('the pattern finds other topics');
            else if (this.#hasGrown()) this.#member.requestRejoin('partitions were added');
          },
          (error: unknown) => {
            if (!isRetriable(error) && isMillraceError(error)) this.#events.failed(error);
          },
        )
        .finally(() => {
          if (!this.#stopping.signal.aborted) this.#watch();
        });
    }, this.#choice.lookAgainMs);
    this.#timer.unref();
  }

  /** Others of its topics are read all the same. */
  #tellRefusal(): void {
    const refusal = this.#choice.refusal();
    if (refusal !== null && !this.#stopping.signal.aborted) this.#events.failed(refusal);
  }

  #hasGrown(): boolean {
    const divided = this.#divided;
    if (divided === null) return false;
    return this.#choice.names.some((name) => {
      const count = this.#cluster.cache.topic(name)?.partitions.length;
      return count !== undefined && count !== (divided.get(name) ?? 0);
    });
  }

  async #assign(request: {
    readonly protocol: string;
    readonly members: readonly {
      readonly memberId: string;
      readonly groupInstanceId: string | null;
      readonly metadata: Buffer;
    }[];
  }): Promise<ReadonlyMap<string, Buffer>> {
    const assignor = assignors.get(request.protocol);
    if (assignor === undefined) {
      throw new MillraceError(
        `the group chose the assignor ${request.protocol}, which this client does not have`,
        {
          code: 'INCONSISTENT_GROUP_PROTOCOL',
          class: 'config',
          hint: 'Let all members of the group offer range, roundrobin or cooperative-sticky.',
        },
      );
    }
    const members = request.members.map(({ memberId, groupInstanceId, metadata }) => ({
      memberId,
      groupInstanceId,
      ...decodeSubscription(metadata),
    }));
    const wanted = [...new Set(members.flatMap(({ topics }) => topics))];
    const options = { deadlineMs: this.#cluster.deadline(), signal: this.#stopping.signal };
    await retrying(this.#cluster.config, options, () => this.#cluster.refresh(wanted));
    const counts = new Map<string, number>();
    for (const name of wanted) {
      const topic = this.#cluster.cache.topic(name);
      if (topic) counts.set(name, topic.partitions.length);
    }
    this.#divided = counts;
    const assignment = assignor.assign(members, counts);
    return new Map([...assignment].map(([memberId, partitions]) => [memberId, encodeAssignment(partitions)]));
  }

  async #lost(reason: Error): Promise<void> {
    this.#divided = null;
    this.#owned = [];
    // Those that pass are followed by a rejoin; the others are the end.
    if (isMillraceError(reason) && reason.class !== 'transient' && reason.class !== 'throttled') {
      this.#events.failed(withGroupHint(reason));
    }
    await this.#events.revoked(null, () => reason);
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
