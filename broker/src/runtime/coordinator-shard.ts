import type { Clock, Logger, Now, Timer, Timers } from '@millrace/foundation';
import { unreachable } from '@millrace/foundation/assert';
import type { ErrorName } from '@millrace/protocol';
import {
  buildMarkerBatch,
  decodeBatch,
  decodeTransactionMarker,
  iterateBatches,
} from '@millrace/protocol/records';
import type {
  CoordinatorEffect,
  CoordinatorState,
  MarkersOutcome,
  PartitionsByTopic,
  ProducerIdentity,
  ReplyTo,
  TransactionEnd,
} from '../core/coordinator/effects.ts';
import { logNotReadable } from '../storage/storage-errors.ts';
import { UNPACKED_BATCH_MAX_BYTES } from '../storage/unpacked-batch.ts';
import { type CoordinatorBatch, coordinatorBatches, type EncodedRecord } from './coordinator-batches.ts';
import type { AppendOutcome, Partition } from './partition.ts';

/** Read at once while a shard is loaded. */
const LOAD_BUFFER_BYTES = 5 * 1024 * 1024;
const ACKS_ALL = -1;

/** How a coordinator's records stand in its topic. */
export interface CoordinatorCodec<Rec> {
  encode(record: Rec): EncodedRecord;
  /**
   * @returns null for a kind of record that this broker does not keep
   * @throws {ProtocolError} MALFORMED_MESSAGE
   */
  decode(key: Buffer, value: Buffer | null): Rec | null;
}

/** Writes the markers of a transaction to partitions wherever they are led. Never rejects. */
export type MarkerWriter = (end: TransactionEnd, partitions: PartitionsByTopic) => Promise<MarkersOutcome>;

export interface CoordinatorShardOptions<Rec, State extends CoordinatorState<Rec>> {
  readonly partition: Partition;
  readonly state: State;
  readonly codec: CoordinatorCodec<Rec>;
  readonly markers: MarkerWriter;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Parked {
  readonly resolve: (response: never) => void;
  readonly refuse: (error: ErrorName) => void;
}

/**
 * Runs one shard of a coordinator: what one partition of its topic keeps, for as long as that is led here in one leader
 * epoch. The only writer of its partition. A command is decided at once; its records are appended
 * and replayed at once; what is answered after them waits until they are committed.
 */
export class CoordinatorShard<Rec, State extends CoordinatorState<Rec>> {
  readonly leaderEpoch: number;
  readonly #options: CoordinatorShardOptions<Rec, State>;
  readonly #partition: Partition;
  readonly #shard: State;
  readonly #parked = new Map<number, Parked>();
  readonly #timers = new Map<string, Timer>();
  #state: 'loading' | 'active' | 'closed' = 'loading';
  #nextReply = 0;
  /** Past the last record that was appended here. */
  #endOffset = 0;

  constructor(options: CoordinatorShardOptions<Rec, State>) {
    this.#options = options;
    this.#partition = options.partition;
    this.leaderEpoch = options.partition.leaderEpoch;
    this.#shard = options.state;
  }

  /**
   * Reads the partition from its start; commands are refused with COORDINATOR_LOAD_IN_PROGRESS until that is done, and all that was read
   * is committed.
   */
  async load(): Promise<void> {
    const { topic, partition, log } = this.#partition;
    const { endOffset } = log;
    // The end of what a follower has fetched last may not be written yet, and another leader may cut what is not committed.
    const refused = await new Promise<ErrorName | null>((resolve) =>
      this.#partition.whenCommitted(endOffset, resolve),
    );
    if (refused !== null) {
      this.close('NOT_COORDINATOR');
      return;
    }
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
    command: (shard: State, reply: ReplyTo<Response>, now: Now) => readonly CoordinatorEffect<Rec>[],
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
  run(command: (shard: State, now: Now) => readonly CoordinatorEffect<Rec>[]): void {
    if (this.#state === 'active') this.#perform(command(this.#shard, this.#now()));
  }

  /** Looks at the state; resolves when everything that it rests on is committed. */
  read<Response>(
    query: (shard: State) => Response,
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

  /** Resolves when everything that was appended so far is committed; with why it cannot be any more. */
  settled(): Promise<ErrorName | null> {
    if (this.#partition.highWatermark >= this.#endOffset) return Promise.resolve(null);
    return new Promise((resolve) => this.#partition.whenCommitted(this.#endOffset, resolve));
  }

  /** The state as it is now; null where the shard is not loaded. What it says may still be lost. */
  get state(): State | null {
    return this.#state === 'active' ? this.#shard : null;
  }

  /** Ends it: what is parked is answered with the error, and no timer fires any more. */
  close(error: ErrorName): void {
    this.#state = 'closed';
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    for (const { refuse } of this.#parked.values()) refuse(error);
    this.#parked.clear();
  }

  #perform(effects: readonly CoordinatorEffect<Rec>[]): void {
    for (const effect of effects) {
      if (this.#state !== 'active') return;
      switch (effect.kind) {
        case 'reply':
          this.#parked.get(effect.to)?.resolve(effect.response as never);
          this.#parked.delete(effect.to);
          break;
        case 'append':
          this.#append(effect);
          break;
        case 'settle':
          if (this.#partition.highWatermark >= this.#endOffset) this.#perform(effect.done(null, this.#now()));
          else this.#onCommit(this.#endOffset, effect.done);
          break;
        case 'marker':
          this.#appendMarker(effect.end, effect.done);
          break;
        case 'write-markers':
          void this.#options.markers(effect.end, effect.partitions).then((outcome) => {
            if (this.#state === 'active') this.#perform(effect.done(outcome, this.#now()));
          });
          break;
        case 'next':
          this.#perform(effect.run(this.#now()));
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

  #append({ records, isOne, producer, done }: AppendEffect<Rec>): void {
    const { codec } = this.#options;
    const encoded = records.map((record) => codec.encode(record));
    const batches = coordinatorBatches(encoded, {
      ...{ isOne, producer, timestampMs: this.#now().wallMs },
      maxBytes: batchMaxBytes(this.#partition),
    });
    if (batches === null) {
      this.#perform(done('MESSAGE_TOO_LARGE', this.#now()));
      return;
    }
    let endOffset = this.#endOffset;
    for (const batch of batches) {
      const outcome = this.#partition.append(batch.bytes, {
        acks: ACKS_ALL,
        origin: 'coordinator',
        expectedLeaderEpoch: this.leaderEpoch,
      });
      if (outcome.error !== null) {
        this.#perform(done(outcome.error, this.#now()));
        return;
      }
      this.#replay(records, batch, outcome.firstOffset, producer);
      endOffset = outcome.lastOffset + 1;
    }
    this.#onCommit(endOffset, done);
  }

  /** Invariant 5: state changes by what was appended, and answers wait for its commit. */
  #replay(
    records: readonly Rec[],
    { first, count }: CoordinatorBatch,
    firstOffset: number,
    producer: ProducerIdentity | null,
  ): void {
    const producerId = producer?.producerId ?? null;
    for (const [index, record] of records.slice(first, first + count).entries())
      this.#shard.replay(record, { offset: firstOffset + index, producerId });
    this.#endOffset = firstOffset + count;
  }

  #appendMarker(
    end: TransactionEnd,
    done: (error: ErrorName | null, now: Now) => readonly CoordinatorEffect<Rec>[],
  ): void {
    const outcome = appendMarker(this.#partition, end, this.#now(), this.leaderEpoch);
    if (outcome.error !== null) {
      this.#perform(done(outcome.error, this.#now()));
      return;
    }
    this.#shard.replayMarker(end.producerId, end.isAbort);
    this.#onCommit(outcome.lastOffset + 1, done);
  }

  #onCommit(
    endOffset: number,
    done: (error: ErrorName | null, now: Now) => readonly CoordinatorEffect<Rec>[],
  ): void {
    this.#endOffset = endOffset;
    this.#partition.whenCommitted(endOffset, (error) => {
      if (this.#state === 'active') this.#perform(done(error, this.#now()));
    });
  }

  #arm(key: string, afterMs: number, fire: (now: Now) => readonly CoordinatorEffect<Rec>[]): void {
    this.#timers.get(key)?.cancel();
    const timer = this.#options.timers.after(afterMs, () => {
      this.#timers.delete(key);
      if (this.#state === 'active') this.#perform(fire(this.#now()));
    });
    this.#timers.set(key, timer);
  }

  /** @returns the offset after the last batch */
  #replayBatches(buffer: Buffer, offset: number): number {
    let next = offset;
    for (const header of iterateBatches(buffer)) {
      next = header.lastOffset + 1;
      const { records } = decodeBatch(buffer, header.position, {
        maxDecompressedBytes: UNPACKED_BATCH_MAX_BYTES,
      });
      const producerId = header.isTransactional ? header.producerId : null;
      for (const { key, value, offset: at } of records) {
        if (header.isControl) this.#replayControl(header.producerId, key, value);
        else {
          const record = key && this.#options.codec.decode(key, value);
          if (record) this.#shard.replay(record, { offset: at, producerId });
        }
      }
    }
    return next;
  }

  #replayControl(producerId: number, key: Buffer | null, value: Buffer | null): void {
    const marker = decodeTransactionMarker(key, value);
    if (marker) this.#shard.replayMarker(producerId, marker.type === 'ABORT');
  }

  #now(): Now {
    return this.#options.clock.now();
  }
}

type AppendEffect<Rec> = Extract<CoordinatorEffect<Rec>, { kind: 'append' }>;

/** What the log takes as one batch: by the topic's settings as they are now. */
function batchMaxBytes({ log }: Partition): number {
  const { maxMessageBytes, segmentBytes } = log.config;
  return Math.min(maxMessageBytes, segmentBytes, UNPACKED_BATCH_MAX_BYTES);
}

/** Appends the end of a transaction to one partition that is led here. */
export function appendMarker(
  partition: Partition,
  end: TransactionEnd,
  now: Now,
  expectedLeaderEpoch: number = partition.leaderEpoch,
): AppendOutcome {
  const { producerId, producerEpoch, isAbort, coordinatorEpoch } = end;
  const batch = buildMarkerBatch({
    type: isAbort ? 'ABORT' : 'COMMIT',
    producerId,
    producerEpoch,
    coordinatorEpoch,
    timestamp: now.wallMs,
  });
  return partition.append(batch, { acks: ACKS_ALL, origin: 'coordinator', expectedLeaderEpoch, marker: end });
}
