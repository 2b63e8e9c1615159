import type { ConsumerRecord, ProducerRecord } from '@millrace/client';
import { MillraceError } from '@millrace/foundation';
import type { SinkRecord } from '@millrace/sdk';
import type { TaskCounters } from '../task-counters.ts';
import { settledWithin } from '../wait.ts';
import { writeAround } from './bisect.ts';
import type { Retry } from './retry.ts';
import { canPass, isTyped, pluginError, type Step, StepError } from './step-error.ts';
import { asTaskFailure, type Tolerance } from './tolerance.ts';

/** Records for a sink, each with the one that it was read as, at the same index. */
export interface SinkBatch {
  readonly records: readonly SinkRecord[];
  readonly origins: readonly ConsumerRecord[];
}

export interface SinkWriterOptions {
  readonly write: (records: readonly SinkRecord[]) => Promise<void>;
  /** The class of the sink, as the config names it. */
  readonly className: string;
  /** Whether a batch that failed may be written again in parts. */
  readonly mayBisect: boolean;
  readonly writeTimeoutMs: number;
  readonly tolerance: Tolerance;
  readonly retry: Retry;
  readonly counters: TaskCounters;
  readonly deadLetter: (record: ProducerRecord) => Promise<void>;
  /** Resolves when every dead letter so far is in its topic. */
  readonly acknowledged: () => Promise<void>;
  /**
   * Whether the sink keeps offsets with what it writes: what it has passed over it never takes again. So a culprit's dead letter is safe
   * before anything behind it is written, and what became of one record is written as one.
   */
  readonly keepsOffsets: boolean;
}

/** The name of what the status says of a batch that is tried again. */
const NOTICE = 'write_tried_again';

type OnSettled = (until: number) => Promise<void>;

/**
 * How many records in a row may fail with errors that say nothing of their kind, while nothing else is written: more of them look like
 * a target that is away or a sink that is broken.
 */
const UNTYPED_CULPRITS_MAX = 10;

/**
 * Writes batches into a sink: tries again what can pass, and where errors are tolerated finds the records that never can be written, by
 * bisecting, and those that the sink itself rejects (KIP-610). They become dead letters; all others are written.
 *
 * An error without a class, as a plain `throw new Error`, is taken for poison as well where all errors are tolerated: else a sink
 * would have to know our error type for its dead letters. A sink that means the task to end throws class config, auth or bug.
 */
export class SinkWriter {
  readonly #options: SinkWriterOptions;
  readonly #step: Step;
  /** The batch under way, and what the sink rejects in this attempt, by index. */
  #batch: SinkBatch | null = null;
  #rejected = new Map<number, StepError>();
  #refused: StepError | null = null;
  #searchFrom = 0;
  /** What failed in the batch under way and is still to be passed over, by index. */
  readonly #failed = new Map<number, StepError>();
  /** How many records of the batch under way were passed over. */
  #passed = 0;
  #lastPassed: ConsumerRecord | undefined;
  /** Untyped culprits since the last record that was written. */
  #untyped = 0;

  constructor(options: SinkWriterOptions) {
    this.#options = options;
    this.#step = { stage: 'put', connectStage: 'TASK_PUT', className: options.className };
  }

  /**
   * Resolves when each record is written, passed over, or given to the dead letters.
   * @param onSettled told, while culprits are sought, up to which index nothing is left to do; what it throws ends the batch there
   * @returns how many were written
   * @throws {MillraceError} where the task is to fail: of the batch nothing counts as written but what was settled
   */
  async write(batch: SinkBatch, onSettled?: OnSettled): Promise<number> {
    this.#batch = batch;
    this.#failed.clear();
    this.#passed = 0;
    this.#lastPassed = undefined;
    try {
      if (this.#bisects(batch)) await this.#writeAround(batch, onSettled);
      else await this.#writePart(batch, 0, batch.records.length);
    } catch (error) {
      throw error instanceof StepError ? this.#taskFailure(error, batch) : error;
    } finally {
      this.#batch = null;
    }
    await this.#passOverFailed(batch);
    return batch.records.length - this.#passed;
  }

  /** Where the sink keeps offsets, what became of one record is one unit. */
  async #writeAround(batch: SinkBatch, onSettled?: OnSettled): Promise<void> {
    const { keepsOffsets, acknowledged } = this.#options;
    const { origins } = batch;
    const starts = origins.flatMap((origin, at) => (keepsOffsets && origin === origins[at - 1] ? [] : [at]));
    const startOf = (unit: number) => starts[unit] ?? origins.length;
    await writeAround(starts.length, {
      write: (from, to) => this.#writePart(batch, startOf(from), startOf(to)),
      isPoison: this.#isPoison,
      onCulprit: async ({ index, error }) => {
        this.#countUntyped(error as StepError);
        for (let at = startOf(index); at < startOf(index + 1); at++) this.#failed.set(at, error as StepError);
        if (!keepsOffsets) return;
        await this.#passOverFailed(batch);
        await acknowledged();
      },
      onSettled: async (until) => {
        // Errors that say nothing of their kind are believed when something else was written.
        if (until === starts.length || this.#untyped > 0) return;
        await this.#passOverFailed(batch);
        await onSettled?.(startOf(until));
      },
    });
  }

  readonly #isPoison = (error: unknown): error is StepError =>
    error instanceof StepError && this.#options.tolerance.tolerates(error.error);

  /**
   * What a sink's context offers as `reject`.
   * @throws {MillraceError} the error itself where it is not tolerated; REJECTED_OUTSIDE_WRITE (class bug)
   */
  reject(record: SinkRecord, thrown: unknown): void {
    const batch = this.#batch;
    const index = batch ? this.#indexOf(batch, record) : -1;
    const origin = batch?.origins[index];
    if (!origin) {
      throw new MillraceError('The sink rejected a record that is not in the batch under way.', {
        code: 'REJECTED_OUTSIDE_WRITE',
        class: 'bug',
        hint: 'Reject records before the write that they came with resolves.',
      });
    }
    const error = pluginError(thrown, { code: 'RECORD_REJECTED', class: 'poison' });
    const failure = new StepError(this.#step, error);
    // Whose write passes over the record for good is to fail instead: bisecting brings the dead letter in before.
    if (this.#options.tolerance.tolerates(error) && !this.#options.keepsOffsets) {
      this.#rejected.set(index, failure);
      return;
    }
    this.#refused ??= failure;
    throw asTaskFailure(failure, origin);
  }

  /** A batch of one is its own culprit, and need not be written again. */
  #bisects(batch: SinkBatch): boolean {
    const { tolerance, mayBisect } = this.#options;
    return tolerance.policy.toleratesAll && (mayBisect || batch.records.length === 1);
  }

  async #writePart(batch: SinkBatch, from: number, to: number): Promise<void> {
    const whole = to - from === batch.records.length;
    const records = whole ? batch.records : batch.records.slice(from, to);
    const attempt = () => this.#attempt(records, from);
    const toStepError = (thrown: unknown) => this.#failure(thrown);
    try {
      await attempt();
    } catch (thrown) {
      const failure = toStepError(thrown);
      if (!canPass(failure.error)) throw failure;
      await this.#tryAgain(failure, attempt, toStepError);
    }
    for (const [index, failure] of this.#rejected) this.#failed.set(index, failure);
    if (to - from > this.#rejected.size) this.#untyped = 0;
  }

  /** For so long the status says why: the task runs all the while. */
  async #tryAgain(
    first: StepError,
    attempt: () => Promise<void>,
    toStepError: (thrown: unknown) => StepError,
  ): Promise<void> {
    const { counters, retry } = this.#options;
    const told = (failure: StepError): StepError => {
      const { message, details } = failure.error;
      const hint = details.hint === undefined ? '' : ` ${details.hint}`;
      counters.notice(NOTICE, `A batch could not be written, and is tried again. ${message}${hint}`);
      return failure;
    };
    try {
      await retry.after(told(first), attempt, (thrown) => told(toStepError(thrown)));
    } finally {
      counters.notice(NOTICE, null);
    }
  }

  async #attempt(records: readonly SinkRecord[], from: number): Promise<void> {
    this.#rejected = new Map();
    this.#refused = null;
    this.#searchFrom = from;
    const { writeTimeoutMs } = this.#options;
    const writing = this.#options.write(records);
    if (!(await settledWithin(writing, writeTimeoutMs))) throw this.#timedOut(records.length);
    await writing;
    // A sink that swallowed the refusal must not lose the record.
    if (this.#refused) throw this.#refused;
  }

  #failure(thrown: unknown): StepError {
    this.#options.counters.failed('put');
    if (thrown instanceof StepError) return thrown;
    const untyped = !isTyped(thrown);
    const otherwise = untyped && this.#options.tolerance.policy.toleratesAll ? 'poison' : 'bug';
    return new StepError(this.#step, pluginError(thrown, { code: 'SINK_THREW', class: otherwise }), {
      untyped,
    });
  }

  /** A write that had no end may still be under way: another one beside it could overtake it. */
  #timedOut(records: number): StepError {
    const { writeTimeoutMs } = this.#options;
    const error = new MillraceError(
      `The sink did not write ${records} records within ${writeTimeoutMs} ms.`,
      {
        code: 'SINK_WRITE_TIMED_OUT',
        class: 'transient',
        hint: "Check that the target answers; the worker's task.write.timeout.ms says how long a batch may take.",
      },
    );
    return new StepError(this.#step, error, { repeatable: false });
  }

  #countUntyped(failure: StepError): void {
    if (!failure.untyped) return;
    this.#untyped++;
    if (this.#untyped <= UNTYPED_CULPRITS_MAX) return;
    const { message } = failure.error;
    throw new StepError(
      this.#step,
      new MillraceError(
        `The sink threw for ${this.#untyped} records in a row, and wrote none between them: ${message}`,
        {
          code: 'SINK_WRITES_NOTHING',
          class: 'bug',
          hint: 'Look at the target and at the sink; where really all of these records are at fault, let the sink throw class poison.',
          cause: failure.error,
        },
      ),
    );
  }

  #taskFailure(failure: StepError, batch: SinkBatch): MillraceError {
    const only = batch.origins.length === 1 ? batch.origins[0] : undefined;
    return only ? asTaskFailure(failure, only) : failure.error.with({ stage: failure.step.stage });
  }

  /** Dead letters of what has failed since the last call, in order; of a record that became several only one. */
  async #passOverFailed(batch: SinkBatch): Promise<void> {
    if (this.#failed.size === 0) return;
    const failed = [...this.#failed].toSorted(([a], [b]) => a - b);
    this.#failed.clear();
    this.#passed += failed.length;
    for (const [index, failure] of failed) {
      const origin = batch.origins[index];
      if (!origin || origin === this.#lastPassed) continue;
      this.#lastPassed = origin;
      const letter = this.#options.tolerance.pass(failure, origin);
      if (letter) await this.#options.deadLetter(letter);
    }
  }

  /** Sinks mostly reject in the order of the batch, so the search goes on where it was. */
  #indexOf(batch: SinkBatch, record: SinkRecord): number {
    const ahead = batch.records.indexOf(record, this.#searchFrom);
    const index = ahead === -1 ? batch.records.indexOf(record) : ahead;
    if (index !== -1) this.#searchFrom = index + 1;
    return index;
  }
}
