import { parseArgs } from 'node:util';
import { startMillrace } from '../../support/millrace.ts';
import { fuzz, fuzzSkipReason } from './fuzz-run.ts';

/**
 * `npm run fuzz:rest -- [--seconds 600] [--seed N]`: makes up requests for every operation of the REST API until the time is up. No answer may be of
 * class 5xx, or other than OpenAPI says.
 */
const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const reason = fuzzSkipReason();
if (reason !== null) {
  process.stderr.write(`${reason}\n`);
  process.exit(3);
}
const endMs = performance.now() + Number(values.seconds ?? 600) * 1_000;
let seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const millrace = await startMillrace();
try {
  for (let run = 0; run === 0 || performance.now() < endMs; run++, seed++) {
    const phases = run === 0 ? (['coverage', 'fuzzing'] as const) : (['fuzzing'] as const);
    const { code, output } = await fuzz({ rest: millrace.rest, phases, examples: 20, seed });
    const cases = /^ *\d+ generated.*$/m.exec(output)?.[0].trim() ?? output.trimEnd().split('\n').at(-1);
    process.stdout.write(`seed ${seed}: ${cases ?? ''}\n`);
    if (code === 0) continue;
    process.stdout.write(`${output}\nnpm run fuzz:rest -- --seconds 0 --seed ${seed}\n`);
    process.exitCode = 1;
    break;
  }
} finally {
  await millrace.close();
}
