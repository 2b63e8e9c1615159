import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What all consumers together have noted of one job. */
interface Job {
  readonly deliveries: number[];
  readonly intents: number[];
  readonly confirmed: number[];
}

/** What came of a work queue. */
export interface QueueVerdict {
  readonly accepted: number;
  /** Accepted by a consumer that was killed before it heard so. */
  readonly unheard: number;
  /** Deliveries beyond the first one of each job. */
  readonly redeliveries: number;
  /** What must not be: one line for each. */
  readonly violations: readonly string[];
}

export interface Jobs {
  readonly partitions: number;
  readonly perPartition: number;
  /**
   * Whether no broker was killed. What is given out is remembered by the leader alone until something is said of it: after the leader is
   * gone, it is given out again as if it were the first time, as in Kafka.
   */
  readonly areLeadersKept: boolean;
}

/** Reads the files of all consumers, dead or alive. */
export function judge(folder: string, jobs: Jobs): QueueVerdict {
  const all = new Map<string, Job>();
  for (const name of readdirSync(folder)) {
    // The last line of one that was killed may be cut off.
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
    for (const line of lines) {
      const [what, partition, offset, count] = line.split(' ');
      const key = `${partition}-${offset}`;
      const job = all.get(key) ?? { deliveries: [], intents: [], confirmed: [] };
      all.set(key, job);
      const list = what === 'D' ? job.deliveries : what === 'I' ? job.intents : job.confirmed;
      list.push(Number(count));
    }
  }
  const violations: string[] = [];
  let accepted = 0;
  let unheard = 0;
  let redeliveries = 0;
  for (let partition = 0; partition < jobs.partitions; partition++)
    for (let offset = 0; offset < jobs.perPartition; offset++) {
      const key = `${partition}-${offset}`;
      const job = all.get(key);
      const problem = job === undefined ? 'was given to nobody' : problemOf(job, jobs);
      if (problem !== null) violations.push(`job ${key} ${problem}`);
      accepted += Math.min(1, job?.confirmed.length ?? 0);
      unheard += job?.confirmed.length === 0 && job.intents.length > 0 ? 1 : 0;
      redeliveries += Math.max(0, Math.max(0, ...(job?.deliveries ?? [])) - 1);
    }
  return { accepted, unheard, redeliveries, violations };
}

function problemOf({ deliveries, intents, confirmed }: Job, { areLeadersKept }: Jobs): string | null {
  const [count] = confirmed;
  if (confirmed.length > 1) return `was accepted ${confirmed.length} times`;
  if (areLeadersKept && new Set(deliveries).size < deliveries.length)
    return `was given out twice with one count: ${deliveries.join()}`;
  if (count === undefined) return intents.length === 0 ? 'was accepted by nobody' : null;
  const later = deliveries.find((delivery) => delivery > count);
  return later === undefined ? null : `was delivered again (${later}) after it was accepted (${count})`;
}
