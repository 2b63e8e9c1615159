import type { Partition } from './partition.ts';

/** What may be wrong with a broker that goes on serving. */
export interface HealthSources {
  readonly partitions: () => Iterable<Pick<Partition, 'topic' | 'partition' | 'log'>>;
  /** Why logs would not open, by their names. */
  readonly unopened: () => ReadonlyMap<string, string>;
  /** Likewise: why they cannot be compacted. */
  readonly uncleanable: () => ReadonlyMap<string, string>;
  /** Of the metadata log, in sentences. */
  readonly metadataProblems: () => readonly string[];
}

/** One who looks wants to know what is wrong, not each of ten thousand logs on a disk that is full. */
const TOLD_MAX = 20;

/** What an operator should look after, the worst first, in words; none where all is well. */
export function healthProblems(sources: HealthSources): readonly string[] {
  const problems = [...sources.metadataProblems()];
  for (const [name, reason] of sources.unopened()) problems.push(`${name} cannot be opened: ${reason}`);
  for (const { log, topic, partition } of sources.partitions())
    if (log.failure !== null)
      problems.push(`${topic}-${partition} takes no more writes: ${log.failure.message}`);
  for (const [name, reason] of sources.uncleanable()) problems.push(`${name} cannot be compacted: ${reason}`);
  const more = problems.length - TOLD_MAX;
  return more > 0 ? [...problems.slice(0, TOLD_MAX), `and ${more} more`] : problems;
}
