import { strict as assert } from 'node:assert';
import { dropTopics } from '@millrace/broker/core/group/expire-offsets';
import type { GroupRules } from '@millrace/broker/core/group/group-shard';
import type { MetadataImage } from '@millrace/broker/core/metadata/image';
import { GroupDriver } from '@millrace/broker/testing/group-driver';
import { testGroupRules } from '@millrace/broker/testing/group-rules';
import { imageWithTopics } from '@millrace/broker/testing/sample-topics';
import { randomFrom } from '@millrace/foundation/testing';
import {
  GROUP,
  LASTING_TOPICS,
  PASSING_TOPIC,
  SESSION_TIMEOUT_MS,
  SimMember,
  type Surroundings,
  topicNameOf,
} from './sim-member.ts';

const MEMBERS = 5;
const STEPS = 300;
const CALM_STEPS = 40;
const HEALTHY_ROUNDS = 800;
const TRACE_LINES = 80;
const PARTITIONS_AT_FIRST = { orders: 4, bills: 2 };
const PARTITIONS_MAX = 6;

/**
 * One group under members of both protocols that come, stall, vanish, leave and change their protocol, topics that are made, grow and
 * are deleted, appends that fail, commits that are late, and coordinators that crash and lose what was not committed.
 *
 * After every step: (1) no partition is read by two members that the coordinator has; (2) an acknowledged offset never goes back.
 * At the end, faults off: (3) the group settles, and every partition that there is is read, and no other.
 */
export class World implements Surroundings {
  driver: GroupDriver;
  topics: Surroundings['topics'] = [];
  #image: MetadataImage = imageWithTopics({});
  #passingTopics = 0;
  readonly lines: string[] = [];
  readonly #members: readonly SimMember[];
  readonly #random: () => number;
  readonly #rules: GroupRules;
  readonly #acknowledged = new Map<string, number>();
  readonly #kinds: readonly ('classic' | 'consumer')[];

  constructor(seed: number, more: (rules: GroupRules) => Partial<GroupRules> = () => ({})) {
    this.#random = randomFrom(seed);
    this.#setTopics(
      LASTING_TOPICS.map((name) => ({ name, id: `${name}#1`, partitions: PARTITIONS_AT_FIRST[name] })),
    );
    const intervalMs = String(this.#pick([0, 1_000]));
    const rules = testGroupRules({
      initialRebalanceDelayMs: this.#pick([0, 500]),
      metadata: () => this.#image,
      setting: (_group, name) =>
        name === 'consumer.assignment.interval.ms'
          ? intervalMs
          : name === 'consumer.session.timeout.ms'
            ? String(SESSION_TIMEOUT_MS)
            : '1000',
      assignors: this.#pick([['uniform'], ['range']]),
    });
    this.#rules = { ...rules, ...more(rules) };
    this.driver = new GroupDriver(this.#rules);
    this.#kinds = this.#pick([['consumer'], ['classic'], ['classic', 'consumer'], ['classic', 'consumer']]);
    this.#members = Array.from(
      { length: MEMBERS },
      (_, index) => new SimMember(`m${index}`, this.#pick(this.#kinds), this.#pick([true, false, false])),
    );
  }

  /** @throws what an invariant found, with the last that happened */
  run(): void {
    try {
      for (let step = 0; step < STEPS; step += 1) this.#faultyStep();
      this.#settle();
      for (let step = 0; step < CALM_STEPS; step += 1) this.#calmStep();
      this.#settle();
    } catch (error) {
      throw new Error(this.lines.slice(-TRACE_LINES).join('\n'), { cause: error });
    }
  }

  committedOffset(key: string): number {
    const { log, committed } = this.driver;
    const [topicId = '', partition] = key.split('-');
    for (let index = committed - 1; index >= 0; index -= 1) {
      const entry = log[index];
      const record = entry?.kind === 'record' ? entry.record : undefined;
      const isMeant = record?.kind === 'offset' && record.topic === topicNameOf(topicId);
      if (isMeant && record.partition === Number(partition)) return record.value?.offset ?? -1;
    }
    return -1;
  }

  acknowledged(member: SimMember, key: string, offset: number): void {
    this.trace(`${member.name} has committed ${offset} of ${key}`);
    // The offsets of a topic go with it.
    if (key.startsWith(PASSING_TOPIC)) return;
    this.#acknowledged.set(key, Math.max(this.#acknowledged.get(key) ?? -1, offset));
  }

  trace(line: string): void {
    this.lines.push(`${this.driver.now.monoMs} ${line}`);
  }

  #faultyStep(): void {
    const member = this.#pick(this.#members);
    const dice = this.#random();
    this.driver.holdCommits = this.#random() < 0.6;
    this.driver.refuseAppends = this.#random() < 0.03 ? 'NOT_ENOUGH_REPLICAS' : null;
    if (dice < 0.03) this.#crash();
    else if (dice < 0.06) this.driver.advance(Math.floor(this.#random() * 12_000));
    else if (dice < 0.2) this.driver.advance(Math.floor(this.#random() * 1_000));
    else if (dice < 0.32) this.driver.commit(1 + Math.floor(this.#random() * 3));
    else if (dice < 0.34) {
      this.trace(`${member.name} vanishes`);
      member.vanish();
    } else if (dice < 0.37) member.leave(this);
    else if (dice < 0.39) member.timeOut();
    else if (dice < 0.42) this.#changeTopics();
    else if (!member.alive) {
      if (dice < 0.6) member.revive(this.#pick(this.#kinds));
    } else member.act(this, this.#random() < 0.3 ? 'commit' : 'beat');
    this.#check();
  }

  #settle(): void {
    for (let round = 0; round < HEALTHY_ROUNDS && !this.#isSettled; round += 1) this.#healthyRound();
    assert(this.#isSettled, 'the group settles once the faults are over');
  }

  /** Nobody comes or goes, so that nothing but the topics themselves leads to another assignment; commits are late at times. */
  #calmStep(): void {
    const dice = this.#random();
    this.driver.holdCommits = this.#random() < 0.8;
    if (dice < 0.15) this.#changeTopics();
    else if (dice < 0.4) this.driver.commit(1);
    else if (dice < 0.5) this.driver.advance(500);
    else this.#pick(this.#members).act(this, 'beat');
    this.#check();
  }

  #healthyRound(): void {
    this.driver.holdCommits = false;
    this.driver.refuseAppends = null;
    this.driver.commit();
    for (const member of this.#members) {
      if (!member.alive) member.revive(member.protocol);
      member.act(this, 'beat');
    }
    this.driver.advance(200);
    this.#check();
  }

  /** A topic gets another partition, or one comes into being or goes. */
  #changeTopics(): void {
    const grown = this.#pick(this.topics);
    if (this.#random() < 0.4)
      this.#setTopics(
        this.topics.map((topic) =>
          topic === grown ? { ...topic, partitions: Math.min(topic.partitions + 1, PARTITIONS_MAX) } : topic,
        ),
      );
    else if (this.topics.some(({ name }) => name === PASSING_TOPIC)) {
      this.#setTopics(this.topics.filter(({ name }) => name !== PASSING_TOPIC));
      this.driver.run((groups) => dropTopics(groups, new Set([PASSING_TOPIC])));
    } else {
      this.#passingTopics += 1;
      const id = `${PASSING_TOPIC}#${this.#passingTopics}`;
      this.#setTopics([...this.topics, { name: PASSING_TOPIC, id, partitions: this.#pick([1, 2]) }]);
    }
    this.trace(`topics: ${this.topics.map(({ id, partitions }) => `${id} (${partitions})`).join()}`);
  }

  #setTopics(topics: Surroundings['topics']): void {
    this.topics = topics;
    const ids = new Map(topics.map(({ name, id }) => [name, id]));
    const counts = Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions]));
    this.#image = imageWithTopics(counts, (name) => ids.get(name) ?? name);
  }

  /** The coordinator starts again from its log; of what was not committed some end is lost. */
  #crash(): void {
    const { driver } = this;
    const kept = this.#pick(driver.possibleEnds);
    this.trace(`crash: keeps ${kept} of ${driver.log.length}, ${driver.committed} committed`);
    this.driver = new GroupDriver(this.#rules, driver.log.slice(0, kept), driver.now.monoMs);
    for (const member of this.#members) member.coordinatorCrashed(driver, this);
  }

  #check(): void {
    const owners = new Map<string, SimMember>();
    for (const member of this.#members) {
      if (!this.#isKnown(member)) continue;
      for (const key of member.owned.keys()) {
        const other = owners.get(key);
        assert(other === undefined, `${key} is read by ${other?.name} and ${member.name}`);
        owners.set(key, member);
      }
    }
    for (const [key, offset] of this.#acknowledged) {
      const [topicId = '', partition] = key.split('-');
      const topic = topicNameOf(topicId);
      const stored = this.driver.shard.offsets.get(GROUP, topic, Number(partition))?.offset ?? -1;
      assert(stored >= offset, `the acknowledged offset ${offset} of ${key} is ${stored} now`);
    }
  }

  /** Whether the coordinator counts on the member as it is: one that it has put out may not know it yet. */
  #isKnown({ memberId, epoch, protocol }: SimMember): boolean {
    const group = this.driver.shard.groups.get(GROUP);
    if (group?.type === 'consumer') {
      const member = group.members.get(memberId);
      if (member === undefined) return false;
      return protocol === 'classic' ? member.epoch === epoch : epoch <= member.epoch;
    }
    return group?.type === 'classic' && group.members.has(memberId) && group.generation === epoch;
  }

  get #isSettled(): boolean {
    const group = this.driver.shard.groups.get(GROUP);
    const read = new Set(this.#members.flatMap(({ owned }) => [...owned.keys()]));
    const there = this.topics.flatMap(({ id, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => `${id}-${partition}`),
    );
    return (
      group?.state === 'Stable' &&
      group.members.size === MEMBERS &&
      read.size === there.length &&
      there.every((key) => read.has(key)) &&
      this.#members.every((member) => member.isIn && this.#isKnown(member)) &&
      (group.type === 'consumer' || this.#members.every(({ protocol }) => protocol === 'classic'))
    );
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    assert(item !== undefined, 'there is something to pick');
    return item;
  }
}
