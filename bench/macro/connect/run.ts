import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Figures } from '../../measure/figures.ts';
import { circumstances } from '../../measure/machine.ts';
import { useOfTrees } from '../../measure/process-tree.ts';
import { record } from '../../measure/record.ts';
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
    bootstrap: { type: 'string' },
    'no-takeover': { type: 'boolean' },
    'no-record': { type: 'boolean' },
  },
});
const given = values.bootstrap;
if (given !== undefined && values.only !== 'Millrace')
  throw new Error('--bootstrap is for one side alone: add --only Millrace');
const missing = given === undefined ? kafkaMissing() : null;
if (missing) throw new Error(`both sides run on Apache Kafka's broker: ${missing}`);
const runs = Number(values.runs);
const lines = Number(values.lines);

const figures = new Figures();
const where = circumstances();
const folder = mkdtempSync(join(tmpdir(), 'bench-connect-lines-'));
const broker = given === undefined ? await KafkaBroker.start() : { bootstrap: given, close: () => undefined };
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
  figures.note('CPU s until `GET /connectors` answers', side.name, useOfTrees([worker.pid]).cpuSeconds);
  figures.note('start until `GET /connectors` answers, s', side.name, worker.startSeconds);
  const idle = await watchIdle([worker.pid]);
  figures.note('idle memory, PSS, MiB', side.name, idle.pssMiB);
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
          figures.note(`file to topic, ${kind}: lines/s`, side.name, input.linesPerSecond);
          figures.note(`file to topic, ${kind}: CPU s per million`, side.name, input.cpuSecondsPerMillion);
          figures.note(`topic to file, ${kind}: lines/s`, side.name, output.linesPerSecond);
          figures.note(`topic to file, ${kind}: CPU s per million`, side.name, output.cpuSecondsPerMillion);
        }
      }
}

async function afterLoad(side: ConnectSide, worker: RunningWorker): Promise<void> {
  const loaded = await watchIdle([worker.pid]);
  figures.note('memory after the load, PSS, MiB', side.name, loaded.pssMiB);
  await worker.kill();
  const anew = await side.start(0);
  await idleConnectors(anew, folder, IDLE_CONNECTORS);
  const idle = await watchIdle([anew.pid]);
  figures.note(`memory with ${IDLE_CONNECTORS} idle connectors, PSS, MiB`, side.name, idle.pssMiB);
  figures.note(`CPU s in 10 s with ${IDLE_CONNECTORS} idle connectors`, side.name, idle.idleCpuSeconds);
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
  figures.note('takeover after kill -9 of a worker, s', side.name, (performance.now() - killedMs) / 1000);
}

function report(): void {
  const table = figures.table(
    sides.map(({ name }) => name),
    { ratio: true },
  );
  console.log(`\n${table}`);
  if (values['no-record'] || values.only !== '') return;
  record(
    {
      title: 'Connect workers',
      command: COMMAND,
      folder: 'connect',
      about: `One worker of each side on one Apache Kafka broker; ${lines} lines of 100 B, ${runs} runs of each side in turn\nafter one that does not count. Processor time is of the worker and its task hosts.`,
    },
    where,
    { tables: table, results: { lines, samples: figures.samples } },
  );
}
