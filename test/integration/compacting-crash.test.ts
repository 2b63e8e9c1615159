import { expect, it } from 'vitest';
import { compactionViolations, type SeenRecord, type Write } from '../crash/compacted-check.ts';
import { runCompactingCrash } from '../crash/compacting-load.ts';

/** The long form: `npm run crash:compaction`. */
it('a broker that is killed while it compacts keeps what must stay, and nothing else comes back', async () => {
  const { violations, ...figures } = await runCompactingCrash({ seed: 1, kills: 3 });
  expect(violations).toEqual([]);
  expect(figures.inCompaction).toBeGreaterThan(0);
  expect(figures.aborted).toBeGreaterThan(0);
  // Compaction has done something.
  expect(figures.records).toBeLessThan(figures.acknowledged);
});

const KEY = 'k';

/** Versions from 0 on; offsets are ten times the version. */
function sent(...outcomes: readonly (Write['outcome'] | 'tombstone')[]): Write[] {
  return outcomes.map((outcome, version) => ({
    key: KEY,
    version,
    isTombstone: outcome === 'tombstone',
    outcome: outcome === 'tombstone' ? 'acknowledged' : outcome,
    offset: version * 10,
  }));
}

const seen = (version: number, more: Partial<SeenRecord> = {}): SeenRecord => ({
  ...{ partition: 0, offset: version * 10, key: KEY, version, isTombstone: false, isIntact: true },
  ...more,
});

const acknowledged = 'acknowledged';
const twice = sent(acknowledged, acknowledged);

it.each([
  ['the newest', twice, [seen(1)]],
  ['all of them', twice, [seen(0), seen(1)]],
  ['one behind it that nobody was told of', sent(acknowledged, 'unknown'), [seen(1)]],
  ['none of an aborted one', sent(acknowledged, 'aborted'), [seen(0)]],
  ['nothing behind a tombstone that has gone', sent(acknowledged, 'tombstone'), []],
])('the check takes %s', (_what, writes, records) => {
  const topic = { writes, seen: records, untouchedFrom: [20], keepsTombstones: false };
  expect(compactionViolations(topic)).toEqual([]);
});

it.each([
  ['a key that is lost', twice, [], 'is lost'],
  ['an older value that is back', twice, [seen(0)], 'is back at version 0'],
  ['an older value behind a tombstone', sent(acknowledged, 'tombstone'), [seen(0)], 'is back'],
  ['an aborted one', sent(acknowledged, 'aborted'), [seen(0), seen(1)], 'was aborted'],
  ['a repeat', twice, [seen(1), seen(1, { offset: 11 })], 'gives version 1 after 1'],
  ['another offset', twice, [seen(1, { offset: 11 })], 'was acknowledged at offset 10'],
  ['offsets that go back', twice, [seen(0, { offset: 12 }), seen(1)], 'gives offset 10 after 12'],
  ['another value', twice, [seen(1, { isIntact: false })], 'is not what was sent'],
  ['what nobody sent', twice, [seen(1), seen(2)], 'was never sent'],
  ['one in the active segment that is lost', twice, [seen(1)], 'and is lost', [0]],
] as const)('the check finds %s', (_what, writes, records, violation, untouchedFrom?: readonly number[]) => {
  const topic = { writes, seen: records, untouchedFrom: untouchedFrom ?? [20], keepsTombstones: false };
  expect(compactionViolations(topic).join()).toContain(violation);
});

it('the check wants tombstones where they stay', () => {
  const topic = { writes: sent(acknowledged, 'tombstone'), seen: [], untouchedFrom: [20] };
  expect(compactionViolations({ ...topic, keepsTombstones: true }).join()).toContain('is lost');
});
