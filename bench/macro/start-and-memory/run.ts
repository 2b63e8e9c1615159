import { parseArgs } from 'node:util';
import { circumstances } from '../../measure/machine.ts';
import { record } from '../../measure/record.ts';
import { spreadOf, spreadText } from '../../measure/spread.ts';
import { kafkaMissing, sampleKafka } from './kafka.ts';
import { sampleMillrace } from './millrace.ts';
import type { Sample } from './sample.ts';

const COMMAND = 'npm run bench:start';
const MILLRACE = 'Millrace';
const COLD = 'Millrace, code compiled anew';
const KAFKA = 'Kafka + Connect';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, 'no-kafka': { type: 'boolean' } },
});
const runs = Number(values.runs);
const sides = new Map<string, () => Promise<Sample>>([
  [MILLRACE, () => sampleMillrace()],
  [COLD, () => sampleMillrace({ coldCode: true })],
]);
const missing = values['no-kafka'] ? 'left out' : kafkaMissing();
if (missing) console.log(`without Apache Kafka: ${missing}`);
else sides.set(KAFKA, sampleKafka);

const where = circumstances();
const samples = new Map<string, Sample[]>();
// One start of each side before those that count: page cache, compile cache, class data.
for (let run = 0; run <= runs; run++) {
  for (const [side, sample] of sides) {
    const figures = await sample();
    console.log(run === 0 ? 'warm-up' : `run ${run}`, side, JSON.stringify(rounded(figures)));
    if (run > 0) samples.set(side, [...(samples.get(side) ?? []), figures]);
  }
}
const table = tableOf(samples);
console.log(`\n${table}`);
if (missing) process.exit();
const samplesOf = Object.fromEntries([...samples].map(([side, list]) => [side, list.map(rounded)]));
record(
  {
    title: 'Start and idle memory',
    command: COMMAND,
    folder: 'start-and-memory',
    about: `${runs} runs of each side in turn after one that does not count, each on a new data folder.\nMillrace is one process: broker, worker, REST API and UI, without the demo.`,
  },
  where,
  { tables: table, results: { samples: samplesOf } },
);

function rounded(sample: Sample): Sample {
  const entries = Object.entries(sample).map(([key, value]: [string, number]) => [
    key,
    Number(value.toFixed(3)),
  ]);
  return Object.fromEntries(entries) as Sample;
}

function tableOf(all: ReadonlyMap<string, readonly Sample[]>): string {
  const rows: readonly (readonly [title: string, figure: keyof Sample, digits: number])[] = [
    ['start until it says ready, s', 'readySeconds', 2],
    ['start until `GET /connectors` answers, s', 'answersSeconds', 2],
    ['CPU seconds until ready', 'startCpuSeconds', 2],
    ['idle memory, RSS, MiB', 'rssMiB', 0],
    ['idle memory, PSS, MiB', 'pssMiB', 0],
    ['idle CPU seconds in 10 s', 'idleCpuSeconds', 2],
  ];
  const lines = rows.map(([title, figure, digits]) => {
    const cells = [...all.values()].map((list) =>
      spreadText(spreadOf(list.map((sample) => sample[figure])), digits),
    );
    return `| ${title} | ${cells.join(' | ')} |`;
  });
  return [`| | ${[...all.keys()].join(' | ')} |`, `|---|${'---|'.repeat(all.size)}`, ...lines].join('\n');
}
