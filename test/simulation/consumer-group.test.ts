import { afterEach, describe, expect, it } from 'vitest';
import { type Mutation, mend, mutations } from './groups/mutations.ts';
import { World } from './groups/world.ts';

const SEEDS = 300;
/** Within so many a planted bug must be found. */
const BUG_SEEDS = 400;

function play(seed: number, mutation: Mutation = {}): World {
  const world = new World(seed, mutation.rules);
  try {
    world.run();
    return world;
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(`npm run simulate:cores -- groups --seed ${seed} plays it again\n${message}`, { cause });
  }
}

describe('groups in both protocols under faults', () => {
  afterEach(mend);

  it(`keep their promises and settle (${SEEDS} seeds)`, () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) play(seed);
  });

  it.each([
    ['a topic is made anew before it is stored that a regular expression has lost the one before', 44562],
    ['names of a classic member were of a topic that is made anew on their way', 1876],
  ])('are well where %s (seed %i)', (_what, seed) => {
    play(seed);
  });

  it('do the same again from the same seed', () => {
    expect(play(7).lines).toEqual(play(7).lines);
  });

  it.each(Object.entries(mutations))('would show that %s', (_name, mutation) => {
    mutation.plant?.();
    expect(() => {
      for (let seed = 1; seed <= BUG_SEEDS; seed += 1) play(seed, mutation);
    }).toThrow();
  });
});
