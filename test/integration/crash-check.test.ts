import { describe, expect, it } from 'vitest';
import { checkHistory, type History, type Kill, type SeenRecord } from '../crash/history-check.ts';
import { planKills } from '../crash/kill-plan.ts';
import { SeededRandom } from '../crash/seeded-random.ts';
import { markOf, topicOf } from '../crash/tables.ts';
import { type Change, Workload } from '../crash/workload.ts';

const TOPIC = topicOf('orders');
const PLACE = `${TOPIC}-0`;

const change = (key: string, version: number, kind: Change['kind'], event: number): Change => ({
  table: 'orders',
  key,
  version,
  kind,
  event,
});

/** Three transactions: a, b; then a again and c; then b deleted. */
const written: History['written'] = [
  [
    { transactionId: 1, changes: [change('a', 1, 'c', 1), change('b', 1, 'c', 2)] },
    { transactionId: 2, changes: [change('a', 2, 'u', 1), change('c', 1, 'c', 2)] },
    { transactionId: 3, changes: [change('b', 2, 'd', 1)] },
  ],
];

const all: readonly Omit<SeenRecord, 'offset'>[] = written.flat().flatMap(({ transactionId, changes }) =>
  changes.map(({ key, version, kind }) => ({
    topic: TOPIC,
    partition: 0,
    key,
    kind,
    version: kind === 'd' ? null : version,
    mark: kind === 'd' ? null : markOf(key, version),
    lsn: (transactionId ?? 0) * 100,
    transactionId,
  })),
);

/** Records by their place in `all`, at rising offsets. */
const seen = (...places: number[]): SeenRecord[] =>
  places.map((place, offset) => ({ ...all[place]!, offset }));

const kill = (logEnd: number, stored: Kill['stored'], confirmedLsn = 0): Kill => ({
  confirmedLsn,
  stored,
  logEnds: new Map([[PLACE, logEnd]]),
});

const violations = (records: readonly SeenRecord[], ...kills: Kill[]) =>
  checkHistory({ written, seen: records, kills }).violations.map((line) => line.replace(/ \(\d+\):.*/, ''));

describe('the check of the crash test', () => {
  it('accepts what was written, and what comes again after a kill because it was not stored', () => {
    expect(violations(seen(0, 1, 2, 3, 4))).toEqual([]);
    const repeated = seen(0, 1, 2, 3, 2, 3, 4);
    const fine = kill(4, { lsn: 150, event: 0 }, 150);
    expect(checkHistory({ written, seen: repeated, kills: [fine] })).toEqual({
      violations: [],
      records: 7,
      changes: 5,
      repeats: 2,
    });
    // From the middle of a transaction, and with a second kill before anything moved.
    expect(violations(seen(0, 1, 2, 3, 3, 4), kill(4, { lsn: 200, event: 1 }), kill(4, null))).toEqual([]);
  });

  it.each([
    ['a change that is missing', seen(0, 1, 2, 4), 'change that never came'],
    ['a gap before a later change', seen(0, 1, 4, 3), 'step back that no kill explains'],
    ['a tombstone that is missing', seen(0, 1, 2, 3), 'change that never came'],
    ['a repeat without a kill', seen(0, 1, 1, 2, 3, 4), 'step back that no kill explains'],
    ['an old version at the end', seen(0, 1, 2, 3, 4, 0), 'key that does not end with its last change'],
  ])('finds %s', (_, records, found) => {
    expect(violations(records)).toContain(found);
  });

  it('finds values that were never committed, or under the wrong key', () => {
    const [first, ...rest] = seen(0, 1, 2, 3, 4);
    const unknown = 'record of a change that was never committed';
    expect(violations([{ ...first!, version: 9 }, ...rest])).toContain(unknown);
    expect(violations([{ ...first!, mark: markOf('b', 1) }, ...rest])).toContain(unknown);
    expect(violations([{ ...first!, transactionId: 7 }, ...rest])).toContain(unknown);
  });

  it('finds a key that changes its partition', () => {
    const records = seen(0, 1, 2, 3, 4).map((record, index) =>
      index === 2 ? { ...record, partition: 1 } : record,
    );
    expect(violations(records)).toContain('key in two partitions');
  });

  it('finds repeats of what was confirmed', () => {
    expect(violations(seen(0, 1, 2, 3, 1, 2, 3, 4), kill(4, { lsn: 150, event: 0 }))).toEqual([
      'repeat of a change that was confirmed',
    ]);
    expect(violations(seen(0, 1, 2, 3, 2, 3, 4), kill(4, { lsn: 200, event: 1 }))).toEqual([
      'repeat of a change that was confirmed',
    ]);
  });

  it('finds a step back that came before the kill', () => {
    expect(violations(seen(0, 1, 2, 3, 2, 3, 4), kill(6, null))).toContain('step back that no kill explains');
  });

  it('finds positions that were told before their changes were in the log', () => {
    expect(violations(seen(0, 1, 2, 3, 4), kill(2, { lsn: 200, event: 2 }))).toContain(
      'offset stored before its change was in the log',
    );
    expect(violations(seen(0, 1, 2, 3, 4), kill(2, { lsn: 150, event: 0 }, 250))).toEqual([
      'slot confirmed beyond what was stored',
    ]);
  });
});

describe('the load of the crash test', () => {
  it('is the same for the same seed, has every kind of change, and versions without gaps', () => {
    const changesOf = (seed: number) => {
      const workload = new Workload(seed, 1);
      return Array.from({ length: 500 }, () => workload.next(1_000)).flatMap(({ changes }) => changes);
    };
    const changes = changesOf(1);
    expect(changesOf(1)).toEqual(changes);
    expect(changesOf(2)).not.toEqual(changes);
    expect(new Set(changes.map(({ kind, table }) => `${table} ${kind}`)).size).toBe(9);
    const versions = new Map<string, number>();
    for (const { table, key, version } of changes) {
      expect(version).toBe((versions.get(`${table} ${key}`) ?? 0) + 1);
      versions.set(`${table} ${key}`, version);
    }
  });

  it('plans its kills inside the load, the first in the middle of it', () => {
    const plan = planKills(new SeededRandom(3), 20, 200_000);
    expect(plan).toHaveLength(20);
    expect(plan[0]?.kind).toBe('load');
    expect(new Set(plan.map(({ kind }) => kind)).size).toBe(5);
    expect(plan.slice(0, 3).map(({ kind }) => kind)).toEqual(['load', 'commit', 'server']);
    for (const moment of plan) if ('rowChanges' in moment) expect(moment.rowChanges).toBeLessThan(150_001);
  });
});
