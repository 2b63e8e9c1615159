import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin } from '@millrace/client';
import { SeededRandom } from '../crash/seeded-random.ts';
import { eventually } from '../support/index.ts';
import type { BrokerKind } from './chaos-broker.ts';
import { Cluster } from './cluster.ts';
import { FaultInjector } from './fault-injector.ts';
import { readLives } from './journal.ts';
import { Ledger, ledgerOfFiles, readTopic, valuesOf } from './ledger.ts';
import { isPoison } from './poison.ts';
import { judge, type Verdict } from './verdict.ts';
import { type ChaosConnector, FileWriter, PARTITIONS, type Workload, workloadOf } from './workload.ts';

const WORKERS = 3;
const START_TIMEOUT_MS = 120_000;
/** Once everything is up again, all tasks run and sinks have caught up within these. */
const ALL_RUN_TIMEOUT_MS = 120_000;
const CATCH_UP_TIMEOUT_MS = 180_000;

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly connectors: number;
  readonly broker: BrokerKind;
  /** Whether sources write in transactions; otherwise at least once. */
  readonly exactlyOnce: boolean;
  readonly say: (line: string) => void;
  /** Ends the run before its time; no process outlives it. */
  readonly signal?: AbortSignal;
}

export interface ChaosReport {
  readonly broker: string;
  readonly connectors: number;
  readonly tasks: number;
  /** How many of each kind. */
  readonly faults: ReadonlyMap<string, number>;
  readonly requestsRefused: number;
  readonly records: number;
  readonly repeats: number;
  readonly sunk: number;
  readonly sunkRepeats: number;
  readonly deadLetters: number;
  readonly verdict: Verdict;
  readonly allRunMs: number;
  readonly caughtUpMs: number;
  readonly violations: readonly string[];
  /** Where everything lies, when something is wrong. */
  readonly kept: string | null;
}

/** Runs the workload through faults, then counts: every number in its topic, everything of the topic in its sink. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const plugin = new URL('plugin.ts', import.meta.url).href;
  const { broker, connectors, exactlyOnce } = options;
  const workload = workloadOf({ connectors, folder, exactlyOnce });
  const cluster = await Cluster.on(folder, { broker, exactlyOnce, workers: WORKERS, plugin });
  let violated = true;
  try {
    await cluster.start([...workload.topics, ...workload.deadLetters]);
    const report = await Promise.race([
      drive(folder, cluster, workload, options),
      whenAborted(options.signal),
    ]);
    violated = report.violations.length > 0;
    return violated ? { ...report, kept: folder } : report;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n(everything is kept in ${folder})`, { cause: error });
  } finally {
    await cluster.close();
    if (!violated) rmSync(folder, { recursive: true, force: true });
  }
}

async function drive(
  folder: string,
  cluster: Cluster,
  workload: Workload,
  options: ChaosOptions,
): Promise<ChaosReport> {
  const { say } = options;
  const writer = new FileWriter(folder);
  const injector = new FaultInjector({
    cluster,
    connectors: workload.connectors,
    random: new SeededRandom(options.seed),
    say,
  });
  const violations: string[] = [];
  let timesMs = { allRunMs: -1, caughtUpMs: -1 };
  try {
    for (const { name, config } of workload.connectors)
      await cluster.rest.ask('PUT', `/connectors/${name}/config`, config);
    await allRun(cluster, workload, START_TIMEOUT_MS);
    say('all tasks run; faults begin');
    await injector.run(options.minutes * 60_000);
    say('faults are over');
    timesMs = await settle(cluster, workload, writer);
  } catch (error) {
    violations.push((error as Error).message);
  } finally {
    writer.stop();
  }
  const verdict = judge(readLives(folder), injector.faults);
  const count = await countAll(folder, cluster, workload, writer.lines);
  return {
    broker: cluster.broker.name,
    connectors: workload.connectors.length,
    tasks: taskCount(workload),
    faults: new Map(
      Map.groupBy(injector.faults, ({ kind }) => kind)
        .entries()
        .map(([kind, all]) => [kind, all.length]),
    ),
    requestsRefused: injector.requestsRefused,
    ...count,
    verdict,
    ...timesMs,
    violations: [...violations, ...count.violations, ...verdict.violations],
    kept: null,
  };
}

function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('interrupted')), { once: true });
  });
}

function taskCount({ connectors }: Workload): number {
  return connectors.reduce((sum, { tasks }) => sum + tasks, 0);
}

/** Everything runs; then the sources stop, and the sinks read to the ends. */
async function settle(cluster: Cluster, workload: Workload, writer: FileWriter) {
  const startedMs = performance.now();
  await allRun(cluster, workload, ALL_RUN_TIMEOUT_MS);
  const allRunMs = performance.now() - startedMs;
  writer.stop();
  const { rest } = cluster;
  const sources = workload.connectors.filter(({ kind }) => kind === 'source');
  for (const { name } of sources) await rest.ask('PUT', `/connectors/${name}/pause`);
  await eventually(
    async () => (await rest.tasks()).filter(({ state }) => state === 'PAUSED').length === sources.length * 4,
    {
      what: 'the counting sources to pause',
      timeoutMs: ALL_RUN_TIMEOUT_MS,
    },
  );
  const pausedMs = performance.now();
  const sinks = workload.connectors.filter(({ kind }) => kind.endsWith('sink'));
  // Twice: what a paused source had in flight may have come behind the first look.
  for (let look = 0; look < 2; look++)
    await Promise.all(sinks.map((sink) => caughtUp(cluster.bootstrap, sink)));
  return { allRunMs, caughtUpMs: performance.now() - pausedMs };
}

async function allRun(cluster: Cluster, workload: Workload, timeoutMs: number): Promise<void> {
  let idle: readonly string[] = [];
  try {
    await eventually(
      async () => {
        const tasks = await cluster.rest.tasks();
        idle = tasks.flatMap(({ task, state, worker, trace }) =>
          state === 'RUNNING' ? [] : [`${task} ${state} ${worker} ${trace}`],
        );
        return tasks.length === taskCount(workload) && idle.length === 0;
      },
      { what: 'all tasks to run', timeoutMs },
    );
  } catch (error) {
    throw new Error(
      `${(error as Error).message}: ${idle.length} do not, such as ${idle.slice(0, 5).join('; ')}`,
    );
  }
}

/** Waits until a sink's group has committed what is in its topic. */
async function caughtUp(bootstrap: string, { name, topic }: ChaosConnector): Promise<void> {
  const admin = createAdmin({ bootstrapServers: [bootstrap] });
  let lag = Number.NaN;
  try {
    await eventually(
      async () => {
        const committed = await admin.groupOffsets(`connect-${name}`);
        const at = new Map(committed.map((one) => [one.partition, one.offset]));
        const from = Array.from({ length: PARTITIONS }, (_, partition) => at.get(partition) ?? 0);
        // Not by offsets: where transactions end there is one that is no record's.
        lag = 0;
        await valuesOf(bootstrap, { topic, from }, () => lag++);
        return lag === 0;
      },
      { what: `${name} to catch up`, timeoutMs: CATCH_UP_TIMEOUT_MS },
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${lag} records are left`, { cause: error });
  } finally {
    await admin.close();
  }
}

async function countAll(folder: string, cluster: Cluster, workload: Workload, lines: number) {
  const { bootstrap } = cluster;
  const violations: string[] = [];
  const sums = { records: 0, repeats: 0, sunk: 0, sunkRepeats: 0, deadLetters: 0 };
  for (const { name, partitions } of workload.topics) {
    const source = workload.connectors.find((one) => one.topic === name && !one.kind.endsWith('sink'));
    const topic = await readTopic(bootstrap, { name, partitions }, new Ledger());
    // Counters have no gaps; of files it is known besides how many lines were written.
    const isFile = source?.kind === 'file-source';
    const counts = isFile ? new Map([[`${source.name}/0`, lines]]) : topic.counts();
    violations.push(...wrongIn(name, topic, counts));
    if (!isFile && topic.leaps > 0) violations.push(`${name}: ${topic.leaps} records came out of order`);
    if (workload.exactlyOnce && topic.repeats > 0)
      violations.push(`${name}: ${topic.repeats} records are repeats, and none may be`);
    sums.records += topic.records;
    sums.repeats += topic.repeats;
    const sink = workload.connectors.find((one) => one.topic === name && one.kind.endsWith('sink'));
    if (!sink) continue;
    const sunk = await ledgerOfFiles(folder, `${sink.kind === 'sink' ? 'sunk' : 'written'}-${sink.name}-`);
    sums.sunk += sunk.records;
    if (sink.deadLetters !== undefined) {
      // What was refused must be in the one place, everything else in the other.
      const written = sunk.records;
      await valuesOf(bootstrap, { topic: sink.deadLetters, from: [0] }, (value) => {
        if (!isPoison(value)) violations.push(`${sink.deadLetters} holds ${value}, which is no poison`);
        sunk.add(value);
      });
      sums.deadLetters += sunk.records - written;
    }
    violations.push(...wrongIn(sink.name, sunk, topic.counts()));
    sums.sunkRepeats += sunk.repeats;
  }
  return { ...sums, violations };
}

function wrongIn(what: string, ledger: Ledger, counts: ReadonlyMap<string, number>): readonly string[] {
  const lacks = ledger.lacks(counts).map((lack) => `${what}: ${lack}`);
  const [stranger] = ledger.strangers;
  return stranger === undefined ? lacks : [...lacks, `${what} holds what nobody wrote: ${stranger}`];
}
