import { parseArgs } from 'node:util';
import { mutations } from './mutations.ts';
import { World } from './world.ts';

/**
 * Plays seeds of the simulation of a group of workers:
 * `node test/simulation/connect/main.ts --seed 17` plays one and prints what happened;
 * `--count 100000 [--from 1]` plays many; `--bug NAME` plants one of the bugs.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '100000' },
    from: { type: 'string', default: '1' },
    bug: { type: 'string' },
  },
});
const mutation = values.bug === undefined ? undefined : mutations[values.bug];
if (values.bug !== undefined && !mutation) {
  process.stderr.write(`There is no bug of that name. There are:\n${Object.keys(mutations).join('\n')}\n`);
  process.exit(2);
}
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.count) : 1;
const beganMs = performance.now();
for (let seed = from; seed < from + count; seed++) {
  const world = new World(seed, mutation);
  try {
    world.run();
  } catch (error) {
    process.stdout.write(`${world.trace.join('\n')}\nseed ${seed}: ${(error as Error).stack}\n`);
    process.exit(1);
  }
  if (values.seed !== undefined) process.stdout.write(`${world.trace.join('\n')}\n`);
}
const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1);
process.stdout.write(`${count} seeds from ${from} in ${seconds} s: nothing found\n`);
