import type { ConsumerRecord, ProducerRecord } from '@millrace/client';
import { type Logger, pause, systemRandom, toMillraceError } from '@millrace/foundation';
import type { ConnectRecord, SinkRecord, SourceRecord, Transformed } from '@millrace/sdk';
import { errorPolicyOf } from '../../../plugins/error-config.ts';
import { PluginDirectory } from '../../../plugins/plugin-directory.ts';
import type { PluginLoader } from '../../../plugins/plugin-loader.ts';
import type { TaskSpec } from '../../host-protocol.ts';
import { adminOverrides } from '../client-settings.ts';
import { TaskConverters } from '../task-converters.ts';
import type { TaskCounters } from '../task-counters.ts';
import { traced } from '../trace-context.ts';
import type { FailedRecord } from './dead-letter.ts';
import { ensureDeadLetterTopic } from './dead-letter-topic.ts';
import { isLater } from './promise-like.ts';
import { Retry } from './retry.ts';
import { StageSampler } from './stage-sampler.ts';
import { canPass, StepError } from './step-error.ts';
import { asTaskFailure, Tolerance } from './tolerance.ts';
import { TransformChain } from './transform-chain.ts';

export interface RecordPipelineOptions {
  readonly spec: TaskSpec;
  readonly loader: PluginLoader;
  readonly logger: Logger;
  readonly counters: TaskCounters;
  /** Aborted when the task is to stop: nothing is tried again after it. */
  readonly signal: AbortSignal;
  /** How to wait between tries; left out: just so. What it throws comes out of `outgoing` and `incoming`. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Of a sink: takes the dead letters of `incoming`. A source's come out of `outgoing` like any record. */
  readonly deadLetter?: (record: ProducerRecord) => Promise<void>;
}

/** What became of one record: one, several or none. */
export type Made<R> = R | readonly R[] | null;

/**
 * What happens to records between a connector and Kafka: transforms and converters, in the order of Kafka Connect, and what
 * becomes of the records that fail in them. Records go in one at a time: the next one when the answer, or its promise, is there.
 * Without a promise where nothing has to wait.
 */
export class RecordPipeline {
  readonly #options: RecordPipelineOptions;
  readonly #converters: TaskConverters;
  readonly #chain: TransformChain;
  readonly #transforming = new StageSampler();
  readonly #converting = new StageSampler();
  /** For who has more to do with a record, and fails in it. */
  readonly tolerance: Tolerance;
  readonly retry: Retry;

  private constructor(
    options: RecordPipelineOptions,
    parts: {
      readonly converters: TaskConverters;
      readonly chain: TransformChain;
      readonly tolerance: Tolerance;
      readonly retry: Retry;
    },
  ) {
    this.#options = options;
    this.#converters = parts.converters;
    this.#chain = parts.chain;
    this.tolerance = parts.tolerance;
    this.retry = parts.retry;
  }

  /**
   * Loads what the config names, and makes the topic for dead letters.
   * @throws {MillraceError} class config, with the key at fault; transient where the cluster can't be reached
   */
  static async create(options: RecordPipelineOptions): Promise<RecordPipeline> {
    const { spec, loader, counters, logger, signal, wait = pause } = options;
    const { connectorConfig: config, worker, id } = spec;
    const installed = new PluginDirectory(worker.plugins);
    const policy = errorPolicyOf(config);
    const converters = await TaskConverters.create({
      ...{ loader, installed, connectorConfig: config, workerConfig: worker.converters },
    });
    const chain = await TransformChain.create({
      ...{ loader, installed, config, connector: id.connector, inlineAllowed: worker.inlineTransforms },
    });
    if (policy.toleratesAll && policy.deadLetters) {
      const client = { bootstrapServers: worker.bootstrapServers, ...adminOverrides(config) };
      await ensureDeadLetterTopic(policy.deadLetters, id, client);
    }
    const onRetry = ({ step }: StepError) => counters.retried(step.stage);
    return new RecordPipeline(options, {
      converters,
      chain,
      tolerance: new Tolerance({ id, policy, counters, logger }),
      retry: new Retry({ ...policy, random: systemRandom, signal, wait, onRetry }),
    });
  }

  /**
   * A source's record on its way out: transforms, then converters. None where it was filtered or passed over; a dead letter is one
   * more record to produce, so that its offset, and its transaction, cover it.
   * @throws {MillraceError} where the task is to fail, with stage and record
   */
  outgoing(record: SourceRecord): Made<ProducerRecord> | Promise<Made<ProducerRecord>> {
    try {
      const made = this.#outgoing(record);
      if (!isLater(made)) return made;
      return made.catch((thrown) => this.#outgoingFailed(record, thrown));
    } catch (thrown) {
      return this.#outgoingFailed(record, thrown);
    }
  }

  /**
   * A record on its way into a sink: converters, then transforms. None where it was filtered or passed over, and then its dead letter
   * was handed on. What comes out has the partition and offset that it was read from.
   * @throws {MillraceError} where the task is to fail, with stage and record
   */
  incoming(record: ConsumerRecord): Made<SinkRecord> | Promise<Made<SinkRecord>> {
    try {
      const made = this.#incoming(record);
      if (!isLater(made)) return made;
      return made.catch((thrown) => this.#incomingFailed(record, thrown));
    } catch (thrown) {
      return this.#incomingFailed(record, thrown);
    }
  }

  /**
   * Counts what the records since the last call took in here, at most `elapsedMs`, as time of its stages.
   * @returns what is left of `elapsedMs`, which is somebody else's
   */
  countTimes(elapsedMs: number): number {
    const { counters } = this.#options;
    const transformMs = Math.min(elapsedMs, this.#transforming.take());
    const convertMs = Math.min(elapsedMs - transformMs, this.#converting.take());
    if (transformMs > 0) counters.spent('transform', transformMs);
    if (convertMs > 0) counters.spent('convert', convertMs);
    return elapsedMs - transformMs - convertMs;
  }

  async close(): Promise<void> {
    await this.#chain.close();
  }

  #outgoing(record: SourceRecord): Made<ProducerRecord> | Promise<Made<ProducerRecord>> {
    if (this.#chain.isEmpty) return this.#toBytes(record);
    const start = this.#transforming.start();
    const transformed = this.#chain.apply(record);
    if (isLater(transformed)) {
      return transformed.then((later) => {
        this.#transforming.end(start);
        return this.#allToBytes(later);
      });
    }
    this.#transforming.end(start);
    return this.#allToBytes(transformed);
  }

  #allToBytes(made: Transformed): Made<ProducerRecord> | Promise<Made<ProducerRecord>> {
    if (made === null) return this.#nothingLeft();
    if (!isList(made)) return this.#toBytes(made);
    if (made.length === 0) return this.#nothingLeft();
    const all = made.map((record) => this.#toBytes(record));
    return all.some(isLater) ? Promise.all(all) : (all as ProducerRecord[]);
  }

  #toBytes(record: ConnectRecord): ProducerRecord | Promise<ProducerRecord> {
    const start = this.#converting.start();
    const bytes = this.#converters.toBytes(record);
    if (isLater(bytes)) {
      return bytes.then((later) => {
        this.#converting.end(start);
        return this.#inTrace(later);
      });
    }
    this.#converting.end(start);
    return this.#inTrace(bytes);
  }

  #inTrace(record: ProducerRecord): ProducerRecord {
    return this.#options.spec.worker.tracing ? traced(record) : record;
  }

  #incoming(record: ConsumerRecord): Made<SinkRecord> | Promise<Made<SinkRecord>> {
    const start = this.#converting.start();
    const converted = this.#converters.toRecord(record);
    if (isLater(converted)) {
      return converted.then((later) => {
        this.#converting.end(start);
        return this.#transformed(later);
      });
    }
    this.#converting.end(start);
    return this.#transformed(converted);
  }

  #transformed(record: SinkRecord): Made<SinkRecord> | Promise<Made<SinkRecord>> {
    if (this.#chain.isEmpty) return record;
    const start = this.#transforming.start();
    const made = this.#chain.apply(record);
    if (isLater(made)) {
      return made.then((later) => {
        this.#transforming.end(start);
        return this.#allFrom(record, later);
      });
    }
    this.#transforming.end(start);
    return this.#allFrom(record, made);
  }

  #allFrom(origin: SinkRecord, made: Transformed): Made<SinkRecord> {
    if (made === null) return this.#nothingLeft();
    if (!isList(made)) return readFrom(origin, made);
    return made.length === 0 ? this.#nothingLeft() : made.map((record) => readFrom(origin, record));
  }

  #nothingLeft(): null {
    this.#options.counters.filtered();
    return null;
  }

  async #outgoingFailed(record: SourceRecord, thrown: unknown): Promise<Made<ProducerRecord>> {
    return this.#mended(thrown, {
      again: () => this.#outgoing(record),
      passOver: async (failure) => {
        const { topic, partition, timestamp, sourcePartition, sourceOffset } = record;
        const source = { partition: sourcePartition, offset: sourceOffset };
        const bytes = await this.#converters.toFailedBytes(record);
        return this.tolerance.pass(failure, { topic, partition, timestamp, ...bytes, source });
      },
      coordinates: record,
    });
  }

  async #incomingFailed(record: ConsumerRecord, thrown: unknown): Promise<Made<SinkRecord>> {
    return this.#mended<SinkRecord>(thrown, {
      again: () => this.#incoming(record),
      passOver: async (failure) => {
        const letter = this.tolerance.pass(failure, record);
        if (letter) await this.#options.deadLetter?.(letter);
        return null;
      },
      coordinates: record,
    });
  }

  /** Tries again what can pass, and passes over what never will. */
  async #mended<R>(
    thrown: unknown,
    ways: {
      readonly again: () => Made<R> | Promise<Made<R>>;
      readonly passOver: (failure: StepError) => Promise<Made<R>>;
      readonly coordinates: Pick<FailedRecord, 'topic' | 'partition' | 'offset'>;
    },
  ): Promise<Made<R>> {
    let failure = this.#counted(thrown);
    if (canPass(failure.error)) {
      try {
        return await this.retry.after(failure, ways.again, (error) => this.#counted(error));
      } catch (error) {
        if (!(error instanceof StepError)) throw error;
        failure = error;
      }
    }
    if (this.tolerance.tolerates(failure.error)) return ways.passOver(failure);
    throw asTaskFailure(failure, ways.coordinates);
  }

  #counted(thrown: unknown): StepError {
    const failure = asStepError(thrown);
    this.#options.counters.failed(failure.step.stage);
    return failure;
  }
}

/** Steps name themselves in what they throw; anything else is a mistake of ours. */
function asStepError(thrown: unknown): StepError {
  if (thrown instanceof StepError) return thrown;
  const error = toMillraceError(thrown, { code: 'RECORD_PIPELINE_FAILED', class: 'bug' });
  return new StepError(
    { stage: 'convert', connectStage: 'VALUE_CONVERTER', className: 'RecordPipeline' },
    error,
  );
}

/** A sink's record keeps the place that it was read from, whatever a transform makes of it. */
function readFrom(origin: SinkRecord, made: ConnectRecord): SinkRecord {
  const { partition, offset } = origin;
  const kept = made as Partial<SinkRecord>;
  if (kept.offset === offset && kept.partition === partition) return made as SinkRecord;
  return { ...made, partition, offset };
}

function isList<R>(made: R | readonly R[]): made is readonly R[] {
  return Array.isArray(made);
}
