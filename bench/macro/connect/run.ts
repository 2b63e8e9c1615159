import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { putSection } from '../../measure/benchmarks-page.ts';
import { circumstances } from '../../measure/machine.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import { spreadOf, spreadText } from '../../measure/spread.ts';
import { watchIdle } from '../start-and-memory/sample.ts';
import { KafkaBroker, kafkaConnect, kafkaMissing } from './kafka.ts';
import { millraceWorkers } from './millrace.ts';
import {
  fileToTopic,
  idleConnectors,
  topicToFile,
  untilRunning,
  untilShared,
  writeLines,
} from './pipelines.ts';
import type { ConnectSide, RunningWorker } from './side.ts';

const COMMAND = 'npm run bench:connect';
const IDLE_CONNECTORS = 50;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    lines: { type: 'string', default: '2000000' },
    only: { type: 'string', default: '' },
    'no-takeover': { type: 'boolean' },
    'no-record': { type: 'boolean' },
  },
});
const missing = kafkaMissing();
if (missing) throw new Error(`both sides run on Apache Kafka's broker: ${missing}`);
const runs = Number(values.runs);
const lines = Number(values.lines);

/** Figures by row, then by side. */
const figures = new Map<string, Map<string, number[]>>();
function note(row: string, side: string, figure: number): void {
  const ofRow = figures.get(row) ?? new Map<string, number[]>();
  figures.set(row, ofRow.set(side, [...(ofRow.get(side) ?? []), figure]));
  console.log(`${side}: ${row}: ${figure.toFixed(2)}`);
}

const where = circumstances();
const folder = mkdtempSync(join(tmpdir(), 'bench-connect-lines-'));
const broker = await KafkaBroker.start();
const sides = [await millraceWorkers(broker.bootstrap), await kafkaConnect(broker.bootstrap)].filter(
  ({ name }) => values.only === '' || name.startsWith(values.only),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));
try {
  const file = await writeLines(folder, lines);
  const workers = new Map<ConnectSide, RunningWorker>();
  for (const side of sides) workers.set(side, await started(side));
  await throughput(workers, file);
  for (const [side, worker] of workers) await afterLoad(side, worker);
  if (!values['no-takeover']) for (const [side, worker] of workers) await takeover(side, worker);
} finally {
  await stopAll();
}
report();

async function stopAll(): Promise<void> {
  for (const side of sides) await side.close();
  broker.close();
  rmSync(folder, { recursive: true, force: true });
}

/** A worker that is started twice: the first start makes its topics and fills caches. */
async function started(side: ConnectSide): Promise<RunningWorker> {
  const first = await side.start(0);
  await first.kill();
  const worker = await side.start(0);
  note('CPU s until `GET /connectors` answers', side.name, useOfTrees([worker.pid]).cpuSeconds);
  note('start until `GET /connectors` answers, s', side.name, worker.startSeconds);
  const idle = await watchIdle([worker.pid]);
  note('idle memory, PSS, MiB', side.name, idle.pssMiB);
  return worker;
}

/** Both sides in turn; the first round does not count. */
async function throughput(workers: ReadonlyMap<ConnectSide, RunningWorker>, file: string): Promise<void> {
  for (let run = 0; run <= runs; run++)
    for (const treatment of ['string', 'json'] as const)
      for (const [side, worker] of workers) {
        const topic = `lines-${side.name.toLowerCase().replace(' ', '-')}-${treatment}-${run}`;
        const input = await fileToTopic(worker, {
          bootstrap: broker.bootstrap,
          file,
          lines,
          topic,
          treatment,
        });
        const output = await topicToFile(worker, { folder, lines, topic, treatment });
        const kind = treatment === 'string' ? 'StringConverter' : 'JsonConverter, three transforms';
        if (run === 0) console.log(`${side.name}: warm-up`, kind, input, output);
        else {
          note(`file to topic, ${kind}: lines/s`, side.name, input.linesPerSecond);
          note(`file to topic, ${kind}: CPU s per million`, side.name, input.cpuSecondsPerMillion);
          note(`topic to file, ${kind}: lines/s`, side.name, output.linesPerSecond);
          note(`topic to file, ${kind}: CPU s per million`, side.name, output.cpuSecondsPerMillion);
        }
      }
}

async function afterLoad(side: ConnectSide, worker: RunningWorker): Promise<void> {
  const loaded = await watchIdle([worker.pid]);
  note('memory after the load, PSS, MiB', side.name, loaded.pssMiB);
  await worker.kill();
  const anew = await side.start(0);
  await idleConnectors(anew, folder, IDLE_CONNECTORS);
  const idle = await watchIdle([anew.pid]);
  note(`memory with ${IDLE_CONNECTORS} idle connectors, PSS, MiB`, side.name, idle.pssMiB);
  note(`CPU s in 10 s with ${IDLE_CONNECTORS} idle connectors`, side.name, idle.idleCpuSeconds);
}

/** Of two workers the second is killed; until the tasks that it had run on the first. */
async function takeover(side: ConnectSide, before: RunningWorker): Promise<void> {
  const keeper: RunningWorker = { ...before };
  const victim = await side.start(1);
  const names = Array.from({ length: IDLE_CONNECTORS }, (_, index) => `idle-${index}`);
  await untilShared(keeper, names, victim.url);
  await victim.kill();
  const killedMs = performance.now();
  await untilRunning(keeper, names, keeper.url);
  note('takeover after kill -9 of a worker, s', side.name, (performance.now() - killedMs) / 1000);
}

function report(): void {
  const names = sides.map(({ name }) => name);
  const rows = [...figures].map(([row, bySide]) => {
    const spreads = names.map((name) => spreadOf(bySide.get(name) ?? [Number.NaN]));
    const digits = (spreads[0]?.median ?? 0) > 100 ? 0 : 2;
    const ratio = spreads.length > 1 ? (spreads[0]?.median ?? 0) / (spreads[1]?.median ?? 1) : Number.NaN;
    return `| ${row} | ${spreads.map((spread) => spreadText(spread, digits)).join(' | ')} | ${ratio.toFixed(2)} |`;
  });
  const table = [
    `| | ${names.join(' | ')} | ratio |`,
    `|---|${'---|'.repeat(names.length + 1)}`,
    ...rows,
  ].join('\n');
  console.log(`\n${table}`);
  if (values['no-record'] || values.only !== '') return;
  const text = [
    `\`${COMMAND}\`, ${where.date}, commit ${where.commit}${where.modified ? ' with changes' : ''}, Node ${where.node}, ${where.processors}, ${where.memoryMiB} MiB,`,
    `load before ${where.loadBefore}. One worker of each side on one Apache Kafka broker; ${lines} lines of 100 B, ${runs} runs of each side in turn`,
    'after one that does not count. Processor time is of the worker and its task hosts. What exactly is measured:',
    '[bench/macro/connect](../bench/macro/connect/README.md).',
  ].join('\n');
  putSection('Connect workers', `${text}\n\n${table}`);
  const samples = Object.fromEntries([...figures].map(([row, bySide]) => [row, Object.fromEntries(bySide)]));
  writeFileSync(
    new URL('results.json', import.meta.url),
    `${JSON.stringify({ command: COMMAND, where, lines, samples }, null, 2)}\n`,
  );
}
