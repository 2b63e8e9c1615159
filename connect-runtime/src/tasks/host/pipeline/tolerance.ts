import type { ProducerRecord } from '@millrace/client';
import type { Logger, MillraceError } from '@millrace/foundation';
import type { TaskId } from '../../../core/task-id.ts';
import type { ErrorPolicy } from '../../../plugins/error-config.ts';
import type { TaskCounters } from '../task-counters.ts';
import { traceparentOf } from '../trace-context.ts';
import { deadLetterOf, type FailedRecord } from './dead-letter.ts';
import type { StepError } from './step-error.ts';

export interface ToleranceOptions {
  readonly id: TaskId;
  readonly policy: ErrorPolicy;
  readonly counters: TaskCounters;
  readonly logger: Logger;
}

/**
 * What becomes of a record that can't be processed. Only poison is tolerated: what can pass is tried again elsewhere, and what a person
 * must mend (auth, config, bug) stops the task, or it would take every record for a bad one.
 */
export class Tolerance {
  readonly #options: ToleranceOptions;

  constructor(options: ToleranceOptions) {
    this.#options = options;
  }

  get policy(): ErrorPolicy {
    return this.#options.policy;
  }

  tolerates(error: MillraceError): boolean {
    return this.#options.policy.toleratesAll && error.class === 'poison';
  }

  /**
   * Passes over a record: counts it, logs it where that is wanted, and gives its dead letter, or null where none is kept.
   * @throws {MillraceError} the failure itself where it is not tolerated, with stage and record
   */
  pass(failure: StepError, record: FailedRecord): ProducerRecord | null {
    if (!this.tolerates(failure.error)) throw asTaskFailure(failure, record);
    const { id, policy, counters } = this.#options;
    if (policy.logs) this.#log(failure, record);
    if (!policy.deadLetters) {
      counters.skipped();
      return null;
    }
    counters.deadLettered();
    return deadLetterOf(policy.deadLetters, id, record, failure);
  }

  #log({ step, error }: StepError, record: FailedRecord): void {
    const { policy, logger, counters } = this.#options;
    const { topic, partition, offset, timestamp, source } = record;
    counters.errorLogged();
    logger.error(
      {
        traceparent: traceparentOf(record) ?? undefined,
        ...{ stage: step.connectStage, class: step.className, code: error.code, err: error },
        ...(policy.logsCoordinates ? { record: { topic, partition, offset, timestamp, source } } : {}),
      },
      'a record was passed over',
    );
  }
}

/** The error that the task fails with: it says where, and which record. */
export function asTaskFailure(
  { step, error }: StepError,
  record: Parameters<typeof traceparentOf>[0] & {
    readonly topic: string;
    readonly partition: number | null;
    readonly offset?: number;
  },
): MillraceError {
  const { topic, partition, offset } = record;
  const traceparent = traceparentOf(record);
  return error.with({
    stage: step.stage,
    record: {
      topic,
      partition,
      ...(offset === undefined ? {} : { offset }),
      ...(traceparent === null ? {} : { traceparent }),
    },
  });
}
