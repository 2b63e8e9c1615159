import { fromOffset, idTimeMs } from '@millrace/connector-redis/client';
import {
  type JsonObject,
  MillraceError,
  type SourceOffset,
  type SourcePartition,
  type StoredOffset,
  type WantedOffset,
} from '@millrace/sdk';
import type { SourceConfig } from './config.ts';

/** The source partition of a task. Jobs are shared out among tasks, so each has one of its own. */
export function sourcePartition(config: SourceConfig, task: number): SourcePartition {
  const { queue, prefix, 'read.mode': mode } = config;
  return { queue: `${prefix}:${queue}`, ...(mode === 'jobs' ? { task } : { read: mode }) };
}

/** In a person's words. */
export function inWords({ offset }: StoredOffset): string {
  if (isJob(offset)) return `up to job ${String(offset.job)}, taken ${when(Number(offset.taken))}`;
  if (isFailedJob(offset)) return `up to job ${String(offset.job)}, failed ${when(Number(offset.failedOn))}`;
  const position = fromOffset(offset);
  if (!position) return 'no position of BullMqSource';
  const ms = idTimeMs(position.id);
  return `up to event ${position.id}${ms === null ? '' : ` of ${when(ms)}`}`;
}

/**
 * Whether these are positions of the source. Jobs have none that could be chosen: the queue knows which are left.
 * @throws {MillraceError} OFFSET_NOT_ACCEPTED (class config)
 */
export async function checkAltered(config: SourceConfig, wanted: readonly WantedOffset[]): Promise<boolean> {
  const own = sourcePartition(config, 0);
  for (const { partition, offset } of wanted) {
    if (offset === null) continue;
    const names = Object.keys(own);
    const isOurs =
      Object.keys(partition).length === names.length &&
      names.every((name) =>
        name === 'task' ? Number.isSafeInteger(partition.task) : partition[name] === own[name],
      );
    if (!isOurs) throw refused(`A partition of BullMqSource is here ${JSON.stringify(own)}.`);
    if (!isAccepted(config, offset))
      throw refused(`An offset of BullMqSource is here ${EXAMPLES[config['read.mode']]}.`);
  }
  return true;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  jobs: '{"job": "7", "taken": 1700000000000, "number": 0}',
  failed: '{"job": "7", "failedOn": 1700000000000}',
  events: '{"id": "1700000000000-0"}',
};

function isAccepted(config: SourceConfig, offset: SourceOffset): boolean {
  if (config['read.mode'] === 'jobs') return isJob(offset);
  return config['read.mode'] === 'failed' ? isFailedJob(offset) : fromOffset(offset) !== null;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isJob = ({ job, taken, number }: JsonObject): boolean =>
  typeof job === 'string' && isCount(taken) && isCount(number);
const isFailedJob = ({ job, failedOn }: JsonObject): boolean => typeof job === 'string' && isCount(failedOn);
const when = (ms: number): string => new Date(ms).toISOString();

function refused(message: string): MillraceError {
  return new MillraceError(message, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Correct it, or reset the offsets to begin anew.',
  });
}
