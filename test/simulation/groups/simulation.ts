import type { Simulation } from '../simulation.ts';
import { mend, mutations } from './mutations.ts';
import { World } from './world.ts';

export const groupSimulation: Simulation = {
  about: "consumer groups of both protocols: the group coordinator's core",
  sources: [
    'broker/src/core/{coordinator,group}/**/*.ts',
    'broker/src/testing/*.ts',
    'test/simulation/groups/*.ts',
  ],
  bugs: Object.keys(mutations),
  seedsAStep: 500,
  play(seed, bug) {
    const mutation = bug === null ? undefined : mutations[bug];
    mutation?.plant?.();
    const world = new World(seed, mutation?.rules);
    try {
      world.run();
      return { broken: null, trace: world.lines };
    } catch (error) {
      const { cause } = error as Error;
      return { broken: String(cause ?? error), trace: world.lines };
    } finally {
      mend();
    }
  },
};
