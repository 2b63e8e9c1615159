import { describe, expect, it } from 'vitest';
import type { ClusterFault } from '../cluster-faults/cluster-fault.ts';
import { runClusterFaults } from '../cluster-faults/faults-run.ts';
import { judgeNumbers, judgeTransactions } from '../cluster-faults/verdict.ts';

const fault = (kind: ClusterFault['kind'], node: number, more: Partial<ClusterFault> = {}): ClusterFault => ({
  ...{ kind, node, holdMs: 300, other: null, delayMs: 50, overlaps: false },
  ...more,
});

// The long form is a command (`npm run faults:cluster -- --faults 300`); its results stand in docs/reliability.md.
it('loses, repeats and reorders nothing when brokers are killed and cut off', async () => {
  const report = await runClusterFaults({
    seed: 1,
    faults: 4,
    plan: [
      fault('kill', 1),
      fault('cut', 2, { holdMs: 1_500 }),
      fault('freeze', 3, { overlaps: true }),
      fault('stop', 3),
    ],
    say: () => undefined,
  });
  expect(report.violations, `kept in ${report.kept}`).toEqual([]);
  expect(report.outages).toHaveLength(4);
  expect(report.acknowledged).toBeGreaterThan(500);
  expect(report.committed).toBeGreaterThan(5);
}, 300_000);

describe('what is stored is judged', () => {
  it('by what was acknowledged, in order and once', () => {
    const acknowledged = new Set([0, 1, 2]);
    expect(judgeNumbers('p', ['0:0', '0:1', '0:2', '0:3'], acknowledged)).toEqual([]);
    expect(judgeNumbers('p', ['0:0', '0:1'], acknowledged)).toEqual([
      'p lost 1 that were acknowledged, such as 2',
    ]);
    expect(judgeNumbers('p', ['0:0', '0:1', '0:1', '0:2'], acknowledged)[0]).toMatch(/holds 1 after 1/);
    expect(judgeNumbers('p', ['0:0', '0:2', '0:1'], acknowledged)).toHaveLength(2);
  });

  it('by transactions that are whole or not there, as was told', () => {
    const seen = (...all: (readonly [number, number])[]) =>
      all.map(([partition, number]) => ({ partition, value: Buffer.from(String(number)) }));
    const judge = (records: ReturnType<typeof seen>, outcome: 'committed' | 'aborted' | 'unknown') =>
      judgeTransactions(records, [outcome], 2).length;
    expect([judge(seen([0, 0], [1, 0]), 'committed'), judge(seen([0, 0]), 'committed')]).toEqual([0, 1]);
    expect([judge(seen(), 'committed'), judge(seen([0, 0], [0, 0]), 'committed')]).toEqual([1, 1]);
    expect([judge(seen(), 'aborted'), judge(seen([0, 0], [1, 0]), 'aborted')]).toEqual([0, 1]);
    expect([judge(seen(), 'unknown'), judge(seen([1, 0]), 'unknown')]).toEqual([0, 1]);
    expect(judge(seen([0, 0], [1, 0]), 'unknown')).toBe(0);
  });
});
