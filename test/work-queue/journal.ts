import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** So many jobs a consumer has at once: what it may have accepted unheard when it is killed. */
export const JOBS_AT_ONCE = 50;

/** What all consumers together have noted of one job. */
interface Job {
  readonly deliveries: number[];
  readonly confirmed: number[];
  /** Whether it was about to be accepted by a consumer that was killed before it heard, or that heard that nobody knows. */
  isUnheard: boolean;
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
  const violations: string[] = [];
  for (const name of readdirSync(folder)) {
    // The last line of one that was killed may be cut off.
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
    const unheard = readNotes(lines, all);
    if (unheard > JOBS_AT_ONCE)
      violations.push(`${name} was killed with ${unheard} jobs on the way, where ${JOBS_AT_ONCE} may be`);
  }
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
      unheard += job?.confirmed.length === 0 && job.isUnheard ? 1 : 0;
      redeliveries += Math.max(0, Math.max(0, ...(job?.deliveries ?? [])) - 1);
    }
  if (accepted === 0) violations.push('no acceptance was confirmed to anybody');
  return { accepted, unheard, redeliveries, violations };
}

/**
 * Takes one consumer's notes in. Answers how many jobs it was about to accept when it was killed: behind its last answer (O, U) or poll
 * (D), and without an end (E) to its notes.
 */
function readNotes(lines: readonly string[], all: Map<string, Job>): number {
  const onTheWay = new Map<string, Job>();
  for (const line of lines) {
    const [what, partition, offset, count] = line.split(' ');
    const key = `${partition}-${offset}`;
    if (what === 'D' || what === 'E') onTheWay.clear();
    if (what === 'E') continue;
    const job = all.get(key) ?? { deliveries: [], confirmed: [], isUnheard: false };
    all.set(key, job);
    if (what === 'D') job.deliveries.push(Number(count));
    else if (what === 'I') onTheWay.set(key, job);
    else onTheWay.delete(key);
    if (what === 'O') job.confirmed.push(Number(count));
    if (what === 'U') job.isUnheard = true;
  }
  for (const job of onTheWay.values()) job.isUnheard = true;
  return onTheWay.size;
}

function problemOf({ deliveries, isUnheard, confirmed }: Job, { areLeadersKept }: Jobs): string | null {
  const [count] = confirmed;
  if (confirmed.length > 1) return `was accepted ${confirmed.length} times`;
  if (areLeadersKept && new Set(deliveries).size < deliveries.length)
    return `was given out twice with one count: ${deliveries.join()}`;
  if (count === undefined) return isUnheard ? null : 'was accepted by nobody';
  const later = deliveries.find((delivery) => delivery > count);
  return later === undefined ? null : `was delivered again (${later}) after it was accepted (${count})`;
}
