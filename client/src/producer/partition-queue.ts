import { assert } from '@millrace/foundation/assert';
import { addToSequence } from '@millrace/protocol/records';
import type { BatchMemory } from './batch-memory.ts';
import { type Arrival, ProducerBatch } from './producer-batch.ts';
import type { ProducerConfig } from './producer-config.ts';
import type { Identity } from './producer-identity.ts';

export type AppendOutcome = 'appended' | 'begun' | 'filled';

const NO_NODE = -1;
const MIN_BATCH_BYTES = 512;

/**
 * The batches of one partition: waiting, under way, and to be tried again. Order is kept by three rules: batches under way
 * are all at one node; once one must be tried again nothing new leaves until all under way have come back; then they go one
 * by one, in order of their sequences.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #config: ProducerConfig;
  readonly #memory: BatchMemory;
  readonly #waiting: ProducerBatch[] = [];
  readonly #inFlight: ProducerBatch[] = [];
  readonly #retries: ProducerBatch[] = [];
  #node = NO_NODE;
  #retryAtMs = 0;
  #identity: Identity | null = null;
  #nextSequence = 0;
  /** Sequences after this one are to be given anew: the batch that had it was refused for good. */
  #rebaseAt: number | null = null;
  /** The broker's state for this producer is lost or ahead: a new epoch begins at sequence 0. */
  #newEpoch = false;
  #lastBatchBytes = 0;
  /** The producer id that the broker has taken a batch of, and checks sequences of since then. */
  #takenProducerId: number | null = null;
  /** What new batches may hold: `batchBytes`, less once such batches were refused as too large. */
  #batchBytes: number;

  constructor(topic: string, partition: number, config: ProducerConfig, memory: BatchMemory) {
    this.topic = topic;
    this.partition = partition;
    this.#config = config;
    this.#memory = memory;
    this.#batchBytes = config.batchBytes;
  }

  get isIdle(): boolean {
    return this.#waiting.length + this.#retries.length === 0;
  }

  /** Whether the identity must be advanced before anything else can leave. */
  get needsNewEpoch(): boolean {
    return this.#newEpoch && this.#inFlight.length === 0;
  }

  get identity(): Identity | null {
    return this.#identity;
  }

  /** `now` gives monotonic ms; it is asked where a batch begins, not for each record. */
  append(arrival: Arrival, bytes: number, now: () => number): AppendOutcome {
    const last = this.#waiting.at(-1);
    if (last?.tryAppend(arrival)) {
      last.reservedBytes += bytes;
      return last.sizeBytes >= this.#batchBytes ? 'filled' : 'appended';
    }
    // Small batches get what they need: a whole piece for each would hold much more than they take of the buffer.
    const isLarge = this.#lastBatchBytes * 2 > this.#memory.pieceBytes;
    const batch = new ProducerBatch({
      topic: this.topic,
      partition: this.partition,
      maxBytes: this.#batchBytes,
      initialBytes: Math.max(MIN_BATCH_BYTES, Math.min(this.#lastBatchBytes, this.#batchBytes)),
      memory: isLarge ? this.#memory.take() : undefined,
      createdMs: now(),
    });
    batch.tryAppend(arrival);
    batch.reservedBytes = bytes;
    this.#waiting.push(batch);
    if (last !== undefined) this.#lastBatchBytes = this.#batchBytes;
    return last === undefined ? 'begun' : 'filled';
  }

  /** When something may leave, monotonic ms; Infinity where an answer must come first or nothing waits. */
  readyAtMs(flushing: boolean): number {
    if (this.#retries.length > 0 || this.#rebaseAt !== null || this.#newEpoch) {
      return this.#inFlight.length > 0 || this.isIdle ? Number.POSITIVE_INFINITY : this.#retryAtMs;
    }
    const head = this.#waiting[0];
    if (head === undefined || this.#inFlight.length >= this.#config.maxInFlightBatches || this.#isUnknown)
      return Number.POSITIVE_INFINITY;
    const full = this.#waiting.length > 1 || head.sizeBytes >= this.#batchBytes;
    const dueMs = full || flushing ? head.createdMs : head.createdMs + this.#config.lingerMs;
    return Math.max(dueMs, this.#retryAtMs);
  }

  /** Whether a batch may go to `node`: not while others are still under way at another one. */
  mayGoTo(node: number): boolean {
    return this.#inFlight.length === 0 || this.#node === node;
  }

  /** Bytes that the next batch takes at most. */
  get nextBytes(): number {
    return (this.#retries[0] ?? this.#waiting[0])?.sizeBytes ?? 0;
  }

  /** Takes the next batch for `node`. `identity` is null without idempotence. */
  take(node: number, identity: Identity | null): ProducerBatch | null {
    this.#adopt(identity);
    const batch = this.#retries.shift() ?? this.#waiting.shift();
    if (batch === undefined) return null;
    if (!batch.isSealed) {
      const state = this.#identity && { ...this.#identity, baseSequence: this.#nextSequence };
      this.#lastBatchBytes = batch.sizeBytes;
      batch.seal(this.#config.compression, state, this.#config.transaction !== null);
      if (state) this.#nextSequence = addToSequence(this.#nextSequence, batch.recordCount);
    }
    this.#node = node;
    batch.tries += 1;
    this.#inFlight.push(batch);
    return batch;
  }

  /** The broker has it. */
  acknowledged(batch: ProducerBatch): void {
    this.#remove(batch);
    this.#takenProducerId = batch.state?.producerId ?? null;
    // Without an answer nobody knows what of it has left.
    const memory = this.#config.acks === 0 ? null : batch.release();
    if (memory) this.#memory.give(memory);
  }

  /**
   * The broker refused it for its size, and has taken nothing of it: smaller ones go in its place, under the same sequences, before
   * all that comes behind. It must have more than one record.
   * @returns what goes in its place
   */
  split(batch: ProducerBatch): readonly ProducerBatch[] {
    this.#remove(batch);
    const { compression, transaction } = this.#config;
    const { parts, largestRecordBytes } = batch.split(compression, transaction !== null);
    // Where it is their number that makes it too large, and no single record, those to come are to be smaller too.
    const halfBytes = Math.ceil(batch.sizeBytes / 2);
    if (largestRecordBytes * 2 < halfBytes) this.#batchBytes = Math.min(this.#batchBytes, halfBytes);
    this.#retries.push(...parts);
    this.#retries.sort((a, b) => order(a, b));
    return parts;
  }

  /** To be tried again, no earlier than `retryAtMs`. */
  retry(batch: ProducerBatch, retryAtMs: number): void {
    this.#remove(batch);
    this.#retries.push(batch);
    this.#retries.sort((a, b) => order(a, b));
    this.#retryAtMs = retryAtMs;
  }

  /**
   * The broker misses the batches before this one. Where some are still to be tried again, that is why; where none is,
   * the broker has lost them, or they failed here with their fate unknown: what is left begins a new epoch. What the
   * broker refused for a gap is not in its log, with one exception: a broker that was restarted knows of each producer its
   * newest batch alone (all that Kafka's snapshots hold), so an older one, sent again because its answer was lost, is
   * refused as well, and is then in the log twice.
   */
  outOfOrder(batch: ProducerBatch, retryAtMs: number): void {
    if (this.isOldest(batch) && this.#rebaseAt === null) this.#newEpoch = true;
    this.retry(batch, retryAtMs);
  }

  /** Whether no batch before this one still waits for an answer or another try. */
  isOldest(batch: ProducerBatch): boolean {
    return [...this.#inFlight, ...this.#retries].every((other) => order(batch, other) <= 0);
  }

  /** Sequences begin at 0 under the next identity. Nothing may be under way or wait for another try. */
  restart(): void {
    assert(this.#inFlight.length + this.#retries.length === 0, 'sequences restart when all is settled');
    this.#identity = null;
    this.#nextSequence = 0;
    this.#rebaseAt = null;
    this.#newEpoch = false;
  }

  /** Refused for good: the sequences of those behind it close up, none of which the broker can have taken. */
  refused(batch: ProducerBatch): void {
    this.#remove(batch);
    const sequence = batch.state?.baseSequence;
    if (sequence === undefined || this.#newEpoch) return;
    if (this.#rebaseAt === null || isBefore(sequence, this.#rebaseAt)) this.#rebaseAt = sequence;
  }

  /** Takes out what has waited for longer than its delivery timeout. What is under way is left to its answer. */
  expired(nowMs: number): readonly ProducerBatch[] {
    const beforeMs = nowMs - this.#config.deliveryTimeoutMs;
    return [...takeWhile(this.#retries, beforeMs), ...takeWhile(this.#waiting, beforeMs)];
  }

  /** When {@link expired} has something, monotonic ms. */
  get expiresAtMs(): number {
    const head = this.#retries[0] ?? this.#waiting[0];
    return head === undefined ? Number.POSITIVE_INFINITY : head.createdMs + this.#config.deliveryTimeoutMs;
  }

  /** All that has no answer yet. */
  outstanding(): readonly ProducerBatch[] {
    return [...this.#inFlight, ...this.#retries, ...this.#waiting];
  }

  /** Takes out everything that is not under way. */
  drop(): readonly ProducerBatch[] {
    return [...this.#retries.splice(0), ...this.#waiting.splice(0)];
  }

  /**
   * Whether the broker may know nothing of this producer yet. It takes any sequence then: were the first batch refused and the second
   * one taken, they would change places.
   */
  get #isUnknown(): boolean {
    const state = this.#inFlight[0]?.state;
    return state !== undefined && state !== null && state.producerId !== this.#takenProducerId;
  }

  #adopt(identity: Identity | null): void {
    if (identity === null) return;
    if (this.#identity === null) this.#identity = identity;
    if (this.#newEpoch) this.#renumber(identity, 0);
    else if (this.#rebaseAt !== null) this.#renumber(this.#identity, this.#rebaseAt);
  }

  #renumber(identity: Identity, from: number): void {
    this.#identity = identity;
    this.#newEpoch = false;
    this.#rebaseAt = null;
    this.#nextSequence = from;
    for (const batch of this.#retries) {
      batch.renumber({ ...identity, baseSequence: this.#nextSequence });
      this.#nextSequence = addToSequence(this.#nextSequence, batch.recordCount);
    }
  }

  #remove(batch: ProducerBatch): void {
    const index = this.#inFlight.indexOf(batch);
    if (index >= 0) this.#inFlight.splice(index, 1);
  }
}

function order(a: ProducerBatch, b: ProducerBatch): number {
  if (a === b) return 0;
  if (a.state === null || b.state === null) return a.createdMs - b.createdMs;
  return isBefore(a.state.baseSequence, b.state.baseSequence) ? -1 : 1;
}

/** Sequences wrap around after 2^31 - 1; those that meet are never far apart. */
function isBefore(a: number, b: number): boolean {
  return ((a - b) & 0x7fffffff) > 0x3fffffff;
}

function takeWhile(batches: ProducerBatch[], createdBeforeMs: number): ProducerBatch[] {
  const from = batches.findIndex(({ createdMs }) => createdMs > createdBeforeMs);
  return batches.splice(0, from < 0 ? batches.length : from);
}
