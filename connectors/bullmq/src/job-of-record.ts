import { fillIn } from '@millrace/connector-redis/client';
import { jsonText, MillraceError, type SinkRecord } from '@millrace/sdk';
import type { JobsOptions } from 'bullmq';
import type { SinkConfig } from './config.ts';

/** A job to be added, or, without data, to be removed. */
export interface WantedJob {
  readonly queue: string;
  /** Null: BullMQ chooses one. */
  readonly id: string | null;
  readonly name: string;
  /** JSON; null: the job with this id is to go. */
  readonly data: string | null;
  readonly options: JobsOptions;
}

const PRIORITY_MAX = 2_097_152;

/** Whether a job's id has the offset of its record in it, which is only told from others within one topic. */
export const holdsOffset = (config: SinkConfig): boolean => config['job.id'].includes(`\${offset}`);

/**
 * The job that a record becomes; null for a tombstone that is passed over.
 * @param idSuffix what stands at the end of its id
 * @throws {MillraceError} class poison for a record that can be none
 */
export function jobOf(record: SinkRecord, config: SinkConfig, idSuffix = ''): WantedJob | null {
  const isTombstone = record.value === null || record.value === undefined;
  const behavior = config['behavior.on.null.values'];
  if (isTombstone && behavior === 'ignore') return null;
  if (isTombstone && behavior === 'fail')
    throw poison('BULLMQ_TOMBSTONE', 'The record is a tombstone.', 'behavior.on.null.values');
  const id = idOf(record, config, idSuffix);
  return {
    queue: queueOf(record, config),
    id,
    name: fillIn(config['job.name'], record, 'job.name'),
    data: isTombstone && behavior === 'remove' ? null : dataOf(record, config),
    options: { ...(id !== null && { jobId: id }), ...optionsOf(record, config) },
  };
}

function queueOf(record: SinkRecord, config: SinkConfig): string {
  const queue = fillIn(config.queue, record, 'queue');
  if (queue !== '' && !queue.includes(':')) return queue;
  throw poison('BULLMQ_QUEUE_INVALID', 'A queue’s name can’t be empty and has no colons.', 'queue');
}

/** BullMQ counts ids of its own in whole numbers, and parts its keys by colons. */
function idOf(record: SinkRecord, config: SinkConfig, suffix: string): string | null {
  if (config['job.id'] === 'auto') return null;
  const text = fillIn(config['job.id'], record, 'job.id') + suffix;
  const id = text.replaceAll(/[%:]/g, (sign) => (sign === '%' ? '%25' : '%3A'));
  if (id !== '' && !/^-?(?:0|[1-9]\d*)$/.test(id)) return id;
  throw poison(
    'BULLMQ_ID_INVALID',
    'A job’s id can’t be empty or a whole number; put a word in front of it.',
    'job.id',
  );
}

function dataOf(record: SinkRecord, config: SinkConfig): string {
  const { topic, partition, offset, key, value, headers, timestamp } = record;
  const isRecord = config['job.data'] === 'record';
  const named = headers.map((header) => ({ key: header.key, value: header.value }));
  try {
    return jsonText(
      isRecord ? { topic, partition, offset, key, value, headers: named, timestamp } : (value ?? null),
    );
  } catch (error) {
    throw poison('BULLMQ_DATA_UNWRITABLE', 'The record can’t be written as JSON.', 'job.data', error);
  }
}

function optionsOf(record: SinkRecord, config: SinkConfig): JobsOptions {
  const delay = numberOf(record, config, 'delay.header', config['delay.ms']);
  const priority = numberOf(record, config, 'priority.header', config.priority, PRIORITY_MAX);
  const attempts = numberOf(record, config, 'attempts.header', config.attempts);
  const backoff = {
    type: config['backoff.type'],
    delay: config['backoff.delay.ms'],
    jitter: config['backoff.jitter'],
  };
  return {
    ...(delay > 0 && { delay }),
    ...(priority > 0 && { priority }),
    attempts,
    ...(attempts > 1 && backoff.delay > 0 && { backoff }),
    ...(config.lifo && { lifo: true }),
    ...(config['remove.on.complete'] >= 0 && { removeOnComplete: kept(config['remove.on.complete']) }),
    ...(config['remove.on.fail'] >= 0 && { removeOnFail: kept(config['remove.on.fail']) }),
  };
}

const kept = (count: number): boolean | number => (count === 0 ? true : count);

function numberOf(
  record: SinkRecord,
  config: SinkConfig,
  option: 'delay.header' | 'priority.header' | 'attempts.header',
  fallback: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const header = config[option];
  const given = header === null ? undefined : record.headers.findLast(({ key }) => key === header)?.value;
  if (given === undefined || given === null) return fallback;
  const text = String(given).trim();
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw poison('BULLMQ_HEADER_INVALID', `The header ${header} is no whole number from 0 to ${max}.`, option);
}

function poison(code: string, message: string, path: string, cause?: unknown): MillraceError {
  return new MillraceError(message, { code, class: 'poison', path, ...(cause !== undefined && { cause }) });
}
