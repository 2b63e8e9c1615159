import { assert } from '@millrace/foundation/assert';
import type { Now } from '@millrace/foundation/types';
import type { ErrorName } from '@millrace/protocol';
import type { GroupEffect, ReplyTo } from '../core/group/effects.ts';
import { type GroupRules, GroupShard } from '../core/group/group-shard.ts';
import type { GroupRecord } from '../core/group/records.ts';

interface ArmedTimer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: (now: Now) => readonly GroupEffect[];
}

interface Append {
  readonly endIndex: number;
  readonly done: (error: ErrorName | null, now: Now) => readonly GroupEffect[];
}

/**
 * A shell for tests and simulations: performs the effects of one shard on virtual time, with a log in memory whose
 * commits come when they are told to. Deterministic: the same calls give the same answers.
 */
export class GroupDriver {
  readonly shard: GroupShard;
  readonly log: GroupRecord[];
  /** Answers by reply number, as they came. */
  readonly replies = new Map<number, unknown>();
  /** Commits wait for `commit` instead of coming at once. */
  holdCommits = false;
  /** What appends are refused with. */
  refuseAppends: ErrorName | null = null;
  #nowMs: number;
  #nextReply = 1;
  #nextOrder = 0;
  readonly #timers = new Map<string, ArmedTimer>();
  #appends: Append[] = [];
  committed: number;

  /** Replays the log, as after a restart. */
  constructor(rules: GroupRules, log: readonly GroupRecord[] = [], nowMs = 1_000_000) {
    this.shard = new GroupShard(rules);
    this.log = [...log];
    this.committed = this.log.length;
    this.#nowMs = nowMs;
    for (const [offset, record] of this.log.entries())
      this.shard.replay(record, { offset, producerId: null });
    this.#perform(this.shard.loaded(this.now));
  }

  get now(): Now {
    return { wallMs: this.#nowMs, monoMs: this.#nowMs };
  }

  /** Runs a command; the number under which its answer will be. */
  submit<Response>(
    command: (shard: GroupShard, reply: ReplyTo<Response>, now: Now) => readonly GroupEffect[],
  ): ReplyTo<Response> {
    const reply: ReplyTo<Response> = this.#nextReply++;
    this.#perform(command(this.shard, reply, this.now));
    return reply;
  }

  run(command: (shard: GroupShard, now: Now) => readonly GroupEffect[]): void {
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
    for (const append of this.#appends.splice(0, count)) {
      this.committed = append.endIndex;
      this.#perform(append.done(null, this.now));
    }
  }

  get uncommittedCount(): number {
    return this.#appends.length;
  }

  get armedTimers(): readonly string[] {
    return [...this.#timers.keys()];
  }

  #nextTimer(): [string, ArmedTimer] | undefined {
    let next: [string, ArmedTimer] | undefined;
    for (const entry of this.#timers) {
      const [, timer] = entry;
      const before = next?.[1];
      if (!before || timer.atMs < before.atMs || (timer.atMs === before.atMs && timer.order < before.order))
        next = entry;
    }
    return next;
  }

  #perform(effects: readonly GroupEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'reply':
          assert(!this.replies.has(effect.to), 'a command is answered once');
          this.replies.set(effect.to, effect.response);
          break;
        case 'append':
          this.#append(effect.records, effect.producer?.producerId ?? null, effect.done);
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
        case 'marker':
          this.shard.replayMarker(effect.end.producerId, effect.end.isAbort);
          this.#committed(effect.done);
          break;
        case 'write-markers':
          assert(false, 'groups end no transactions');
          break;
      }
    }
  }

  #append(records: readonly GroupRecord[], producerId: number | null, done: Append['done']): void {
    if (this.refuseAppends !== null) {
      this.#perform(done(this.refuseAppends, this.now));
      return;
    }
    for (const record of records) {
      this.log.push(record);
      this.shard.replay(record, { offset: this.log.length - 1, producerId });
    }
    this.#committed(done);
  }

  #committed(done: Append['done']): void {
    this.#appends.push({ endIndex: this.log.length, done });
    if (!this.holdCommits) this.commit();
  }
}
