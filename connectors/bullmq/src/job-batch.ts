import { Job } from 'bullmq';
import type { WantedJob } from './job-of-record.ts';
import type { Queues } from './queues.ts';

/** An offset to be moved with the jobs; the key is being watched. */
export interface OffsetMove {
  readonly key: string;
  readonly next: number;
  /** Of the topic that the offset is of from now on; null: as it says. */
  readonly topicId: string | null;
}

/**
 * Adds jobs in order, all in one transaction, which moves the offset too where one is given. A job whose id is there is left alone.
 * @returns whether it was done; false where what is watched was changed meanwhile, and nothing was done
 * @throws the server's answer where it refuses a job
 */
export async function addJobs(
  queues: Queues,
  jobs: readonly WantedJob[],
  move: OffsetMove | null,
): Promise<boolean> {
  for (const name of new Set(jobs.map(({ queue }) => queue))) await queues.of(name).waitUntilReady();
  const transaction = (await queues.client()).multi();
  for (const { queue: name, id, name: jobName, data, options } of jobs) {
    const queue = queues.of(name);
    const job = { ...new Job(queue, jobName, null, options, id ?? undefined).asJSON(), data: data ?? 'null' };
    // It only goes into the transaction here; its answer comes with the transaction's.
    await queue.backend.addJobToTransaction(transaction, job, id ?? '');
  }
  if (move)
    transaction.hset(move.key, { next: move.next, ...(move.topicId !== null && { topic: move.topicId }) });
  const answers = (await transaction.exec()) as readonly (readonly [Error | null, unknown])[] | null;
  if (answers === null) return false;
  const refused = answers.find(([error]) => error);
  if (refused?.[0]) throw refused[0];
  return true;
}
