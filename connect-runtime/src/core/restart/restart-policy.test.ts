import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planRestart } from './restart-policy.ts';

const policy = { backoffMs: 1_000, backoffMaxMs: 60_000, resetAfterMs: 120_000 };
const soon = { monoMs: 10, random: 0.999 };

test.each(['poison', 'auth', 'config', 'bug'])('%s waits for a person', (errorClass) => {
  expect(planRestart(errorClass, { restarts: 0, startedAtMs: 0 }, policy, soon)).toBe(null);
});

test.each(['transient', 'throttled'])(
  '%s is tried again, with doubling waits up to the longest',
  (errorClass) => {
    const waits: number[] = [];
    let restarts = 0;
    for (let i = 0; i < 8; i++) {
      const plan = planRestart(errorClass, { restarts, startedAtMs: 0 }, policy, soon)!;
      waits.push(Math.round(plan.afterMs / 1_000));
      restarts = plan.restarts;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  },
);

test('a task that ran well begins with the shortest wait again', () => {
  const plan = planRestart('transient', { restarts: 9, startedAtMs: 0 }, policy, {
    monoMs: 120_000,
    random: 0,
  });
  expect(plan).toEqual({ afterMs: 500, restarts: 1 });
});

test('every wait is between half and whole of its step, however often it failed', () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (restarts, random) => {
        const plan = planRestart('transient', { restarts, startedAtMs: 0 }, policy, { monoMs: 1, random })!;
        const step = Math.min(60_000, 1_000 * 2 ** restarts);
        expect(plan.afterMs).toBeGreaterThanOrEqual(step / 2);
        expect(plan.afterMs).toBeLessThanOrEqual(step);
      },
    ),
  );
});
