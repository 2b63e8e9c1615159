/** A record that a producer was asked to send; all of a key come from one producer, one after the other. */
export interface Write {
  readonly key: string;
  /** Counted up for each key. */
  readonly version: number;
  readonly isTombstone: boolean;
  /** `unknown`: nobody was told. Of an aborted one, nobody may see anything. */
  outcome: 'acknowledged' | 'aborted' | 'unknown';
  /** Null while nobody was told. */
  offset: number | null;
}

/** A record as a reader of committed records got it. */
export interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly version: number;
  readonly isTombstone: boolean;
  /** Whether its value is the one that was sent as this version. */
  readonly isIntact: boolean;
}

export interface CompactedTopic {
  /** All of all producers, for each key in their order. */
  readonly writes: readonly Write[];
  /** In the order in which they were read. */
  readonly seen: readonly SeenRecord[];
  /** By partition: compaction has touched nothing from here on. */
  readonly untouchedFrom: readonly number[];
  /** Whether tombstones stay for as long as this ran. */
  readonly keepsTombstones: boolean;
}

/** What a compacted topic lacks that must be there, and holds that must not. */
export function compactionViolations(topic: CompactedTopic): string[] {
  const seenOf = Map.groupBy(topic.seen, ({ key }) => key);
  const violations = orderViolations(topic.seen);
  for (const [key, writes] of Map.groupBy(topic.writes, (write) => write.key)) {
    const seen = seenOf.get(key) ?? [];
    seenOf.delete(key);
    violations.push(
      ...seen.flatMap((record) => recordViolations(record, writes)),
      ...latestViolations(key, writes, seen, topic.keepsTombstones),
      ...untouchedViolations(writes, seen, topic.untouchedFrom),
    );
  }
  for (const key of seenOf.keys()) violations.push(`${key} is there, and was never sent`);
  return violations;
}

/** Within a partition by offset, within a key by version, each once. */
function orderViolations(seen: readonly SeenRecord[]): string[] {
  const violations: string[] = [];
  const offsets = new Map<number, number>();
  const versions = new Map<string, number>();
  for (const { partition, offset, key, version } of seen) {
    const before = offsets.get(partition) ?? -1;
    if (offset <= before) violations.push(`partition ${partition} gives offset ${offset} after ${before}`);
    const older = versions.get(key) ?? -1;
    if (version <= older) violations.push(`${key} gives version ${version} after ${older}`);
    offsets.set(partition, offset);
    versions.set(key, version);
  }
  return violations;
}

function recordViolations(record: SeenRecord, writes: readonly Write[]): string[] {
  const what = `version ${record.version} of ${record.key} at ${record.partition}:${record.offset}`;
  const write = writes.find(({ version }) => version === record.version);
  if (write === undefined) return [`${what} was never sent`];
  const violations: string[] = [];
  if (write.outcome === 'aborted') violations.push(`${what} was aborted`);
  if (!record.isIntact || write.isTombstone !== record.isTombstone)
    violations.push(`${what} is not what was sent`);
  if (write.offset !== null && write.offset !== record.offset)
    violations.push(`${what} was acknowledged at offset ${write.offset}`);
  return violations;
}

/** The newest acknowledged record of a key stays, or one that came behind it. A tombstone may go, with all before it. */
function latestViolations(
  key: string,
  writes: readonly Write[],
  seen: readonly SeenRecord[],
  keepsTombstones: boolean,
): string[] {
  const last = writes.findLast(({ outcome }) => outcome === 'acknowledged');
  if (last === undefined) return [];
  const newest = seen.at(-1);
  if (newest !== undefined && newest.version >= last.version) return [];
  if (newest !== undefined)
    return [`${key} is back at version ${newest.version}, ${last.version} was acknowledged`];
  const mayBeGone = writes.some(
    (write) => write.isTombstone && write.outcome !== 'aborted' && write.version >= last.version,
  );
  return mayBeGone && !keepsTombstones ? [] : [`${key} is lost, version ${last.version} was acknowledged`];
}

function untouchedViolations(
  writes: readonly Write[],
  seen: readonly SeenRecord[],
  untouchedFrom: readonly number[],
): string[] {
  const partition = seen[0]?.partition;
  const from = partition === undefined ? undefined : untouchedFrom[partition];
  if (from === undefined) return [];
  const there = new Set(seen.map(({ version }) => version));
  return writes
    .filter(({ outcome, offset }) => outcome === 'acknowledged' && offset !== null && offset >= from)
    .filter(({ version }) => !there.has(version))
    .map(
      ({ key, version, offset }) =>
        `version ${version} of ${key} was acknowledged at ${partition}:${offset} and is lost`,
    );
}
