import type { Simulation } from '../simulation.ts';
import { mutations } from './mutations.ts';
import { World } from './world.ts';

export const connectSimulation: Simulation = {
  about: 'a group of Connect workers: assignor and herder',
  sources: ['connect-runtime/src/core/**/*.ts', 'test/simulation/connect/*.ts'],
  bugs: Object.keys(mutations),
  seedsAStep: 1_000,
  play(seed, bug) {
    const world = new World(seed, bug === null ? undefined : mutations[bug]);
    try {
      world.run();
      return { broken: null, trace: world.trace };
    } catch (error) {
      return { broken: String(error), trace: world.trace };
    }
  },
};
