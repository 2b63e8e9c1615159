import { type CommitResult, commitOffsets } from '@millrace/broker/core/group/commit-offsets';
import { consumerHeartbeat } from '@millrace/broker/core/group/consumer/consumer-heartbeat';
import type { ConsumerHeartbeatResult } from '@millrace/broker/core/group/consumer/heartbeat-command';
import type { ReplyTo } from '@millrace/broker/core/group/effects';
import { heartbeat } from '@millrace/broker/core/group/heartbeat';
import { joinGroup } from '@millrace/broker/core/group/join-group';
import { leaveGroup } from '@millrace/broker/core/group/leave-group';
import type {
  HeartbeatResult,
  JoinResult,
  LeaveResult,
  SyncResult,
} from '@millrace/broker/core/group/results';
import { syncGroup } from '@millrace/broker/core/group/sync-group';
import type { GroupDriver } from '@millrace/broker/testing/group-driver';
import { ZERO_UUID } from '@millrace/foundation/types';
import { consumerBytes } from './consumer-bytes.ts';

export const GROUP = 'g';
export const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 15_000;
/** What every member reads, by its names or by a regular expression; one of them comes and goes. */
export const LASTING_TOPICS = ['orders', 'bills'] as const;
export const PASSING_TOPIC = 'late';
const NAMES = [...LASTING_TOPICS, PASSING_TOPIC];
const REGEX = '.*';

/** What a member needs of the world around it. */
export interface Surroundings {
  readonly driver: GroupDriver;
  /** Those that there are now. An id has no dash in it; a topic that is made anew has another one. */
  readonly topics: readonly { readonly name: string; readonly id: string; readonly partitions: number }[];
  /** What a fetch of offsets would answer. */
  committedOffset(key: string): number;
  acknowledged(member: SimMember, key: string, offset: number): void;
  trace(line: string): void;
}

type Request =
  | { readonly kind: 'beat'; readonly reply: ReplyTo<ConsumerHeartbeatResult>; readonly owned: string }
  | { readonly kind: 'join'; readonly reply: ReplyTo<JoinResult> }
  | {
      readonly kind: 'sync';
      readonly reply: ReplyTo<SyncResult>;
      readonly topics: Surroundings['topics'];
    }
  | { readonly kind: 'classicBeat'; readonly reply: ReplyTo<HeartbeatResult> }
  | {
      readonly kind: 'commit';
      readonly reply: ReplyTo<CommitResult>;
      readonly key: string;
      readonly offset: number;
    };

/**
 * A consumer as a client library has it, in one protocol at a time: it has one request under way, gives partitions up before it
 * says so, and drops everything once it learns that it is out.
 */
export class SimMember {
  readonly name: string;
  protocol: 'classic' | 'consumer';
  alive = true;
  memberId = '';
  /** Of the consumer protocol its epoch, of the classic one its generation. */
  epoch = 0;
  isIn = false;
  /** Partitions that it reads, as `topic id-partition`, with the next offset to commit. */
  readonly owned = new Map<string, number>();
  /** What the coordinator wants it to have, once it knows. */
  #target: ReadonlySet<string> | null = null;
  #said = '';
  #request: Request | null = null;
  #generations = 0;
  #joined: JoinResult | null = null;
  #mustJoin = false;
  /** The topics that it assigned as the leader of a classic group; null where it was not. */
  #assignedBy: string | null = null;
  readonly #hasRegex: boolean;

  constructor(name: string, protocol: 'classic' | 'consumer', hasRegex: boolean) {
    this.name = name;
    this.protocol = protocol;
    this.#hasRegex = hasRegex;
  }

  /** Takes what was answered, and does the next thing. */
  act(world: Surroundings, wants: 'commit' | 'beat'): void {
    if (!this.alive) return;
    if (this.#request !== null && !this.#take(world)) return;
    if (this.protocol === 'consumer') this.#actAsConsumer(world, wants);
    else this.#actAsClassic(world, wants);
  }

  /** Ends without a word, or begins again as somebody new. */
  vanish(): void {
    this.alive = false;
    this.#forget();
  }

  revive(protocol: 'classic' | 'consumer'): void {
    this.alive = true;
    this.protocol = protocol;
    this.#forget();
  }

  /** Gives up on its request: its answer will not be read. */
  timeOut(): void {
    if (this.#request?.kind === 'join' || this.#request?.kind === 'sync') this.#mustJoin = true;
    this.#request = null;
    this.#said = '?';
  }

  leave(world: Surroundings): void {
    world.trace(`${this.name} leaves`);
    if (this.isIn && this.protocol === 'consumer')
      world.driver.submit<ConsumerHeartbeatResult>((shard, reply, now) =>
        consumerHeartbeat(shard, { ...this.#news(), reply, memberEpoch: -1 }, now),
      );
    else if (this.memberId !== '')
      world.driver.submit<LeaveResult>((shard, reply, now) =>
        leaveGroup(
          shard,
          { reply, group: GROUP, members: [{ memberId: this.memberId, groupInstanceId: null }] },
          now,
        ),
      );
    this.vanish();
  }

  /** The coordinator has started again: requests under way are lost. */
  coordinatorCrashed(before: GroupDriver, world: Surroundings): void {
    const request = this.#request;
    if (request?.kind === 'commit') {
      const answer = before.answer(request.reply);
      if (answer?.error === null) world.acknowledged(this, request.key, request.offset);
    }
    if (request !== null) this.timeOut();
  }

  #forget(): void {
    this.memberId = '';
    this.epoch = 0;
    this.#drop();
    this.#request = null;
  }

  #drop(): void {
    this.isIn = false;
    this.owned.clear();
    this.#target = null;
    this.#said = '';
    this.#joined = null;
    this.#mustJoin = false;
    this.#assignedBy = null;
  }

  #take(world: Surroundings): boolean {
    const request = this.#request;
    if (request === null) return true;
    const answer = world.driver.answer<unknown>(request.reply as ReplyTo<unknown>);
    if (answer === undefined) return false;
    this.#request = null;
    switch (request.kind) {
      case 'beat':
        this.#takeBeat(answer as ConsumerHeartbeatResult, request.owned, world);
        break;
      case 'join':
        this.#takeJoin(answer as JoinResult, world);
        break;
      case 'sync':
        this.#takeSync(answer as SyncResult, request.topics, world);
        break;
      case 'classicBeat':
        this.#takeError((answer as HeartbeatResult).error, world);
        break;
      case 'commit': {
        const { error } = answer as CommitResult;
        if (error === null) world.acknowledged(this, request.key, request.offset);
        else this.#takeError(error, world);
      }
    }
    return true;
  }

  #takeError(error: string | null, world: Surroundings): void {
    if (error === null) return;
    world.trace(`${this.name} is told ${error}`);
    switch (error) {
      case 'UNKNOWN_MEMBER_ID':
      case 'FENCED_MEMBER_EPOCH':
      case 'GROUP_ID_NOT_FOUND':
        this.#drop();
        this.epoch = 0;
        if (this.protocol === 'classic') this.memberId = '';
        break;
      case 'ILLEGAL_GENERATION':
        this.#drop();
        this.epoch = 0;
        break;
      case 'REBALANCE_IN_PROGRESS':
        this.#mustJoin = true;
        break;
      default:
    }
  }

  #takeBeat(answer: ConsumerHeartbeatResult, owned: string, world: Surroundings): void {
    if (answer.error !== null) {
      this.#takeError(answer.error, world);
      return;
    }
    this.isIn = true;
    this.epoch = answer.memberEpoch;
    this.#said = owned;
    if (answer.assignment === null) return;
    this.#target = new Set(
      answer.assignment.flatMap(({ topicId, partitions }) =>
        partitions.map((partition) => `${topicId}-${partition}`),
      ),
    );
    world.trace(`${this.name} in ${this.epoch}: ${[...this.#target].join()}`);
  }

  #actAsConsumer(world: Surroundings, wants: 'commit' | 'beat'): void {
    if (this.#target !== null) this.#towardsTarget(this.#target, world);
    else if (wants === 'commit' && this.isIn && this.owned.size > 0) this.#commit(world);
    else this.#beat(world);
  }

  /** First what goes, then it is said, then what comes: as client libraries do. */
  #towardsTarget(target: ReadonlySet<string>, world: Surroundings): void {
    const going = [...this.owned.keys()].filter((key) => !target.has(key));
    for (const key of going) this.owned.delete(key);
    if (going.length > 0) {
      this.#beat(world);
      return;
    }
    for (const key of target) if (!this.owned.has(key)) this.#begin(key, world);
    this.#target = null;
    this.#beat(world);
  }

  #begin(key: string, world: Surroundings): void {
    this.owned.set(key, Math.max(world.committedOffset(key), 0));
  }

  #news() {
    return {
      group: GROUP,
      memberId: this.memberId,
      instanceId: null,
      rackId: null,
      clientId: this.name,
      clientHost: '/host',
      rebalanceTimeoutMs: null as number | null,
      subscribedTopics: null as readonly string[] | null,
      subscribedRegex: null as string | null,
      serverAssignor: null,
      owned: null as readonly { topicId: string; partitions: readonly number[] }[] | null,
      requiresMemberId: true,
      mayDescribe: () => true,
    };
  }

  #beat(world: Surroundings): void {
    // What it was told and will take counts: else the coordinator would give it away meanwhile.
    const claimed = new Set([...this.owned.keys(), ...(this.#target ?? [])]);
    const owned = [...claimed].sort();
    const isJoin = !this.isIn;
    if (isJoin) {
      this.#drop();
      this.epoch = 0;
      this.#generations += 1;
      if (this.memberId === '') this.memberId = `${this.name}-${this.#generations}`;
    }
    const saysAll = isJoin || this.#said === '?';
    const places = owned.map((key) => key.split('-'));
    const lists = [...Map.groupBy(places, ([topicId = '']) => topicId)].map(([topicId, ofTopic]) => ({
      topicId,
      partitions: ofTopic.map(([, partition]) => Number(partition)),
    }));
    const command = {
      ...this.#news(),
      memberEpoch: this.epoch,
      rebalanceTimeoutMs: saysAll ? REBALANCE_TIMEOUT_MS : null,
      subscribedTopics: saysAll && !this.#hasRegex ? NAMES : null,
      subscribedRegex: saysAll && this.#hasRegex ? REGEX : null,
      owned: isJoin ? [] : saysAll || owned.join() !== this.#said ? lists : null,
    };
    const reply = world.driver.submit<ConsumerHeartbeatResult>((shard, to, now) =>
      consumerHeartbeat(shard, { ...command, reply: to }, now),
    );
    this.#request = { kind: 'beat', reply, owned: owned.join() };
  }

  #commit(world: Surroundings): void {
    const [first] = this.owned;
    if (first === undefined) return;
    const [key, position] = first;
    // Another one the next time.
    this.owned.delete(key);
    this.owned.set(key, position + 1);
    const [topicId = '', partition] = key.split('-');
    const offset = position + 1;
    const reply = world.driver.submit<CommitResult>((shard, to, now) =>
      commitOffsets(
        shard,
        {
          reply: to,
          group: GROUP,
          generation: this.epoch,
          memberId: this.memberId,
          instanceId: null,
          retentionMs: -1,
          knowsGroupIdNotFound: true,
          offsets: [
            {
              topic: topicNameOf(topicId),
              topicId: ZERO_UUID,
              partition: Number(partition),
              offset,
              leaderEpoch: -1,
              metadata: null,
            },
          ],
        },
        now,
      ),
    );
    this.#request = { kind: 'commit', reply, key, offset };
  }

  #actAsClassic(world: Surroundings, wants: 'commit' | 'beat'): void {
    if (this.#joined !== null) this.#sync(this.#joined, world);
    else if (!this.isIn || this.#mustJoin || this.#hasToAssign(world)) this.#join(world);
    else if (wants === 'commit' && this.owned.size > 0) this.#commit(world);
    else {
      const reply = world.driver.submit<HeartbeatResult>((shard, to, now) =>
        heartbeat(
          shard,
          { reply: to, group: GROUP, generation: this.epoch, memberId: this.memberId, instanceId: null },
          now,
        ),
      );
      this.#request = { kind: 'classicBeat', reply };
    }
  }

  /** The leader of a classic group looks after the topics itself. */
  #hasToAssign(world: Surroundings): boolean {
    return this.#assignedBy !== null && this.#assignedBy !== signatureOf(world);
  }

  /** Eager: everything is given up before. */
  #join(world: Surroundings): void {
    this.#drop();
    const metadata = consumerBytes.subscription(NAMES);
    const reply = world.driver.submit<JoinResult>((shard, to, now) =>
      joinGroup(
        shard,
        {
          reply: to,
          group: GROUP,
          memberId: this.memberId,
          instanceId: null,
          clientId: this.name,
          clientHost: '/host',
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata }],
          requiresKnownMemberId: true,
          canSkipAssignment: true,
        },
        now,
      ),
    );
    this.#request = { kind: 'join', reply };
  }

  #takeJoin(answer: JoinResult, world: Surroundings): void {
    if (answer.error === 'MEMBER_ID_REQUIRED') this.memberId = answer.memberId;
    else if (answer.error !== null) this.#takeError(answer.error, world);
    else {
      this.memberId = answer.memberId;
      this.epoch = answer.generationId;
      this.#joined = answer;
    }
  }

  #sync(joined: JoinResult, world: Surroundings): void {
    this.#joined = null;
    this.#assignedBy = joined.leader === this.memberId ? signatureOf(world) : null;
    const assignments = new Map<string, Buffer>();
    const leads = joined.leader === this.memberId && !joined.skipAssignment;
    if (leads) {
      const all = world.topics.flatMap(({ name, partitions }) =>
        Array.from({ length: partitions }, (_, partition) => ({ topic: name, partitions: [partition] })),
      );
      for (const [at, { memberId }] of joined.members.entries())
        assignments.set(
          memberId,
          consumerBytes.assignment(all.filter((_, index) => index % joined.members.length === at)),
        );
    }
    const reply = world.driver.submit<SyncResult>((shard, to) =>
      syncGroup(shard, {
        reply: to,
        group: GROUP,
        generation: joined.generationId,
        memberId: this.memberId,
        instanceId: null,
        protocolType: joined.protocolType,
        protocolName: joined.protocolName,
        assignments,
      }),
    );
    this.#request = { kind: 'sync', reply, topics: world.topics };
  }

  /** @param asked the topics when it was asked */
  #takeSync(answer: SyncResult, asked: Surroundings['topics'], world: Surroundings): void {
    if (answer.error !== null) {
      this.#takeError(answer.error, world);
      if (!this.isIn) this.#mustJoin = true;
      return;
    }
    this.isIn = true;
    // Only names reach a classic member. The group knows partitions by id once it has members of both kinds; a topic that was made anew on
    // the way may be taken for the one before then, here as with Kafka, until the next rebalance.
    const topics = world.driver.shard.groups.get(GROUP)?.type === 'consumer' ? asked : world.topics;
    const partitions = consumerBytes.assigned(answer.assignment);
    for (const { topic, partitions: numbers } of partitions) {
      const known = topics.find(({ name }) => name === topic);
      if (known !== undefined)
        for (const partition of numbers) this.#begin(`${known.id}-${partition}`, world);
    }
    world.trace(`${this.name} in generation ${this.epoch}: ${[...this.owned.keys()].join()}`);
  }
}

/** A topic's id is its name and which of its kind it is. */
export function topicNameOf(topicId: string): string {
  return topicId.split('#')[0] ?? topicId;
}

function signatureOf({ topics }: Surroundings): string {
  return topics.map(({ id, partitions }) => `${id}:${partitions}`).join();
}
