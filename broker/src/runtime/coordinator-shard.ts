import type { Clock, Logger, Now, Timer, Timers } from '@millrace/foundation';
import { unreachable } from '@millrace/foundation/assert';
import type { ErrorName } from '@millrace/protocol';
import { decodeBatch, iterateBatches, RecordBatchBuilder } from '@millrace/protocol/records';
import type { GroupEffect, ReplyTo } from '../core/group/effects.ts';
import { type GroupRules, GroupShard } from '../core/group/group-shard.ts';
import type { GroupRecord } from '../core/group/records.ts';
import { logNotReadable } from '../storage/storage-errors.ts';
import { decodeGroupRecord, encodeGroupRecord } from './coordinator-record-codec.ts';
import type { Partition } from './partition.ts';

/** Read at once while a shard is loaded. */
const LOAD_BUFFER_BYTES = 5 * 1024 * 1024;
/** The partition itself refuses what is above the topic's max.message.bytes. */
const BATCH_MAX_BYTES = 512 * 1024 * 1024;
const DECOMPRESSED_MAX_BYTES = 512 * 1024 * 1024;

export interface CoordinatorShardOptions {
  readonly partition: Partition;
  readonly rules: GroupRules;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Parked {
  readonly resolve: (response: never) => void;
  readonly refuse: (error: ErrorName) => void;
}

/**
 * Runs one shard of the coordinator: the groups of one partition of `__consumer_offsets`, for as long as that is led
 * here in one leader epoch. The only writer of its partition. A command is decided at once; its records are appended
 * and replayed at once; what is answered after them waits until they are committed.
 */
export class CoordinatorShard {
  readonly leaderEpoch: number;
  readonly #options: CoordinatorShardOptions;
  readonly #partition: Partition;
  readonly #shard: GroupShard;
  readonly #parked = new Map<number, Parked>();
  readonly #timers = new Map<string, Timer>();
  #state: 'loading' | 'active' | 'closed' = 'loading';
  #nextReply = 0;
  /** Past the last record that was appended here. */
  #endOffset = 0;

  constructor(options: CoordinatorShardOptions) {
    this.#options = options;
    this.#partition = options.partition;
    this.leaderEpoch = options.partition.leaderEpoch;
    this.#shard = new GroupShard(options.rules);
  }

  /** Reads the partition from its start; commands are refused with COORDINATOR_LOAD_IN_PROGRESS until it is done. */
  async load(): Promise<void> {
    const { topic, partition, log } = this.#partition;
    const { endOffset } = log;
    try {
      let offset = log.startOffset;
      while (offset < endOffset && this.#state === 'loading') {
        const limits = { maxBytes: LOAD_BUFFER_BYTES, atLeastOne: true, endBefore: endOffset };
        const before = offset;
        for (const buffer of await log.read(offset, limits)) offset = this.#replayBatches(buffer, offset);
        if (offset === before) throw logNotReadable(log, offset);
      }
    } catch (error) {
      this.close('NOT_COORDINATOR');
      this.#options.logger.error(
        { err: error, topic, partition },
        'a coordinator could not load its partition',
      );
      return;
    }
    if (this.#state !== 'loading') return;
    this.#state = 'active';
    this.#endOffset = endOffset;
    this.#perform(this.#shard.loaded(this.#now()));
  }

  /** Why commands are refused; null where they are not. */
  get problem(): ErrorName | null {
    if (this.#state === 'active') return null;
    return this.#state === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NOT_COORDINATOR';
  }

  /** Runs a command; `refused` makes the answer where the shard is not here, or goes while the command is parked. */
  submit<Response>(
    command: (shard: GroupShard, reply: ReplyTo<Response>, now: Now) => readonly GroupEffect[],
    refused: (error: ErrorName) => Response,
  ): Promise<Response> {
    const { problem } = this;
    if (problem !== null) return Promise.resolve(refused(problem));
    return new Promise((resolve) => {
      const reply = this.#nextReply++;
      this.#parked.set(reply, { resolve, refuse: (error) => resolve(refused(error)) });
      this.#perform(command(this.#shard, reply, this.#now()));
    });
  }

  /** Runs a command that nobody waits for; nothing where the shard is not loaded. */
  run(command: (shard: GroupShard, now: Now) => readonly GroupEffect[]): void {
    if (this.#state === 'active') this.#perform(command(this.#shard, this.#now()));
  }

  /** Looks at the state; resolves when everything that it rests on is committed. */
  read<Response>(
    query: (shard: GroupShard) => Response,
    refused: (error: ErrorName) => Response,
  ): Promise<Response> {
    const { problem } = this;
    if (problem !== null) return Promise.resolve(refused(problem));
    const response = query(this.#shard);
    if (this.#partition.highWatermark >= this.#endOffset) return Promise.resolve(response);
    return new Promise((resolve) => {
      this.#partition.whenCommitted(this.#endOffset, (error) =>
        resolve(error === null ? response : refused('NOT_COORDINATOR')),
      );
    });
  }

  /** Ends it: what is parked is answered with the error, and no timer fires any more. */
  close(error: ErrorName): void {
    this.#state = 'closed';
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    for (const { refuse } of this.#parked.values()) refuse(error);
    this.#parked.clear();
  }

  #perform(effects: readonly GroupEffect[]): void {
    for (const effect of effects) {
      if (this.#state !== 'active') return;
      switch (effect.kind) {
        case 'reply':
          this.#parked.get(effect.to)?.resolve(effect.response as never);
          this.#parked.delete(effect.to);
          break;
        case 'append':
          this.#append(effect.records, effect.done);
          break;
        case 'timer':
          this.#arm(effect.key, effect.afterMs, effect.fire);
          break;
        case 'cancel':
          this.#timers.get(effect.key)?.cancel();
          this.#timers.delete(effect.key);
          break;
        default:
          unreachable(effect);
      }
    }
  }

  #append(
    records: readonly GroupRecord[],
    done: (error: ErrorName | null, now: Now) => readonly GroupEffect[],
  ): void {
    const batch = this.#encode(records);
    const outcome = this.#partition.append(batch, {
      acks: -1,
      origin: 'coordinator',
      expectedLeaderEpoch: this.leaderEpoch,
    });
    if (outcome.error !== null) {
      this.#perform(done(outcome.error, this.#now()));
      return;
    }
    // Invariant 5: state changes by what was appended, and answers wait for its commit.
    for (const record of records) this.#shard.replay(record);
    this.#endOffset = outcome.lastOffset + 1;
    this.#partition.whenCommitted(this.#endOffset, (error) => {
      if (this.#state === 'active') this.#perform(done(error, this.#now()));
    });
  }

  #arm(key: string, afterMs: number, fire: (now: Now) => readonly GroupEffect[]): void {
    this.#timers.get(key)?.cancel();
    const timer = this.#options.timers.after(afterMs, () => {
      this.#timers.delete(key);
      if (this.#state === 'active') this.#perform(fire(this.#now()));
    });
    this.#timers.set(key, timer);
  }

  #encode(records: readonly GroupRecord[]): Buffer {
    const builder = new RecordBatchBuilder({ maxBytes: BATCH_MAX_BYTES });
    const timestamp = this.#now().wallMs;
    for (const record of records) builder.tryAppend({ ...encodeGroupRecord(record), timestamp });
    return builder.build();
  }

  /** @returns the offset after the last batch */
  #replayBatches(buffer: Buffer, offset: number): number {
    let next = offset;
    for (const header of iterateBatches(buffer)) {
      next = header.lastOffset + 1;
      if (header.isControl) continue;
      const { records } = decodeBatch(buffer, header.position, {
        maxDecompressedBytes: DECOMPRESSED_MAX_BYTES,
      });
      for (const { key, value } of records) {
        const record = key && decodeGroupRecord(key, value);
        if (record) this.#shard.replay(record);
      }
    }
    return next;
  }

  #now(): Now {
    return this.#options.clock.now();
  }
}
