import type { ProducerRecord, RecordHeader } from '@millrace/client';
import type { JsonObject } from '@millrace/foundation';
import { REDRIVE_COUNT } from '../../../core/dead-letters/redrive-marks.ts';
import type { TaskId } from '../../../core/task-id.ts';
import type { DeadLetterPolicy } from '../../../plugins/error-config.ts';
import { boundedText, traceOf } from '../../trace.ts';
import { processRedactor } from '../config/redactor.ts';
import type { StepError } from './step-error.ts';

/** A record that failed, in bytes: of a sink as it was read, of a source as far as it could be written. */
export interface FailedRecord {
  readonly topic: string;
  readonly partition: number | null;
  /** Of a sink's record. */
  readonly offset?: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  readonly timestamp: number | null;
  /** How often it was sent again, for one that was a dead letter before. */
  readonly redrives?: number;
  /** Of a source's record. */
  readonly source?: { readonly partition: JsonObject; readonly offset: JsonObject };
}

/** How long a trace in a header may be, characters. */
const TRACE_MAX_CHARACTERS = 16_384;

/**
 * The dead letter of a record: its bytes and headers, and where they are wanted Kafka Connect's headers by its names and encodings
 * (KIP-298, all of them text), then ours.
 */
export function deadLetterOf(
  policy: DeadLetterPolicy,
  id: TaskId,
  record: FailedRecord,
  failure: StepError,
): ProducerRecord {
  const { key, value, timestamp } = record;
  const own = record.redrives
    ? [...record.headers, text(REDRIVE_COUNT, String(record.redrives))]
    : record.headers;
  const headers = policy.contextHeaders ? [...own, ...contextHeaders(id, record, failure)] : own;
  return { topic: policy.topic, key, value, headers, timestamp: timestamp === -1 ? null : timestamp };
}

function contextHeaders(id: TaskId, record: FailedRecord, { step, error }: StepError): RecordHeader[] {
  const { hint, path } = error.details;
  const cause = error.cause instanceof Error ? error.cause : error;
  return [
    text('__connect.errors.topic', record.topic),
    ...(record.partition === null ? [] : [text('__connect.errors.partition', String(record.partition))]),
    ...(record.offset === undefined ? [] : [text('__connect.errors.offset', String(record.offset))]),
    text('__connect.errors.connector.name', id.connector),
    text('__connect.errors.task.id', String(id.task)),
    text('__connect.errors.stage', step.connectStage),
    text('__connect.errors.class.name', step.className),
    text('__connect.errors.exception.class.name', cause.constructor.name),
    text('__connect.errors.exception.message', boundedText(error.message)),
    text('__connect.errors.exception.stacktrace', traceOf(error).slice(0, TRACE_MAX_CHARACTERS)),
    text('millrace.error.code', error.code),
    text('millrace.error.class', error.class),
    text('millrace.error.stage', error.details.stage ?? step.stage),
    ...(hint === undefined ? [] : [text('millrace.error.hint', boundedText(hint))]),
    ...(path === undefined ? [] : [text('millrace.error.path', path)]),
    ...(record.source
      ? [
          text('millrace.source.partition', JSON.stringify(record.source.partition)),
          text('millrace.source.offset', JSON.stringify(record.source.offset)),
        ]
      : []),
  ];
}

function text(key: string, value: string): RecordHeader {
  return { key, value: Buffer.from(processRedactor.text(value), 'utf8') };
}
