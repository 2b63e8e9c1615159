import { connect, endConnection, toRedisError } from '@millrace/connector-redis/client';
import { type ConnectRecord, isMillraceError, type PlannedChange } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { jobOf } from './job-of-record.ts';

/**
 * The jobs that writing these records would add, and the queues that it would make; nothing is added.
 * @throws {MillraceError} where the server can't be asked
 */
export async function planSink(
  config: SinkConfig,
  records: readonly ConnectRecord[],
  signal: AbortSignal,
): Promise<readonly PlannedChange[]> {
  const jobs: PlannedChange[] = [];
  const queues = new Set<string>();
  for (const [offset, record] of records.entries()) {
    try {
      const job = jobOf({ ...record, partition: record.partition ?? 0, offset }, config);
      if (!job) continue;
      queues.add(job.queue);
      const { jobId, ...options } = job.options;
      const what = `${job.data === null ? 'remove' : 'add'} the job ${job.id ?? 'without an id yet'} (${job.name}) in ${job.queue}`;
      jobs.push({
        what,
        ...(job.data !== null && { statement: JSON.stringify({ id: jobId, name: job.name, ...options }) }),
      });
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      jobs.push({ what: `refuse a record: ${error.message}` });
    }
  }
  return [...(await newQueues(config, queues, signal)), ...jobs];
}

async function newQueues(
  config: SinkConfig,
  queues: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly PlannedChange[]> {
  const client = await connect(config, signal);
  try {
    const changes: PlannedChange[] = [];
    for (const queue of queues)
      if ((await client.exists(`${config.prefix}:${queue}:meta`)) === 0)
        changes.push({ what: `create the queue ${queue}` });
    return changes;
  } catch (error) {
    throw toRedisError(error, 'Planning for BullMQ');
  } finally {
    endConnection(client);
  }
}
