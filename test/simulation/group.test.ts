import { type CommitResult, commitOffsets } from '@millrace/broker/core/group/commit-offsets';
import type { ReplyTo } from '@millrace/broker/core/group/effects';
import type { GroupRules } from '@millrace/broker/core/group/group-shard';
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
import { GroupDriver } from '@millrace/broker/testing/group-driver';
import { testGroupRules } from '@millrace/broker/testing/group-rules';
import { randomFrom } from '@millrace/foundation/testing';
import { ZERO_UUID } from '@millrace/foundation/types';
import { describe, expect, it } from 'vitest';

/**
 * The group coordinator's core under members that come, stall, vanish and leave, appends that fail, commits that are
 * late and coordinators that crash and lose what was not committed. One seed is one run:
 * `SIM_SEED=17 vitest run --project simulation test/simulation/group.test.ts` plays it again.
 *
 * After every step: (1) in one generation a partition has one owner; (2) an acknowledged offset never goes back.
 * At the end, faults off: (3) the group settles with everybody who is alive, and every partition is owned.
 */
const SEEDS = 250;
const STEPS = 400;
const PARTITIONS = 6;
const CLIENTS = 5;
const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 15_000;
const GROUP = 'g';
const TOPIC = 'orders';

interface Client {
  readonly name: string;
  readonly instanceId: string | null;
  alive: boolean;
  memberId: string;
  generation: number;
  joining: ReplyTo<JoinResult> | null;
  syncing: ReplyTo<SyncResult> | null;
  beating: ReplyTo<HeartbeatResult> | null;
  committing: {
    readonly reply: ReplyTo<CommitResult>;
    readonly partition: number;
    readonly offset: number;
  } | null;
  /** Owned partitions with the next offset to commit. */
  readonly positions: Map<number, number>;
  joined: boolean;
}

class World {
  readonly #random: () => number;
  readonly #rules: GroupRules;
  readonly clients: Client[];
  driver: GroupDriver;
  /** Owner of each partition by generation; a static member counts by its instance. */
  readonly #owners = new Map<string, string>();
  readonly #acknowledged = new Map<number, number>();
  /** Requests that are on their way for long: they arrive after their sender has moved on. */
  readonly #late: { readonly client: Client; readonly generation: number; readonly send: () => unknown }[] =
    [];
  readonly trace: string[] = [];

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#rules = testGroupRules({
      initialRebalanceDelayMs: this.#pick([0, 500, 3_000]),
      maxSize: this.#pick([100, CLIENTS, 3]),
      offsetMetadataMaxBytes: 100,
      offsetsRetentionMs: 1e12,
      subscribedTopics: () => [TOPIC],
    });
    this.driver = new GroupDriver(this.#rules);
    const withStatic = this.#random() < 0.5;
    this.clients = Array.from({ length: CLIENTS }, (_, index) =>
      freshClient(`c${index}`, withStatic && index < 2 ? `i${index}` : null),
    );
  }

  get roomForAll(): boolean {
    return this.#rules.maxSize >= CLIENTS;
  }

  faultyStep(): void {
    const client = this.#pick(this.clients);
    const dice = this.#random();
    this.driver.holdCommits = this.#random() < 0.7;
    this.driver.refuseAppends = this.#random() < 0.03 ? 'NOT_ENOUGH_REPLICAS' : null;
    if (dice < 0.03) this.#crash();
    else if (dice < 0.08) this.driver.advance(Math.floor(this.#random() * 12_000));
    else if (dice < 0.25) this.driver.advance(Math.floor(this.#random() * 1_000));
    else if (dice < 0.4) this.driver.commit(Math.floor(this.#random() * 3));
    else if (dice < 0.42) this.#deliverLate();
    else if (dice < 0.44) this.#vanish(client);
    else if (dice < 0.46) this.#leave(client);
    else this.#act(client);
    this.driver.refuseAppends = null;
    this.#check();
  }

  healthyRound(): void {
    this.driver.holdCommits = false;
    this.driver.refuseAppends = null;
    this.driver.commit();
    for (const client of this.clients) this.#act(client);
    this.driver.advance(250);
    this.#check();
  }

  settled(): boolean {
    const group = this.driver.shard.classic(GROUP);
    const generation = group?.generation;
    return (
      group?.state === 'Stable' &&
      group.members.size === CLIENTS &&
      this.clients.every((client) => client.joined && client.generation === generation) &&
      new Set(this.clients.flatMap((client) => [...client.positions.keys()])).size === PARTITIONS
    );
  }

  /** The client handles what was answered, then does what it would do next. */
  #act(client: Client): void {
    if (!client.alive) {
      Object.assign(client, freshClient(client.name, client.instanceId), { alive: true });
      client.positions.clear();
    }
    this.#hear(client);
    if (client.joining !== null || client.syncing !== null) return;
    if (!client.joined) {
      this.#join(client);
      return;
    }
    if (client.beating === null && this.#random() < 0.7) this.#beat(client);
    else if (client.committing === null && client.positions.size > 0) this.#commit(client);
  }

  #hear(client: Client): void {
    const { driver } = this;
    const joined = client.joining === null ? undefined : driver.answer(client.joining);
    if (joined) {
      client.joining = null;
      this.#joinAnswered(client, joined);
    }
    const synced = client.syncing === null ? undefined : driver.answer(client.syncing);
    if (synced) {
      client.syncing = null;
      this.#syncAnswered(client, synced);
    }
    const beaten = client.beating === null ? undefined : driver.answer(client.beating);
    if (beaten) {
      client.beating = null;
      if (beaten.error !== null) this.#troubled(client, beaten.error);
    }
    const { committing } = client;
    const committed = committing ? driver.answer(committing.reply) : undefined;
    if (committing && committed) {
      client.committing = null;
      if (committed.error !== null) this.#troubled(client, committed.error);
      else this.#acknowledge(client, committing.partition, committing.offset);
    }
  }

  #join(client: Client): void {
    this.trace.push(`${client.name} joins as "${client.memberId}"`);
    client.positions.clear();
    client.joining = this.driver.submit<JoinResult>((shard, reply, now) =>
      joinGroup(
        shard,
        {
          reply,
          group: GROUP,
          memberId: client.memberId,
          instanceId: client.instanceId,
          clientId: client.name,
          clientHost: '/h',
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: Buffer.from(TOPIC) }],
          requiresKnownMemberId: client.instanceId === null,
          canSkipAssignment: true,
        },
        now,
      ),
    );
  }

  #joinAnswered(client: Client, result: JoinResult): void {
    this.trace.push(`${client.name} join -> ${result.error} ${result.memberId} gen ${result.generationId}`);
    if (result.error === 'MEMBER_ID_REQUIRED') {
      client.memberId = result.memberId;
      return;
    }
    if (result.error !== null) {
      this.#troubled(client, result.error);
      return;
    }
    client.memberId = result.memberId;
    client.generation = result.generationId;
    const assignments = new Map<string, Buffer>();
    if (result.leader === result.memberId && !result.skipAssignment) {
      for (const [index, { memberId }] of result.members.entries()) {
        const mine = Array.from({ length: PARTITIONS }, (_, partition) => partition).filter(
          (partition) => partition % result.members.length === index,
        );
        assignments.set(memberId, Buffer.from(mine));
      }
    }
    client.syncing = this.driver.submit<SyncResult>((shard, reply) =>
      syncGroup(shard, {
        reply,
        group: GROUP,
        generation: result.generationId,
        memberId: client.memberId,
        instanceId: client.instanceId,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments,
      }),
    );
  }

  #syncAnswered(client: Client, result: SyncResult): void {
    this.trace.push(`${client.name} sync -> ${result.error} [${[...result.assignment]}]`);
    if (result.error !== null) {
      this.#troubled(client, result.error);
      return;
    }
    client.joined = true;
    const owner = client.instanceId ?? client.memberId;
    for (const partition of result.assignment) {
      const key = `${client.generation}/${partition}`;
      const before = this.#owners.get(key) ?? owner;
      expect(before, `one owner of partition ${partition} in generation ${client.generation}`).toBe(owner);
      this.#owners.set(key, owner);
      client.positions.set(partition, this.#committedOffset(partition) + 1);
    }
  }

  #troubled(client: Client, error: string): void {
    this.trace.push(`${client.name} meets ${error}`);
    client.joined = false;
    client.positions.clear();
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID' || error === 'GROUP_MAX_SIZE_REACHED')
      client.memberId = '';
  }

  #beat(client: Client): void {
    client.beating = this.driver.submit<HeartbeatResult>((shard, reply, now) =>
      heartbeat(
        shard,
        {
          reply,
          group: GROUP,
          generation: client.generation,
          memberId: client.memberId,
          instanceId: client.instanceId,
        },
        now,
      ),
    );
  }

  #commit(client: Client): void {
    const [partition, offset] = this.#pick([...client.positions]);
    client.positions.set(partition, offset + 1);
    const { generation, memberId, instanceId } = client;
    const send = () =>
      this.driver.submit<CommitResult>((shard, to, now) =>
        commitOffsets(
          shard,
          {
            reply: to,
            group: GROUP,
            generation,
            memberId,
            instanceId,
            retentionMs: -1,
            knowsGroupIdNotFound: true,
            offsets: [{ topic: TOPIC, topicId: ZERO_UUID, partition, offset, leaderEpoch: -1, metadata: '' }],
          },
          now,
        ),
      );
    // A late one gets no answer that anybody hears. Within a generation one connection keeps the order of requests.
    if (this.#random() < 0.1) this.#late.push({ client, generation, send });
    else client.committing = { reply: send(), partition, offset };
  }

  #deliverLate(): void {
    const index = this.#late.findIndex(
      ({ client, generation }) => client.joined && client.generation > generation,
    );
    const [late] = index < 0 ? [] : this.#late.splice(index, 1);
    late?.send();
  }

  #acknowledge(client: Client, partition: number, offset: number): void {
    this.trace.push(`${client.name} has committed ${offset} of ${partition}`);
    this.#acknowledged.set(partition, Math.max(offset, this.#acknowledged.get(partition) ?? -1));
  }

  #leave(client: Client): void {
    if (client.memberId === '' || client.instanceId !== null) return;
    this.trace.push(`${client.name} leaves`);
    this.driver.submit<LeaveResult>((shard, reply, now) =>
      leaveGroup(
        shard,
        { reply, group: GROUP, members: [{ memberId: client.memberId, groupInstanceId: null }] },
        now,
      ),
    );
    client.alive = false;
  }

  #vanish(client: Client): void {
    this.trace.push(`${client.name} vanishes`);
    client.alive = false;
  }

  /** The coordinator starts again from its log; of what was not committed some end is lost. */
  #crash(): void {
    const { driver } = this;
    const kept = driver.committed + Math.floor(this.#random() * (driver.log.length - driver.committed + 1));
    this.trace.push(`crash: keeps ${kept} of ${driver.log.length}, ${driver.committed} committed`);
    this.driver = new GroupDriver(this.#rules, driver.log.slice(0, kept), driver.now.monoMs);
    for (const client of this.clients) {
      // Answers that were given before the crash may still arrive.
      const arrived = (reply: number | null) => reply !== null && driver.replies.has(reply);
      if (client.committing && arrived(client.committing.reply)) {
        const answer = driver.answer(client.committing.reply);
        if (answer?.error === null)
          this.#acknowledge(client, client.committing.partition, client.committing.offset);
      }
      client.committing = null;
      client.beating = null;
      if (client.joining !== null || client.syncing !== null) client.joined = false;
      client.joining = null;
      client.syncing = null;
    }
  }

  #check(): void {
    for (const [partition, offset] of this.#acknowledged) {
      const stored = this.driver.shard.offsets.get(GROUP, TOPIC, partition)?.offset ?? -1;
      expect(stored, `the acknowledged offset of partition ${partition}`).toBeGreaterThanOrEqual(offset);
    }
  }

  /** What a fetch would answer: an offset that cannot be lost any more. */
  #committedOffset(partition: number): number {
    const { log, committed } = this.driver;
    for (let index = committed - 1; index >= 0; index -= 1) {
      const entry = log[index];
      const record = entry?.kind === 'record' ? entry.record : undefined;
      if (record?.kind === 'offset' && record.partition === partition) return record.value?.offset ?? -1;
    }
    return -1;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }
}

function freshClient(name: string, instanceId: string | null): Client {
  return {
    name,
    instanceId,
    alive: true,
    memberId: '',
    generation: -1,
    joining: null,
    syncing: null,
    beating: null,
    committing: null,
    positions: new Map(),
    joined: false,
  };
}

function run(seed: number): World {
  const world = new World(seed);
  try {
    for (let step = 0; step < STEPS; step += 1) world.faultyStep();
    for (let round = 0; round < 600 && !(world.roomForAll && world.settled()); round += 1)
      world.healthyRound();
    if (world.roomForAll) expect(world.settled(), 'the group settles once the faults are over').toBe(true);
    return world;
  } catch (error) {
    const last = world.trace.slice(-60).join('\n');
    throw new Error(`seed ${seed}: SIM_SEED=${seed} plays it again\n${last}`, { cause: error });
  }
}

describe('the group coordinator under faults', () => {
  const only = process.env.SIM_SEED;
  const seeds = only === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(only)];

  it(`keeps its invariants and settles (${seeds.length} seeds)`, () => {
    for (const seed of seeds) run(seed);
  });

  it('does the same again from the same seed', () => {
    expect(run(7).trace).toEqual(run(7).trace);
  });
});
