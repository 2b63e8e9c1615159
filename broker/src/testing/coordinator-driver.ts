import { assert } from '@millrace/foundation/assert';
import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type {
  CoordinatorEffect,
  CoordinatorState,
  MarkersOutcome,
  PartitionsByTopic,
  ReplyTo,
  TransactionEnd,
} from '../core/coordinator/effects.ts';

/** One thing that a coordinator's log holds. */
export type LogEntry<Rec> =
  | { readonly kind: 'record'; readonly record: Rec; readonly producerId: number | null }
  | { readonly kind: 'marker'; readonly producerId: number; readonly isAbort: boolean };

/** Markers that are to be written elsewhere; `done` once it is known what came of them. */
export interface AskedMarkers {
  readonly end: TransactionEnd;
  readonly partitions: PartitionsByTopic;
  readonly done: (outcome: MarkersOutcome) => void;
}

interface ArmedTimer<Rec> {
  readonly atMs: number;
  readonly order: number;
  readonly fire: (now: Now) => readonly CoordinatorEffect<Rec>[];
}

interface Append<Rec> {
  readonly endIndex: number;
  readonly done: (error: ErrorName | null, now: Now) => readonly CoordinatorEffect<Rec>[];
}

/**
 * A shell for tests and simulations: performs the effects of one shard on virtual time, with a log in memory whose
 * commits come when they are told to. Deterministic: the same calls give the same answers.
 */
export class CoordinatorDriver<Rec, State extends CoordinatorState<Rec>> {
  readonly shard: State;
  readonly log: LogEntry<Rec>[];
  /** What nobody has written yet, oldest first. */
  readonly markers: AskedMarkers[] = [];
  /** Answers by reply number, as they came. */
  readonly replies = new Map<number, unknown>();
  /** Commits wait for `commit` instead of coming at once. */
  holdCommits = false;
  /** What appends are refused with. */
  refuseAppends: ErrorName | null = null;
  #nowMs: number;
  #nextReply = 1;
  #nextOrder = 0;
  readonly #timers = new Map<string, ArmedTimer<Rec>>();
  #appends: Append<Rec>[] = [];
  committed: number;

  /** Replays the log, as after a restart. */
  constructor(state: State, log: readonly LogEntry<Rec>[] = [], nowMs = 1_000_000) {
    this.shard = state;
    this.log = [...log];
    this.committed = this.log.length;
    this.#nowMs = nowMs;
    for (const [offset, entry] of this.log.entries()) this.#replay(entry, offset);
    this.#perform(this.shard.loaded(this.now));
  }

  get now(): Now {
    return { wallMs: this.#nowMs, monoMs: this.#nowMs };
  }

  /** Runs a command; the number under which its answer will be. */
  submit<Response>(
    command: (shard: State, reply: ReplyTo<Response>, now: Now) => readonly CoordinatorEffect<Rec>[],
  ): ReplyTo<Response> {
    const reply: ReplyTo<Response> = this.#nextReply++;
    this.#perform(command(this.shard, reply, this.now));
    return reply;
  }

  run(command: (shard: State, now: Now) => readonly CoordinatorEffect<Rec>[]): void {
    this.#perform(command(this.shard, this.now));
  }

  /** The answer, or undefined while it is parked. */
  answer<Response>(reply: ReplyTo<Response>): Response | undefined {
    return this.replies.get(reply) as Response | undefined;
  }

  /** Lets time pass; timers fire in their order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const [key, timer] = this.#nextTimer() ?? [];
      if (key === undefined || !timer || timer.atMs > untilMs) break;
      this.#timers.delete(key);
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      this.#perform(timer.fire(this.now));
    }
    this.#nowMs = untilMs;
  }

  /** The oldest appends are committed, all of them where it is not said how many. */
  commit(count = this.#appends.length): void {
    for (let left = count; left > 0; left--) {
      // What is done because of one may commit the next ones already.
      const append = this.#appends.shift();
      if (append === undefined) return;
      this.committed = append.endIndex;
      this.#perform(append.done(null, this.now));
    }
  }

  get uncommittedCount(): number {
    return this.#appends.length;
  }

  /** Where the log may end after a crash: an append is there as a whole, or not at all. */
  get possibleEnds(): readonly number[] {
    return [this.committed, ...this.#appends.map(({ endIndex }) => endIndex)];
  }

  get armedTimers(): readonly string[] {
    return [...this.#timers.keys()];
  }

  #nextTimer(): [string, ArmedTimer<Rec>] | undefined {
    let next: [string, ArmedTimer<Rec>] | undefined;
    for (const entry of this.#timers) {
      const [, timer] = entry;
      const before = next?.[1];
      if (!before || timer.atMs < before.atMs || (timer.atMs === before.atMs && timer.order < before.order))
        next = entry;
    }
    return next;
  }

  #perform(effects: readonly CoordinatorEffect<Rec>[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'reply':
          assert(!this.replies.has(effect.to), 'a command is answered once');
          this.replies.set(effect.to, effect.response);
          break;
        case 'append':
          this.#append(
            effect.records.map((record) => ({
              kind: 'record' as const,
              record,
              producerId: effect.producer?.producerId ?? null,
            })),
            effect.done,
          );
          break;
        case 'settle':
          if (this.#appends.length === 0) this.#perform(effect.done(null, this.now));
          else this.#appends.push({ endIndex: this.log.length, done: effect.done });
          break;
        case 'next':
          this.#perform(effect.run(this.now));
          break;
        case 'timer': {
          const timer = { atMs: this.#nowMs + effect.afterMs, order: this.#nextOrder++, fire: effect.fire };
          this.#timers.set(effect.key, timer);
          break;
        }
        case 'cancel':
          this.#timers.delete(effect.key);
          break;
        case 'marker': {
          const { producerId, isAbort } = effect.end;
          this.#append([{ kind: 'marker', producerId, isAbort }], effect.done);
          break;
        }
        case 'write-markers': {
          const done = (outcome: MarkersOutcome) => this.#perform(effect.done(outcome, this.now));
          this.markers.push({ end: effect.end, partitions: effect.partitions, done });
          break;
        }
      }
    }
  }

  #append(entries: readonly LogEntry<Rec>[], done: Append<Rec>['done']): void {
    if (this.refuseAppends !== null) {
      this.#perform(done(this.refuseAppends, this.now));
      return;
    }
    for (const entry of entries) {
      this.log.push(entry);
      this.#replay(entry, this.log.length - 1);
    }
    this.#appends.push({ endIndex: this.log.length, done });
    if (!this.holdCommits) this.commit();
  }

  #replay(entry: LogEntry<Rec>, offset: number): void {
    if (entry.kind === 'marker') this.shard.replayMarker(entry.producerId, entry.isAbort);
    else this.shard.replay(entry.record, { offset, producerId: entry.producerId });
  }
}
