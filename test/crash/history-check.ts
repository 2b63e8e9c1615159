import { markOf, topicOf } from './tables.ts';
import type { Change, ChangeKind } from './workload.ts';

export interface WrittenTransaction {
  /** Null where it was there before the capture began. */
  readonly transactionId: number | null;
  readonly changes: readonly Change[];
}

/** A record as it stands in a topic. */
export interface SeenRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly kind: ChangeKind;
  /** Null in a tombstone. */
  readonly version: number | null;
  readonly mark: string | null;
  readonly lsn: number;
  readonly transactionId: number | null;
}

/** A place in the stream: all that commits before `lsn` is covered, and of what commits there the first `event` row changes. */
export interface StreamPosition {
  readonly lsn: number;
  readonly event: number;
}

/** What was known while the process was dead. */
export interface Kill {
  /** `confirmed_flush_lsn` of the slot. */
  readonly confirmedLsn: number;
  /** The source's newest stored offset; null where none was stored yet. */
  readonly stored: StreamPosition | null;
  /** Log end offsets on disk, by `topic-partition`. */
  readonly logEnds: ReadonlyMap<string, number>;
}

export interface History {
  /** One list for each writer, in the order of its commits. Writers share no keys. */
  readonly written: readonly (readonly WrittenTransaction[])[];
  /** In the order of their offsets within each partition. */
  readonly seen: Iterable<SeenRecord>;
  readonly kills: readonly Kill[];
}

export interface Verdict {
  /** Empty where all that is promised holds; the first of each kind with examples. */
  readonly violations: readonly string[];
  readonly records: number;
  readonly changes: number;
  /** Records that had come before. */
  readonly repeats: number;
}

const EXAMPLES_MAX = 3;

interface Expected {
  readonly change: Change;
  readonly transactionId: number | null;
  /** Where it was first seen; null: not yet. */
  first: { readonly partition: number; readonly offset: number; readonly lsn: number } | null;
}

interface KeyHistory {
  /** By version, from 1. */
  readonly expected: Expected[];
  partition: number | null;
  /** The version seen last. */
  last: number;
}

/**
 * Holds what a topic shows against what was written: every change is there, in the order of the commits by key and by partition;
 * what comes twice comes after a kill and begins behind the position that was stored then; and the stored offset
 * never passed a change that was not in the log, nor the slot's confirmed position one that the stored offset does not cover.
 */
export function checkHistory(history: History): Verdict {
  return new HistoryCheck(history).run();
}

class HistoryCheck {
  readonly #history: History;
  readonly #keys = new Map<string, KeyHistory>();
  readonly #violations = new Map<string, { count: number; readonly examples: string[] }>();
  readonly #partitions = new Map<string, PartitionReader>();
  #records = 0;
  #changes = 0;
  #repeats = 0;

  constructor(history: History) {
    this.#history = history;
    for (const { transactionId, changes } of history.written.flat()) {
      for (const change of changes) this.#expect(change, transactionId);
    }
  }

  run(): Verdict {
    for (const record of this.#history.seen) this.#see(record);
    this.#checkMissing();
    for (const [index, kill] of this.#history.kills.entries()) this.#checkDurable(index, kill);
    const violations = [...this.#violations].map(
      ([kind, { count, examples }]) => `${kind} (${count}): ${examples.join('; ')}`,
    );
    return { violations, records: this.#records, changes: this.#changes, repeats: this.#repeats };
  }

  #expect(change: Change, transactionId: number | null): void {
    const id = `${topicOf(change.table)} ${change.key}`;
    let history = this.#keys.get(id);
    if (!history) {
      history = { expected: [], partition: null, last: 0 };
      this.#keys.set(id, history);
    }
    history.expected.push({ change, transactionId, first: null });
    this.#changes++;
    if (change.version !== history.expected.length)
      throw new Error(`the load wrote version ${change.version} of ${id} out of turn`);
  }

  #see(record: SeenRecord): void {
    this.#records++;
    const history = this.#keys.get(`${record.topic} ${record.key}`);
    const expected = history && matching(history, record);
    if (!history || !expected) {
      this.#violation('record of a change that was never committed', placeOf(record));
      return;
    }
    const { version, event } = expected.change;
    const { topic, partition, offset, lsn } = record;
    history.partition ??= partition;
    if (history.partition !== partition)
      this.#violation('key in two partitions', `${placeOf(record)} and partition ${history.partition}`);
    if (version > history.last + 1)
      this.#violation('change missing before a later one', `${placeOf(record)} after ${history.last}`);
    history.last = version;
    if (expected.first) this.#repeats++;
    else expected.first = { partition, offset, lsn };
    const problem = this.#readerOf(topic, partition).read(record, { lsn, event });
    if (problem) this.#violation(problem.kind, `${placeOf(record)} ${problem.detail}`);
  }

  #readerOf(topic: string, partition: number): PartitionReader {
    const name = `${topic}-${partition}`;
    let reader = this.#partitions.get(name);
    if (!reader) {
      reader = new PartitionReader(name, this.#history.kills);
      this.#partitions.set(name, reader);
    }
    return reader;
  }

  #checkMissing(): void {
    for (const [id, { expected, last }] of this.#keys) {
      for (const { change, first } of expected)
        if (!first) this.#violation('change that never came', `${id} version ${change.version}`);
      if (last !== expected.length && last !== 0)
        this.#violation(
          'key that does not end with its last change',
          `${id} ends with ${last} of ${expected.length}`,
        );
    }
  }

  #checkDurable(index: number, { confirmedLsn, stored, logEnds }: Kill): void {
    for (const [id, { expected }] of this.#keys) {
      for (const { change, transactionId, first } of expected) {
        if (!first || transactionId === null) continue;
        const place = { lsn: first.lsn, event: change.event };
        const isStored = stored !== null && covers(stored, place);
        const inLog = first.offset < (logEnds.get(`${topicOf(change.table)}-${first.partition}`) ?? 0);
        const what = `${id} version ${change.version} at kill ${index + 1}`;
        if (isStored && !inLog) this.#violation('offset stored before its change was in the log', what);
        if (first.lsn < confirmedLsn && !isStored)
          this.#violation('slot confirmed beyond what was stored', what);
      }
    }
  }

  #violation(kind: string, example: string): void {
    const known = this.#violations.get(kind) ?? { count: 0, examples: [] };
    known.count++;
    if (known.examples.length < EXAMPLES_MAX) known.examples.push(example);
    this.#violations.set(kind, known);
  }
}

/** Follows one partition through the runs of the process: what is before the log end of a kill was written before it. */
class PartitionReader {
  readonly #name: string;
  readonly #kills: readonly Kill[];
  /** Kills that the records so far have passed. */
  #run = 0;
  #last: StreamPosition & { readonly key: string } = { lsn: -1, event: 0, key: '' };

  constructor(name: string, kills: readonly Kill[]) {
    this.#name = name;
    this.#kills = kills;
  }

  read(
    record: SeenRecord,
    { lsn, event }: StreamPosition,
  ): { readonly kind: string; readonly detail: string } | null {
    const before = this.#last;
    this.#last = { lsn, event, key: record.key };
    if (record.kind === 'r') return null;
    let begins = false;
    for (; this.#endOf(this.#run) <= record.offset; this.#run++) begins = true;
    const { stored = null } = this.#kills[this.#run - 1] ?? {};
    if (stored && covers(stored, { lsn, event })) {
      return { kind: 'repeat of a change that was confirmed', detail: `at ${lsn}/${event}` };
    }
    // The two records of a change of key share a place.
    const ordered = before.lsn < lsn || (before.lsn === lsn && before.event < event);
    if (begins || ordered || (before.lsn === lsn && before.event === event && before.key !== record.key))
      return null;
    const detail = `at ${lsn}/${event} after ${before.lsn}/${before.event}`;
    return { kind: 'step back that no kill explains', detail };
  }

  #endOf(kill: number): number {
    const known = this.#kills[kill];
    return known ? (known.logEnds.get(this.#name) ?? 0) : Number.POSITIVE_INFINITY;
  }
}

const covers = (position: StreamPosition, { lsn, event }: StreamPosition): boolean =>
  lsn < position.lsn || (lsn === position.lsn && event <= position.event);

/** A value tells its version; a tombstone is known by its transaction, which deletes a key only once. */
function matching({ expected, last }: KeyHistory, record: SeenRecord): Expected | null {
  const isIt = (one: Expected | undefined): one is Expected =>
    one !== undefined &&
    one.change.kind === record.kind &&
    one.transactionId === record.transactionId &&
    (record.mark === null || record.mark === markOf(record.key, one.change.version));
  if (record.version !== null) {
    const one = expected[record.version - 1];
    return isIt(one) ? one : null;
  }
  const next = expected[last];
  return isIt(next) ? next : (expected.find(isIt) ?? null);
}

function placeOf({ topic, partition, offset, key, kind, version }: SeenRecord): string {
  return `${topic}-${partition}@${offset} ${kind} ${key} version ${version}`;
}
