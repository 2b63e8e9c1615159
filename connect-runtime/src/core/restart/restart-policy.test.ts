import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FOR_EVER, planRestart, type RestartPlan, restartPolicyOf } from './restart-policy.ts';

const policy = {
  backoffMs: 1_000,
  backoffMaxMs: 60_000,
  resetAfterMs: 120_000,
  attempts: { transient: FOR_EVER, throttled: FOR_EVER, poison: 0, auth: 0, config: 0, bug: 0 },
};

/** The wait, ms. */
function waitOf(plan: RestartPlan): number {
  if (plan.kind === 'giveUp') throw new Error(plan.reason);
  return plan.afterMs;
}

const soon = { monoMs: 10, random: 0.999 };

test.each(['poison', 'auth', 'config', 'bug'])('%s waits for a person', (errorClass) => {
  expect(planRestart(errorClass, { restarts: 0, startedAtMs: 0 }, policy, soon)).toEqual({
    kind: 'giveUp',
    restarts: 0,
    reason: `A failure of class ${errorClass} is not tried again by itself.`,
  });
});

test.each(['transient', 'throttled'])(
  '%s is tried again, with doubling waits up to the longest',
  (errorClass) => {
    const waits: number[] = [];
    let restarts = 0;
    for (let i = 0; i < 8; i++) {
      const plan = planRestart(errorClass, { restarts, startedAtMs: 0 }, policy, soon);
      waits.push(Math.round(waitOf(plan) / 1_000));
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
  expect(plan).toEqual({ kind: 'restart', afterMs: 500, restarts: 1 });
});

test('every wait is between half and whole of its step, however often it failed', () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (restarts, random) => {
        const plan = planRestart('transient', { restarts, startedAtMs: 0 }, policy, { monoMs: 1, random });
        const step = Math.min(60_000, 1_000 * 2 ** restarts);
        expect(waitOf(plan)).toBeGreaterThanOrEqual(step / 2);
        expect(waitOf(plan)).toBeLessThanOrEqual(step);
      },
    ),
  );
});

test('after as many restarts as its class allows it gives up and says so; a good run counts from zero again', () => {
  const limited = restartPolicyOf(policy, {
    'task.restart.attempts.bug': '2',
    'task.restart.backoff.ms': '10',
  });
  const at = (restarts: number, monoMs: number) =>
    planRestart('bug', { restarts, startedAtMs: 0 }, limited, { monoMs, random: 0.999 });
  expect(at(1, 10)).toEqual({ kind: 'restart', afterMs: 20, restarts: 2 });
  expect(at(2, 10)).toEqual({ kind: 'giveUp', restarts: 2, reason: 'Gave up after 2 restarts in a row.' });
  expect(at(2, 120_000)).toEqual({ kind: 'restart', afterMs: 10, restarts: 1 });
});

test("a connector's keys stand over the worker's; what is no number does not", () => {
  expect(restartPolicyOf(policy, {})).toEqual(policy);
  expect(restartPolicyOf(policy, { 'task.restart.reset.ms': 'soon' })).toEqual(policy);
  expect(restartPolicyOf(policy, { 'task.restart.attempts.transient': '0' }).attempts.transient).toBe(0);
});
