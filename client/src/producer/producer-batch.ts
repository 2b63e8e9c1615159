import type { MillraceError } from '@millrace/foundation';
import { assert } from '@millrace/foundation/assert';
import {
  addToSequence,
  forEachRecord,
  type ProducerState,
  RecordBatchBuilder,
  recordSizeInBytes,
  setProducerState,
} from '@millrace/protocol/records';
import type { Compression, ProducerRecord, RecordMetadata } from '../types.ts';

export type DeliveryCallback = (error: Error | null, metadata: RecordMetadata | null, token: number) => void;

/** A record as it was taken; `timestamp` in ms. */
export interface Arrival {
  readonly record: ProducerRecord;
  readonly timestamp: number;
  readonly callback: DeliveryCallback | undefined;
  /** What the callback knows the record by. */
  readonly token: number;
}

const NO_TIMESTAMP = -1;
/** The most that one compressed batch may unpack to: far above what a producer puts into one. */
const UNPACKED_MAX_BYTES = 256 * 1024 * 1024;

export interface ProducerBatchOptions {
  readonly topic: string;
  readonly partition: number;
  readonly maxBytes: number;
  readonly initialBytes: number;
  /** Instead: memory to begin in. It is given back by `release`. */
  readonly memory?: Buffer | undefined;
  /** Monotonic ms. */
  readonly createdMs: number;
}

/** Records of one partition that go together, encoded as they come, and whom to tell about them. */
export class ProducerBatch {
  readonly topic: string;
  readonly partition: number;
  readonly createdMs: number;
  /** The error of the last try. */
  lastError: MillraceError | null = null;
  tries = 0;
  state: ProducerState | null = null;
  /** What its records take of the producer's buffer. */
  reservedBytes = 0;
  #builder: RecordBatchBuilder | null;
  #memory: Buffer | null;
  #built: Buffer | null = null;
  #recordCount = 0;
  #sizeBytes = 0;
  /** Sparse: only of records that came with one; timestamps and tokens beside them. */
  #callbacks: (DeliveryCallback | undefined)[] | null = null;
  #timestamps: number[] = [];
  #tokens: number[] = [];

  constructor(options: ProducerBatchOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.createdMs = options.createdMs;
    this.#builder = new RecordBatchBuilder({
      maxBytes: options.maxBytes,
      initialBytes: options.initialBytes,
      memory: options.memory,
    });
    this.#memory = options.memory ?? null;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Uncompressed until it is sealed; what it takes of the buffer. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Answers false, and takes nothing, when the batch is full or was sealed. */
  tryAppend({ record, timestamp, callback, token }: Arrival): boolean {
    const builder = this.#builder;
    if (builder === null) return false;
    const { key, value, headers } = record;
    const taken = headers
      ? builder.tryAppend({ key, value, headers, timestamp })
      : builder.tryAppend({ key, value, timestamp });
    if (!taken) return false;
    this.#sizeBytes = builder.sizeInBytes;
    if (callback !== undefined) {
      this.#callbacks ??= [];
      this.#callbacks[this.#recordCount] = callback;
      this.#timestamps[this.#recordCount] = timestamp;
      this.#tokens[this.#recordCount] = token;
    }
    this.#recordCount += 1;
    return true;
  }

  /** Takes no more records from now on; gives its bytes for the wire. */
  seal(compression: Compression, state: ProducerState | null, isTransactional: boolean): Buffer {
    assert(this.#builder !== null, 'a batch is sealed once');
    this.state = state;
    this.#built = this.#builder.build({ compression, isTransactional, ...state });
    this.#builder = null;
    return this.#built;
  }

  /** The bytes of a sealed batch. */
  get bytes(): Buffer {
    assert(this.#built !== null, 'only a sealed batch has bytes');
    return this.#built;
  }

  get isSealed(): boolean {
    return this.#built !== null;
  }

  /**
   * Its records in smaller batches, of about half its size, in their order and under its sequences, sealed like it. It is spent then:
   * who waited for its records waits for theirs. It must be sealed, and have more than one record.
   */
  split(
    compression: Compression,
    isTransactional: boolean,
  ): { readonly parts: readonly ProducerBatch[]; readonly largestRecordBytes: number } {
    assert(this.#recordCount > 1, 'a single record cannot be split');
    const { topic, partition, createdMs } = this;
    const maxBytes = Math.ceil(this.#sizeBytes / 2);
    const parts: ProducerBatch[] = [];
    let index = 0;
    let largestRecordBytes = 0;
    forEachRecord(this.bytes, 0, { maxDecompressedBytes: UNPACKED_MAX_BYTES, verifyCrc: false }, (record) => {
      const arrival = {
        record: { topic, ...record },
        timestamp: record.timestamp,
        callback: this.#callbacks?.[index],
        token: this.#tokens[index] ?? 0,
      };
      index++;
      largestRecordBytes = Math.max(largestRecordBytes, recordSizeInBytes(record));
      if (parts.at(-1)?.tryAppend(arrival)) return;
      const part = new ProducerBatch({ topic, partition, maxBytes, initialBytes: maxBytes, createdMs });
      part.tryAppend(arrival);
      parts.push(part);
    });
    let sequence = this.state?.baseSequence ?? 0;
    for (const part of parts) {
      part.seal(compression, this.state && { ...this.state, baseSequence: sequence }, isTransactional);
      sequence = addToSequence(sequence, part.recordCount);
      part.reservedBytes = (this.reservedBytes * part.recordCount) / this.#recordCount;
    }
    this.#callbacks = null;
    return { parts, largestRecordBytes };
  }

  /**
   * The broker has answered its only try, so that no socket reads its bytes any more: gives the memory that it began in; null where it
   * had none, or where an earlier try may still be on its way out. It has no bytes from then on.
   */
  release(): Buffer | null {
    if (this.tries !== 1) return null;
    const memory = this.#memory;
    this.#memory = null;
    this.#built = null;
    return memory;
  }

  /** For another try after sequences have moved. No try may be under way: it would read changing bytes. */
  renumber(state: ProducerState): void {
    this.state = state;
    setProducerState(this.bytes, 0, state);
  }

  /** `baseOffset` -1 where it is not known; `logAppendTime` -1 where the records' own times stand. */
  acknowledge(baseOffset: number, logAppendTime: number): void {
    const { topic, partition } = this;
    this.#callbacks?.forEach((callback, index) => {
      const timestamp =
        logAppendTime === NO_TIMESTAMP ? (this.#timestamps[index] ?? NO_TIMESTAMP) : logAppendTime;
      const offset = baseOffset < 0 ? -1 : baseOffset + index;
      call(callback, null, { topic, partition, offset, timestamp }, this.#tokens[index]);
    });
    this.#callbacks = null;
  }

  fail(error: MillraceError): void {
    this.#callbacks?.forEach((callback, index) => {
      call(callback, error, null, this.#tokens[index]);
    });
    this.#callbacks = null;
  }
}

/** A callback that throws is the caller's bug and surfaces as one; the records behind it still get their answer. */
export function call(
  callback: DeliveryCallback | undefined,
  error: Error | null,
  metadata: RecordMetadata | null,
  token = 0,
): void {
  try {
    callback?.(error, metadata, token);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
