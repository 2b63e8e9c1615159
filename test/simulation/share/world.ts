import { ACKNOWLEDGE_TYPES } from '@millrace/broker/core/share/acknowledged-batches';
import { deleteShareState } from '@millrace/broker/core/share/delete-share-state';
import { initializeShareState } from '@millrace/broker/core/share/initialize-share-state';
import {
  noteLeaderEpoch,
  readShareState,
  summarizeShareState,
} from '@millrace/broker/core/share/read-share-state';
import {
  type FetchedBatch,
  SharePartition,
  type StateChange,
} from '@millrace/broker/core/share/share-partition';
import { type ShareStateRecord, UNSET } from '@millrace/broker/core/share/share-state-record';
import { type ShareStateResult, ShareStateShard } from '@millrace/broker/core/share/share-state-shard';
import { snapshotColdPartitions } from '@millrace/broker/core/share/snapshot-share-state';
import { type WriteShareStateCommand, writeShareState } from '@millrace/broker/core/share/write-share-state';
import { CoordinatorDriver, type LogEntry } from '@millrace/broker/testing/coordinator-driver';
import { randomFrom } from '@millrace/foundation/testing';

const STEPS = 160;
const SETTLE_ROUNDS = 400;
const MEMBERS = 4;
const LIMIT = 3;
const MAX_IN_FLIGHT = 16;
const LOCK_MS = 100;
const LOG_BATCHES = 14;
const KEY = { group: 'g', topicId: 't', partition: 0 };
const { accept, release, reject, renew } = ACKNOWLEDGE_TYPES;

/** Bugs that the checks below have to find. */
export const PLANTED = [
  'answers before the commit',
  'forgets what is stored',
  'forgets how often it was delivered',
  'stores a start that is too high',
  'delivers once too often',
  'never ends a lock',
  'ends locks early',
  'takes anybody for the holder',
  'lets an old leader write',
  'never reads again what came back',
  'delivers what was aborted',
  'loses what a member releases',
  'gives a group that is made again the epochs of the one before',
  'goes on with what has begun anew',
] as const;
export type Plant = (typeof PLANTED)[number];

interface Leader {
  readonly core: SharePartition;
  readonly epoch: number;
  readonly stateEpoch: number;
  /** What no coordinator has taken in: tried again before anything more is given out. */
  unstored: readonly StateChange[];
}

/** What is on its way to be stored. */
interface Sent {
  readonly leader: Leader;
  readonly change: StateChange;
}

interface Hold {
  readonly leader: Leader;
  readonly member: string;
  untilMs: number;
}

/** An acknowledgement of which nobody has heard yet. */
interface Said {
  readonly reply: number;
  readonly leader: Leader;
  readonly member: string;
  readonly offsets: readonly number[];
  readonly type: number;
}

/** What is known of one offset of the log. */
interface Fact {
  readonly isDelivered: boolean;
  /** Somebody was told that it is accepted. */
  accepted: boolean;
  /** Somebody said a last word, whatever became of that. */
  tried: boolean;
  maxCount: number;
  /** How often it was delivered, as far as that is stored. */
  storedCount: number;
  /** The count of its last delivery by this leader. */
  last: { readonly leader: Leader; readonly count: number } | null;
  hold: Hold | null;
}

/**
 * A share partition and the share coordinator under members that stall, die, say things too late and for each other, leaders that crash or
 * go on as zombies, writes that come twice and late, coordinators that refuse, are late, or crash and lose what was not committed, and
 * a group that is reset, or deleted and made again, while leaders hold what they held.
 *
 * No record is accepted twice, delivered beyond its limit, to two at a time, or lost; no count of deliveries that is stored is forgotten. A
 * group that has begun anew has all records again, and nothing counts that is said of those before.
 */
export class World {
  readonly trace: string[] = [];
  facts: Fact[] = [];
  readonly #random: () => number;
  readonly #plant: Plant | null;
  readonly #log: FetchedBatch[] = [];
  readonly #held = new Map<string, Map<number, Leader>>();
  #driver: CoordinatorDriver<ShareStateRecord, ShareStateShard>;
  #leader: Leader | null = null;
  #zombie: Leader | null = null;
  #said: Said[] = [];
  readonly #sent: Omit<WriteShareStateCommand, 'reply'>[] = [];
  #nowMs = 1000;
  #leaderEpoch = 0;
  #stateEpoch = 1;
  #storedStart = 0;
  /** By reply. */
  readonly #onTheWay = new Map<number, Sent>();

  constructor(seed: number, plant: Plant | null) {
    this.#random = randomFrom(seed);
    this.#plant = plant;
    this.#driver = this.#newDriver([]);
    this.#driver.submit<ShareStateResult>((shard, reply, now) =>
      initializeShareState(shard, { reply, key: KEY, stateEpoch: this.#stateEpoch, startOffset: UNSET }, now),
    );
    for (let index = 0; index < LOG_BATCHES; index++) {
      if (this.#chance(0.1)) this.#know(1 + this.#below(2), false);
      const firstOffset = this.facts.length;
      const isDelivered = this.#chance(0.85);
      this.#know(isDelivered ? 1 + this.#below(6) : 1, isDelivered);
      this.#log.push({ firstOffset, lastOffset: this.facts.length - 1, isDelivered });
    }
  }

  get end(): number {
    return (this.#log.at(-1)?.lastOffset ?? -1) + 1;
  }

  /** Plays it to its end. @throws where a promise is broken */
  run(): void {
    for (let step = 0; step < STEPS; step++) this.#step();
    this.#settle();
    if (this.#chance(0.2)) {
      this.#beginAnew();
      this.#settle();
    }
  }

  /** How many records somebody was told are accepted. */
  get acceptedCount(): number {
    return this.facts.filter(({ accepted }) => accepted).length;
  }

  #step(): void {
    const roll = this.#random();
    const member = `m${this.#below(MEMBERS)}`;
    this.#driver.holdCommits = this.#chance(0.7);
    this.#driver.refuseAppends = this.#chance(0.02) ? 'KAFKA_STORAGE_ERROR' : null;
    if (roll < 0.3) this.#acquire(member);
    else if (roll < 0.58) this.#say(member);
    else if (roll < 0.64) this.#die(member);
    else if (roll < 0.76) this.#pass(this.#below(80));
    else if (roll < 0.9) this.#driver.commit(1 + this.#below(3));
    else if (roll < 0.93) this.#crashLeader();
    else if (roll < 0.96) this.#replaceLeader();
    else if (roll < 0.975) this.#crashCoordinator();
    else if (roll < 0.98) this.#beginAnew();
    else this.#driver.run(snapshotColdPartitions);
    if (this.#chance(0.05)) this.#writeLate();
    this.#driver.refuseAppends = null;
    this.#hear();
  }

  /** Nothing goes wrong any more: members that live accept all that they get. */
  #settle(): void {
    this.#driver.holdCommits = false;
    this.#driver.commit();
    this.#hear();
    for (let round = 0; round < SETTLE_ROUNDS; round++) {
      this.#compare();
      if (this.#leader !== null && this.#leader.core.startOffset >= this.end) break;
      const member = `m${round % MEMBERS}`;
      this.#acquire(member);
      const mine = [...(this.#held.get(member) ?? [])].filter(([, leader]) => leader === this.#leader);
      for (const [offset] of mine) this.#acknowledge(member, [offset], accept);
      this.#pass(LOCK_MS / 4);
      this.#hear();
    }
    ensure(this.#leader?.core.startOffset === this.end, 'every record comes to an end');
    for (const [offset, { isDelivered, tried, maxCount }] of this.facts.entries())
      if (isDelivered)
        ensure(tried || maxCount >= LIMIT, `offset ${offset} was worked on, or delivered often enough`);
  }

  #know(count: number, isDelivered: boolean): void {
    for (let index = 0; index < count; index++)
      this.facts.push({
        isDelivered,
        accepted: false,
        tried: false,
        maxCount: 0,
        storedCount: 0,
        last: null,
        hold: null,
      });
  }

  #acquire(member: string): void {
    // Some begin to read, and others have a session.
    if (this.#chance(0.5)) this.#compare();
    const leader = this.#lead();
    if (leader === null) return;
    if (leader.unstored.length > 0) {
      this.#storeAgain(leader);
      return;
    }
    const { core } = leader;
    const mayReadAgain = this.#plant !== 'never reads again what came back';
    const readFrom = mayReadAgain ? core.fetchOffset : core.endOffset;
    if (readFrom === null) return;
    const from = this.#log.findIndex(({ lastOffset }) => lastOffset >= readFrom);
    if (from < 0) return;
    const batches = this.#log.slice(from, from + 1 + this.#below(4)).map((batch) => {
      return this.#plant === 'delivers what was aborted' ? { ...batch, isDelivered: true } : batch;
    });
    const isExact = this.#chance(0.5);
    const maxRecords = 1 + this.#below(8);
    const { ranges, change } = core.acquire(
      { memberId: member, readFrom, batches, maxRecords, isExact },
      this.#now(),
    );
    this.trace.push(`${member} acquires from ${readFrom}: ${JSON.stringify(ranges)}`);
    let count = 0;
    for (const { firstOffset, lastOffset, deliveryCount } of ranges)
      for (let offset = firstOffset; offset <= lastOffset; offset++, count++)
        this.#delivered(leader, member, offset, deliveryCount);
    if (isExact) ensure(count <= maxRecords, 'no more records than were asked for');
    if (change !== null) this.#store(leader, change);
  }

  #delivered(leader: Leader, member: string, offset: number, count: number): void {
    const fact = this.facts[offset]!;
    const { hold, last } = fact;
    const held = this.#held.get(member) ?? new Map<number, Leader>();
    this.#held.set(member, held.set(offset, leader));
    // It has not heard yet: nothing that is said of it counts.
    if (leader.stateEpoch !== this.#stateEpoch) return;
    ensure(fact.isDelivered, `offset ${offset} has a record to deliver`);
    ensure(!fact.accepted, `offset ${offset} is delivered, though somebody accepted it`);
    ensure(count <= LIMIT, `deliveries of offset ${offset}`);
    ensure(count > fact.storedCount, `deliveries of offset ${offset} are not forgotten`);
    if (last?.leader === leader)
      ensure(count === last.count + 1, `deliveries of offset ${offset} are counted`);
    if (hold?.leader === leader && hold.member !== member)
      ensure(hold.untilMs <= this.#nowMs, `offset ${offset} is held by ${hold.member}`);
    fact.last = { leader, count };
    fact.maxCount = Math.max(fact.maxCount, count);
    fact.hold = { leader, member, untilMs: this.#nowMs + LOCK_MS };
  }

  #say(member: string): void {
    const held = [...(this.#held.get(member) ?? [])];
    if (held.length === 0) return;
    const from = this.#below(held.length);
    const some = held.slice(from, from + 1 + this.#below(4)).map(([offset]) => offset);
    const roll = this.#random();
    const type = roll < 0.6 ? accept : roll < 0.8 ? release : roll < 0.9 ? reject : renew;
    this.#acknowledge(member, some, type);
  }

  #acknowledge(member: string, offsets: readonly number[], type: number): void {
    const held = this.#held.get(member);
    const leader = held?.get(offsets[0] ?? -1);
    // Who is gone hears nothing: the member gives up what it had of that leader.
    if (leader === undefined || (leader !== this.#leader && leader !== this.#zombie)) {
      for (const offset of offsets) held?.delete(offset);
      return;
    }
    const sorted = offsets.filter((offset) => held?.get(offset) === leader).toSorted((a, b) => a - b);
    const batches = sorted.map((offset) => ({ firstOffset: offset, lastOffset: offset, types: [type] }));
    const as = this.#plant === 'takes anybody for the holder' ? (this.#holderOf(sorted) ?? member) : member;
    const said = leader.core.acknowledge(as, batches, this.#now());
    this.trace.push(`${member} says ${type} of ${sorted.join()} to ${leader.epoch}: ${said.error}`);
    if (type !== renew || said.error !== null) for (const offset of sorted) held?.delete(offset);
    if (said.error !== null) return;
    for (const offset of sorted) {
      const { hold } = this.facts[offset]!;
      const isHolder = hold?.leader !== leader || hold.member === member;
      ensure(isHolder, `${member} holds offset ${offset}, of which it says something`);
      if (hold?.leader === leader && hold.member === member) {
        if (type === renew) hold.untilMs = this.#nowMs + LOCK_MS;
        else this.facts[offset]!.hold = null;
      }
    }
    if ((type === accept || type === reject) && leader.stateEpoch === this.#stateEpoch)
      for (const offset of sorted) this.facts[offset]!.tried = true;
    if (said.change === null) return;
    if (type === release && this.#plant === 'loses what a member releases') {
      // The record is where nobody looks for it.
      for (const offset of sorted)
        leader.core.acquire(
          {
            memberId: 'nobody',
            readFrom: offset,
            batches: [{ firstOffset: offset, lastOffset: offset, isDelivered: false }],
            maxRecords: 1,
            isExact: true,
          },
          this.#now(),
        );
    }
    const reply = this.#store(leader, said.change);
    if (reply !== null) this.#said.push({ reply, leader, member, offsets: sorted, type });
  }

  #holderOf(offsets: readonly number[]): string | undefined {
    return this.facts[offsets[0] ?? -1]?.hold?.member;
  }

  /** @returns under which number the answer will be */
  #store(leader: Leader, change: StateChange): number | null {
    const leaderEpoch = this.#plant === 'lets an old leader write' ? UNSET : leader.epoch;
    const isWrong = this.#plant === 'stores a start that is too high';
    const startOffset = change.startOffset + (isWrong && change.startOffset < this.end ? 1 : 0);
    const { stateEpoch } = leader;
    const written = { key: KEY, stateEpoch, leaderEpoch, ...change, startOffset };
    const reply = this.#write(written);
    this.#sent.push(written);
    this.#onTheWay.set(reply, { leader, change });
    if (this.#plant === 'answers before the commit' && this.#driver.answer(reply) === undefined)
      this.#driver.replies.set(-reply, { error: null });
    return reply;
  }

  #write(written: Omit<WriteShareStateCommand, 'reply'>): number {
    return this.#driver.submit<ShareStateResult>((shard, reply, now) =>
      writeShareState(shard, { ...written, reply }, now),
    );
  }

  /** What was taken for lost and sent again comes once more. */
  #writeLate(): void {
    const late = this.#sent[this.#below(this.#sent.length)];
    if (late === undefined) return;
    this.trace.push(`a write comes late: ${JSON.stringify(late)}`);
    this.#write(late);
  }

  /** Members are told what became of what they said. */
  #hear(): void {
    const state = this.#driver.shard.get(KEY)?.state;
    const startOffset = state?.startOffset ?? UNSET;
    if (this.#driver.uncommittedCount === 0 && startOffset !== UNSET) {
      ensure(startOffset >= this.#storedStart, 'the stored start never goes back');
      this.#storedStart = startOffset;
    }
    for (const [reply, sent] of this.#onTheWay) {
      const answer = this.#driver.answer<ShareStateResult>(reply);
      if (answer === undefined) continue;
      this.#onTheWay.delete(reply);
      if (answer.error === null) this.#stored(sent);
      else if (answer.error === 'NOT_COORDINATOR') this.#notTaken([sent]);
      else this.#failed();
    }
    this.#said = this.#said.filter(({ reply, leader, member, offsets, type }) => {
      const early = this.#driver.replies.get(-reply) as ShareStateResult | undefined;
      const answer = early ?? this.#driver.answer<ShareStateResult>(reply);
      if (answer === undefined) return leader === this.#leader || leader === this.#zombie;
      this.trace.push(`${member} hears of ${offsets.join()}: ${answer.error}`);
      if (answer.error === null && type === accept) for (const offset of offsets) this.#accepted(offset);
      return false;
    });
  }

  #accepted(offset: number): void {
    ensure(!this.facts[offset]!.accepted, `offset ${offset} is accepted twice`);
    this.facts[offset]!.accepted = true;
  }

  #stored({ change }: Sent): void {
    for (const { firstOffset, lastOffset, deliveryCount } of change.batches)
      for (const fact of this.facts.slice(firstOffset, lastOffset + 1))
        fact.storedCount = Math.max(deliveryCount, fact.storedCount);
  }

  /** It stands, and is tried again later; or its leader goes with it. */
  #notTaken(sent: readonly Sent[]): void {
    const stays = this.#chance(0.7);
    for (const { leader, change } of sent) leader.unstored = [...leader.unstored, change];
    if (!stays) this.#failed();
  }

  #storeAgain(leader: Leader): void {
    const { unstored } = leader;
    this.trace.push(`leader ${leader.epoch} stores ${unstored.length} changes again`);
    leader.unstored = [];
    for (const change of unstored) this.#store(leader, change);
  }

  /** What is refused is not built upon: the leader forgets what it has. */
  #failed(): void {
    this.#leader = null;
    this.#zombie = null;
  }

  #die(member: string): void {
    this.#held.delete(member);
    this.trace.push(`${member} dies`);
    // Of some the broker hears at once, of the others their locks end.
    if (this.#leader === null || this.#chance(0.5)) return;
    for (const fact of this.facts)
      if (fact.hold?.member === member && fact.hold.leader === this.#leader) fact.hold = null;
    const change = this.#leader.core.release(member);
    if (change !== null) this.#store(this.#leader, change);
  }

  #pass(ms: number): void {
    this.#nowMs += ms;
    if (this.#plant === 'never ends a lock') return;
    const change = this.#leader?.core.expireLocks(this.#now()) ?? null;
    if (change !== null && this.#leader !== null) this.#store(this.#leader, change);
  }

  /** What somebody who begins to read sees to: that the leader holds what is stored now. */
  #compare(): void {
    if (this.#leader === null || this.#plant === 'goes on with what has begun anew') return;
    const summary = summarizeShareState(this.#driver.shard, KEY);
    if (summary.error === null && summary.state.stateEpoch !== this.#leader.stateEpoch) this.#leader = null;
  }

  /** The group is reset, or deleted and made again; its leader and those who hold records of it do not hear of that. */
  #beginAnew(): void {
    this.#driver.holdCommits = false;
    this.#driver.refuseAppends = null;
    this.#driver.commit();
    this.#hear();
    const isReset = this.#chance(0.5);
    if (!isReset)
      this.#driver.submit<ShareStateResult>((shard, reply) =>
        deleteShareState(shard, { reply, key: KEY, stateEpoch: this.#stateEpoch }),
      );
    if (isReset || this.#plant !== 'gives a group that is made again the epochs of the one before')
      this.#stateEpoch += 1;
    const stateEpoch = this.#stateEpoch;
    const began = this.#driver.submit<ShareStateResult>((shard, reply, now) =>
      initializeShareState(shard, { reply, key: KEY, stateEpoch, startOffset: 0 }, now),
    );
    ensure(this.#driver.answer<ShareStateResult>(began)?.error === null, 'a group may begin anew');
    this.trace.push(`the group begins anew in epoch ${stateEpoch}`);
    this.#storedStart = 0;
    const before = this.facts;
    this.facts = [];
    for (const { isDelivered } of before) this.#know(1, isDelivered);
  }

  #crashLeader(): void {
    this.trace.push('the leader crashes');
    this.#leader = null;
  }

  /** Another leader takes over; the old one does not know. */
  #replaceLeader(): void {
    this.#zombie = this.#leader;
    this.#leader = null;
    this.#lead();
  }

  #crashCoordinator(): void {
    this.trace.push(`the coordinator crashes, ${this.#driver.uncommittedCount} writes are lost`);
    this.#driver = this.#newDriver(this.#driver.log.slice(0, this.#driver.committed));
    this.#said = [];
    const unheard = [...this.#onTheWay.values()];
    this.#onTheWay.clear();
    this.#notTaken(unheard);
  }

  /** The leader, which takes up what is stored where it is new. */
  #lead(): Leader | null {
    if (this.#leader !== null) return this.#leader;
    this.#driver.refuseAppends = null;
    this.#leaderEpoch += 1;
    const query = { key: KEY, leaderEpoch: this.#leaderEpoch };
    this.#driver.submit<ShareStateResult>((shard, reply) => noteLeaderEpoch(shard, { ...query, reply }));
    this.#driver.commit();
    this.#hear();
    const read = readShareState(this.#driver.shard, query);
    if (read.error !== null) throw new Error(`nothing can be read: ${read.error}`);
    const { startOffset, batches, stateEpoch } = read.state;
    const isForgotten = this.#plant === 'forgets what is stored';
    const core = new SharePartition(
      {
        maxDeliveryCount: this.#plant === 'delivers once too often' ? LIMIT + 1 : LIMIT,
        maxInFlight: MAX_IN_FLIGHT,
        lockMs: this.#plant === 'ends locks early' ? LOCK_MS / 2 : LOCK_MS,
      },
      {
        startOffset: startOffset === UNSET ? 0 : startOffset,
        batches: isForgotten
          ? []
          : batches.map((batch) =>
              this.#plant === 'forgets how often it was delivered' ? { ...batch, deliveryCount: 0 } : batch,
            ),
      },
    );
    this.#leader = { core, epoch: this.#leaderEpoch, stateEpoch, unstored: [] };
    this.trace.push(
      `leader ${this.#leaderEpoch} begins at ${core.startOffset} with ${JSON.stringify(batches)}`,
    );
    if (startOffset === UNSET) {
      this.#store(this.#leader, core.beginning);
      this.#driver.commit();
    }
    return this.#leader;
  }

  #newDriver(log: readonly LogEntry<ShareStateRecord>[]) {
    const rules = { updatesPerSnapshot: 5, hasPartition: () => true };
    return new CoordinatorDriver(new ShareStateShard(rules), log);
  }

  #now() {
    return { wallMs: this.#nowMs, monoMs: this.#nowMs };
  }

  #chance(of: number): boolean {
    return this.#random() < of;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

function ensure(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken: ${promise}`);
}
