import { parseArgs } from 'node:util';
import { mend, mutations } from './mutations.ts';
import { World } from './world.ts';

const USAGE = `usage: npm run simulate:groups -- [--count 20000] [--from 1]      plays many seeds
       npm run simulate:groups -- --seed 17 [--bug NAME]         plays one and prints what happened
Bugs that can be planted:
${Object.keys(mutations).join('\n')}
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    bug: { type: 'string' },
  },
});

const bug = values.bug === undefined ? undefined : mutations[values.bug];
const [from, count] = [
  Number(values.seed ?? values.from),
  values.seed === undefined ? Number(values.count) : 1,
];
if ((values.bug !== undefined && !bug) || !Number.isSafeInteger(from) || !(count > 0)) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else play();

function play(): void {
  bug?.plant?.();
  for (let seed = from; seed < from + count; seed += 1) {
    const world = new World(seed, bug?.rules);
    try {
      world.run();
    } catch (error) {
      const { message, cause } = error as Error;
      process.stdout.write(`${message}\n${String(cause)}\nseed ${seed}: --seed ${seed} plays it again\n`);
      process.exitCode = 1;
      break;
    }
    if (values.seed !== undefined) process.stdout.write(`${world.lines.join('\n')}\n`);
  }
  mend();
  if (process.exitCode !== 1) process.stdout.write(`${count} seeds from ${from}: every promise kept\n`);
}
