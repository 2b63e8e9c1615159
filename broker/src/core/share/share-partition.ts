import type { Now } from '@millrace/foundation/types';
import { ACKNOWLEDGE_TYPES, type AcknowledgedBatch, acknowledgedRows } from './acknowledged-batches.ts';
import { AcquisitionLocks } from './acquisition-locks.ts';
import { ACKNOWLEDGED, ACQUIRED, ARCHIVED, AVAILABLE, isFinal, type StoredState } from './delivery-state.ts';
import { type Fate, InFlight, type Run } from './in-flight.ts';
import type { StateBatch } from './state-batches.ts';

/** What was delivered less often is not delivered apart, whatever the limit. */
const APART_FROM_MIN = 2;

/** The group's configs that a share partition goes by; read each time. */
export interface SharePartitionRules {
  /** `share.delivery.count.limit` */
  readonly maxDeliveryCount: number;
  /** `share.partition.max.record.locks` */
  readonly maxInFlight: number;
  /** `share.record.lock.duration.ms` */
  readonly lockMs: number;
}

/** What is stored of a share partition when it is taken into use. */
export interface StoredSharePartition {
  readonly startOffset: number;
  readonly batches: readonly StateBatch[];
}

/** A batch of the log as it was read. */
export interface FetchedBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** False for what no consumer may see: markers, and what was aborted. */
  readonly isDelivered: boolean;
}

/** Offsets in a row that a member has acquired, as often as it says. Both ends are included. */
export interface AcquiredRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly deliveryCount: number;
}

/** What is to be stored: what has changed, and the start and what is done with behind it as they are now. */
export interface StateChange {
  readonly startOffset: number;
  readonly deliveryCompleteCount: number;
  readonly batches: readonly StateBatch[];
}

/** What members hold of a share partition, and how often what is not done with was delivered. */
export interface HeldByMembers {
  readonly acquired: number;
  readonly maxAcquired: number;
  readonly lockMs: number;
  /** How long the oldest lock is held; null where there is none. */
  readonly oldestLockMs: number | null;
  /** By the number of deliveries, fewest first. */
  readonly deliveries: readonly { readonly count: number; readonly records: number }[];
}

export interface AcquireCommand {
  readonly memberId: string;
  /** Where the log was read from: a `fetchOffset`, though it may be another by now. */
  readonly readFrom: number;
  /** What the log has there, in its order. */
  readonly batches: readonly FetchedBatch[];
  readonly maxRecords: number;
  /** Not one record more than `maxRecords`; else batches are acquired as a whole (KIP-1206). */
  readonly isExact: boolean;
}

export interface Acquired {
  readonly ranges: readonly AcquiredRange[];
  /** What turned out to hold no record; null where nothing did. */
  readonly change: StateChange | null;
}

/**
 * The records of one partition as a share group has them (KIP-932): who holds which, how often each was delivered, and what
 * is done with. Everything below the start offset is done with; what is above the end offset was never delivered. Changes
 * take effect at once; what they ask to be stored has to be stored before anybody is told of them.
 */
export class SharePartition {
  readonly #rules: SharePartitionRules;
  readonly #inFlight: InFlight;
  readonly #locks = new AcquisitionLocks();
  /** What lies below was lost to the log's retention: it is nobody's mistake to acknowledge it. */
  #lostBelow = 0;

  /** Takes up what is stored: what nothing is stored of between its batches was on its way to a member. */
  constructor(rules: SharePartitionRules, { startOffset, batches }: StoredSharePartition) {
    this.#rules = rules;
    this.#inFlight = new InFlight(startOffset);
    for (const { firstOffset, lastOffset, deliveryState: state, deliveryCount } of batches) {
      if (lastOffset < this.#inFlight.endOffset) continue;
      if (firstOffset > this.#inFlight.endOffset) this.#inFlight.append(firstOffset - 1, free(AVAILABLE, 0));
      this.#inFlight.append(lastOffset, free(state, deliveryCount));
    }
    this.#inFlight.advance();
  }

  /** Everything below is done with. Never goes back. */
  get startOffset(): number {
    return this.#inFlight.startOffset;
  }

  /** Past the last offset that was ever acquired. */
  get endOffset(): number {
    return this.#inFlight.endOffset;
  }

  /** Where to read what can be acquired; null while too much is in flight. */
  get fetchOffset(): number | null {
    const { availableCount, runs, endOffset } = this.#inFlight;
    if (availableCount > 0) return runs.find(({ state }) => state === AVAILABLE)?.firstOffset ?? endOffset;
    return this.#room > 0 ? endOffset : null;
  }

  /** When `expireLocks` has something to do, monotonic ms; null while nothing is held. */
  get nextExpiryMs(): number | null {
    return this.#locks.nextMs(this.#inFlight.startOffset);
  }

  /** Lowest first: for tests and simulations. */
  get runs(): readonly Readonly<Run>[] {
    return this.#inFlight.runs;
  }

  /** For people to look at. */
  held(now: Now): HeldByMembers {
    const { lockMs, maxInFlight: maxAcquired } = this.#rules;
    const deliveries = new Map<number, number>();
    let acquired = 0;
    let firstEndMs = Number.POSITIVE_INFINITY;
    for (const { state, deliveryCount, lockedUntilMs, firstOffset, lastOffset } of this.#inFlight.runs) {
      if (isFinal(state) || deliveryCount === 0) continue;
      const records = lastOffset - firstOffset + 1;
      deliveries.set(deliveryCount, (deliveries.get(deliveryCount) ?? 0) + records);
      if (state !== ACQUIRED) continue;
      acquired += records;
      firstEndMs = Math.min(firstEndMs, lockedUntilMs);
    }
    return {
      ...{ acquired, maxAcquired, lockMs },
      oldestLockMs: acquired === 0 ? null : Math.max(0, Math.round(lockMs - (firstEndMs - now.monoMs))),
      deliveries: [...deliveries].sort(([a], [b]) => a - b).map(([count, records]) => ({ count, records })),
    };
  }

  /** What is to be stored of a partition that is taken into use for the first time: where it begins. */
  get beginning(): StateChange {
    return this.#changed([]);
  }

  /** Gives a member what it may have of the batches. Offsets between them, which have no record, are done with. */
  acquire({ memberId, readFrom, batches, maxRecords, isExact }: AcquireCommand, now: Now): Acquired {
    const ranges: AcquiredRange[] = [];
    const done: StateBatch[] = [];
    const lockedUntilMs = now.monoMs + this.#rules.lockMs;
    let left = maxRecords;
    let cursor = Math.max(readFrom, this.#inFlight.startOffset);
    for (const { firstOffset, lastOffset, isDelivered } of batches) {
      if (left <= 0) break;
      if (lastOffset < cursor) continue;
      if (firstOffset > cursor) this.#skip(cursor, firstOffset - 1, done);
      const from = Math.max(firstOffset, cursor);
      if (isDelivered) {
        const lock = { memberId, lockedUntilMs };
        const max = isExact ? left : Number.POSITIVE_INFINITY;
        const taken = this.#take(from, lastOffset, max, lock, ranges);
        left -= taken.count;
        // The rest is for a later fetch.
        if (!taken.isAll) break;
      } else this.#skip(from, lastOffset, done);
      cursor = lastOffset + 1;
    }
    const last = ranges.at(-1);
    if (last !== undefined) this.#locks.add(lockedUntilMs, last.lastOffset);
    this.#inFlight.advance();
    return { ranges, change: done.length === 0 ? null : this.#changed(done) };
  }

  /**
   * Takes in what a member says of records that it holds: all of it, or nothing. The batches are sound by
   * `acknowledgementProblem`.
   * @returns INVALID_RECORD_STATE where it does not hold one; else what is to be stored, null for nothing
   */
  acknowledge(
    memberId: string,
    batches: readonly AcknowledgedBatch[],
    now: Now,
  ):
    | { readonly error: 'INVALID_RECORD_STATE' }
    | { readonly error: null; readonly change: StateChange | null } {
    if (!batches.every(({ firstOffset, lastOffset }) => this.#holds(memberId, firstOffset, lastOffset)))
      return { error: 'INVALID_RECORD_STATE' };
    const changed: StateBatch[] = [];
    for (const { firstOffset, lastOffset, type } of acknowledgedRows(batches)) {
      const first = Math.max(firstOffset, this.#inFlight.startOffset);
      if (first > lastOffset) continue;
      if (type === ACKNOWLEDGE_TYPES.renew) this.#renew(first, lastOffset, now);
      else this.#settle(first, lastOffset, (run) => this.#fateOf(run, type), changed);
    }
    this.#inFlight.advance();
    return { error: null, change: changed.length === 0 ? null : this.#changed(changed) };
  }

  /** Takes back all that a member holds: its session is over. @returns what is to be stored, null for nothing */
  release(memberId: string): StateChange | null {
    return this.#giveBack(({ holder }) => holder === memberId);
  }

  /** Takes back what was held for too long. @returns what is to be stored, null for nothing */
  expireLocks(now: Now): StateChange | null {
    if (!this.#locks.end(now.monoMs)) return null;
    return this.#giveBack(({ lockedUntilMs }) => lockedUntilMs <= now.monoMs);
  }

  /** The log begins at that offset now. @returns what is to be stored, null for nothing */
  logStartMoved(logStartOffset: number): StateChange | null {
    if (logStartOffset <= this.#inFlight.startOffset) return null;
    this.#lostBelow = logStartOffset;
    this.#inFlight.dropBelow(logStartOffset);
    this.#inFlight.advance();
    return this.#changed([]);
  }

  /** How many offsets may still be taken in. */
  get #room(): number {
    const { startOffset, endOffset } = this.#inFlight;
    return this.#rules.maxInFlight - (endOffset - startOffset);
  }

  /** Acquires what is available from `first` to `last`, no more than `max`; what has failed often, only where nothing else is acquired. */
  #take(
    first: number,
    last: number,
    max: number,
    lock: { readonly memberId: string; readonly lockedUntilMs: number },
    ranges: AcquiredRange[],
  ): { readonly count: number; readonly isAll: boolean } {
    const held = (deliveryCount: number): Fate => ({
      state: ACQUIRED,
      deliveryCount,
      holder: lock.memberId,
      lockedUntilMs: lock.lockedUntilMs,
    });
    let count = 0;
    const { endOffset } = this.#inFlight;
    const known = [...this.#inFlight.within(first, Math.min(last, endOffset - 1))]
      .filter(({ state }) => state === AVAILABLE)
      .map(({ firstOffset, lastOffset, deliveryCount }) => ({
        from: Math.max(firstOffset, first),
        to: Math.min(lastOffset, last),
        deliveryCount: deliveryCount + 1,
        together: togetherOf(deliveryCount, lastOffset - firstOffset + 1, this.#rules.maxDeliveryCount),
      }));
    for (const { from, to, deliveryCount, together } of known) {
      const isApart = together !== null;
      if (isApart && ranges.length > 0) return { count, isAll: false };
      const until = Math.min(to, from + Math.min(max - count, together ?? max) - 1);
      if (until < from) return { count, isAll: false };
      this.#inFlight.change(from, until, () => held(deliveryCount));
      pushRange(ranges, { firstOffset: from, lastOffset: until, deliveryCount });
      count += until - from + 1;
      if (until < to || isApart) return { count, isAll: false };
    }
    if (last < endOffset) return { count, isAll: true };
    const room = this.#room;
    // Where the limit falls into a batch, a whole one goes over it; so does the wire's own limit (KIP-932).
    const until = Number.isFinite(max) ? Math.min(last, endOffset + Math.min(max - count, room) - 1) : last;
    if (room <= 0 || until < endOffset) return { count, isAll: false };
    this.#inFlight.append(until, held(1));
    pushRange(ranges, { firstOffset: endOffset, lastOffset: until, deliveryCount: 1 });
    return { count: count + until - endOffset + 1, isAll: until === last };
  }

  /** Nothing is there to be delivered from `first` to `last`. */
  #skip(first: number, last: number, done: StateBatch[]): void {
    const { endOffset } = this.#inFlight;
    if (first < endOffset) {
      const choose = (run: Readonly<Run>) =>
        run.state === AVAILABLE ? free(ARCHIVED, run.deliveryCount) : undefined;
      this.#settle(first, Math.min(last, endOffset - 1), choose, done);
    }
    if (last < endOffset) return;
    this.#inFlight.append(last, free(ARCHIVED, 0));
    done.push({
      firstOffset: Math.max(first, endOffset),
      lastOffset: last,
      deliveryState: ARCHIVED,
      deliveryCount: 0,
    });
  }

  #holds(memberId: string, firstOffset: number, lastOffset: number): boolean {
    const { startOffset, endOffset } = this.#inFlight;
    if (lastOffset >= endOffset) return false;
    // What is below the start by an acknowledgement was somebody else's: a second one must not seem to count.
    if (firstOffset < startOffset && Math.min(lastOffset, startOffset - 1) >= this.#lostBelow) return false;
    if (lastOffset < startOffset) return true;
    for (const { state, holder } of this.#inFlight.within(Math.max(firstOffset, startOffset), lastOffset))
      if (state !== ACQUIRED || holder !== memberId) return false;
    return true;
  }

  #fateOf({ deliveryCount }: Readonly<Run>, type: number): Free {
    if (type === ACKNOWLEDGE_TYPES.accept) return free(ACKNOWLEDGED, deliveryCount);
    return type === ACKNOWLEDGE_TYPES.release ? this.#backFrom(deliveryCount) : free(ARCHIVED, deliveryCount);
  }

  /** What becomes of a record that a member did not finish. */
  #backFrom(deliveryCount: number): Free {
    return free(deliveryCount >= this.#rules.maxDeliveryCount ? ARCHIVED : AVAILABLE, deliveryCount);
  }

  #renew(first: number, last: number, now: Now): void {
    const lockedUntilMs = now.monoMs + this.#rules.lockMs;
    this.#inFlight.change(first, last, (run) => ({ ...fateOf(run), lockedUntilMs }));
    this.#locks.add(lockedUntilMs, last);
  }

  #giveBack(isMeant: (run: Readonly<Run>) => boolean): StateChange | null {
    const { runs, startOffset, endOffset } = this.#inFlight;
    if (!runs.some((run) => run.state === ACQUIRED && isMeant(run))) return null;
    const changed: StateBatch[] = [];
    const choose = (run: Readonly<Run>) =>
      run.state === ACQUIRED && isMeant(run) ? this.#backFrom(run.deliveryCount) : undefined;
    this.#settle(startOffset, endOffset - 1, choose, changed);
    this.#inFlight.advance();
    return this.#changed(changed);
  }

  /** Gives runs a fate that is stored, and notes it. */
  #settle(
    first: number,
    last: number,
    choose: (run: Readonly<Run>) => Free | undefined,
    changed: StateBatch[],
  ): void {
    this.#inFlight.change(first, last, (run) => {
      const fate = choose(run);
      if (fate === undefined) return undefined;
      const { firstOffset, lastOffset } = run;
      const { state: deliveryState, deliveryCount } = fate;
      changed.push({ firstOffset, lastOffset, deliveryState, deliveryCount });
      return fate;
    });
  }

  #changed(batches: readonly StateBatch[]): StateChange {
    const { startOffset, finalCount } = this.#inFlight;
    return {
      startOffset,
      deliveryCompleteCount: finalCount,
      batches: batches
        .filter(({ lastOffset }) => lastOffset >= startOffset)
        .map((batch) => ({ ...batch, firstOffset: Math.max(batch.firstOffset, startOffset) })),
    };
  }
}

/**
 * One bad record that ends all consumers it comes to would take those with it that came along, up to the delivery limit. So what was
 * delivered half as often as it may be is delivered in ever smaller parts, with nothing else, and each record alone the last time (KIP-932).
 * @param length of the offsets in a row that were delivered so often
 * @returns how many of them are acquired together; null for all
 */
function togetherOf(deliveryCount: number, length: number, maxDeliveryCount: number): number | null {
  const apartFrom = Math.max(APART_FROM_MIN, Math.ceil(maxDeliveryCount / 2));
  if (deliveryCount < apartFrom) return null;
  if (maxDeliveryCount > 2 && deliveryCount >= maxDeliveryCount - 1) return 1;
  return Math.max(1, Math.floor(length / 2 ** (deliveryCount - apartFrom + 1)));
}

type Free = Fate & { readonly state: StoredState };

function free(state: StoredState, deliveryCount: number): Free {
  return { state, deliveryCount, holder: null, lockedUntilMs: 0 };
}

function fateOf({ state, deliveryCount, holder, lockedUntilMs }: Readonly<Run>): Fate {
  return { state, deliveryCount, holder, lockedUntilMs };
}

function pushRange(ranges: AcquiredRange[], range: AcquiredRange): void {
  const last = ranges.at(-1);
  if (last?.lastOffset === range.firstOffset - 1 && last.deliveryCount === range.deliveryCount)
    ranges[ranges.length - 1] = { ...last, lastOffset: range.lastOffset };
  else ranges.push(range);
}
