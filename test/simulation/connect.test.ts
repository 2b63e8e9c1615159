import { describe, expect, test } from 'vitest';
import { mutations } from './connect/mutations.ts';
import { Violation, World } from './connect/world.ts';

/**
 * A group of workers with their real cores (assignor and herder), under joins, leaves, crashes, cut-off workers, drains, commands,
 * failing reads and plugins, and changing loads. One seed is one run; `npm run simulate:cores -- connect --seed 17` plays it again
 * and prints what happened. The long form is that command; its results stand in docs/reliability.md.
 *
 * At every step: one owner of a task in a generation; nothing is given to one while another holds it; no task starts where another
 * member runs it; nothing that has not changed is stopped; nobody gives up more than its share; who drains is given nothing. In peace:
 * all that is configured is published and runs once, with its newest config; the load is even; meeting again moves nothing.
 */
const SEEDS = Number(process.env.CONNECT_SIM_SEEDS ?? 10_000);
const SEEDS_A_TEST = 5_000;
/** Every planted bug is found within so many. */
const SEEDS_FOR_A_BUG = 20_000;

function firstFinding(from: number, count: number, mutation?: ConstructorParameters<typeof World>[1]) {
  for (let seed = from; seed < from + count; seed++) {
    try {
      new World(seed, mutation).run();
    } catch (error) {
      if (!(error instanceof Violation) && mutation === undefined) throw error;
      return { seed, found: String(error) };
    }
  }
  return null;
}

describe('a group of workers', () => {
  const parts = Array.from(
    { length: Math.ceil(SEEDS / SEEDS_A_TEST) },
    (_, index) => index * SEEDS_A_TEST + 1,
  );
  test.each(parts)('seeds from %i', (from) => {
    const finding = firstFinding(from, Math.min(SEEDS_A_TEST, SEEDS - from + 1));
    expect(finding, `npm run simulate:cores -- connect --seed ${finding?.seed}`).toBe(null);
  });
});

test.each(Object.keys(mutations))('the bug is found: %s', (name) => {
  expect(firstFinding(1, SEEDS_FOR_A_BUG, mutations[name])).not.toBe(null);
});
