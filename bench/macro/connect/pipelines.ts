import { once } from 'node:events';
import { createWriteStream, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { createAdmin } from '@millrace/client';
import { useOfTrees } from '../../measure/process-tree.ts';
import type { RunningWorker } from './side.ts';

const LINE_CHARACTERS = 100;
const LOOK_EVERY_MS = 20;
const TIMEOUT_MS = 300_000;

/** Kafka Connect's own classes; both sides take them. */
const SOURCE = 'org.apache.kafka.connect.file.FileStreamSourceConnector';
const SINK = 'org.apache.kafka.connect.file.FileStreamSinkConnector';
const TRANSFORMS = 'org.apache.kafka.connect.transforms';

/** What a pipeline does with each record. */
export type Treatment = 'string' | 'json';

/** Lines to a JSON object with a field more and a field renamed; and back to the line. */
const TREATMENTS: Readonly<Record<Treatment, { readonly source: Config; readonly sink: Config }>> = {
  string: { source: {}, sink: {} },
  json: {
    source: {
      ...converter(),
      transforms: 'hoist,insert,rename',
      'transforms.hoist.type': `${TRANSFORMS}.HoistField$Value`,
      'transforms.hoist.field': 'line',
      'transforms.insert.type': `${TRANSFORMS}.InsertField$Value`,
      'transforms.insert.static.field': 'origin',
      'transforms.insert.static.value': 'bench',
      'transforms.rename.type': `${TRANSFORMS}.ReplaceField$Value`,
      'transforms.rename.renames': 'line:text',
    },
    sink: {
      ...converter(),
      transforms: 'insert,rename,extract',
      'transforms.insert.type': `${TRANSFORMS}.InsertField$Value`,
      'transforms.insert.offset.field': 'at',
      'transforms.rename.type': `${TRANSFORMS}.ReplaceField$Value`,
      'transforms.rename.renames': 'text:line',
      'transforms.extract.type': `${TRANSFORMS}.ExtractField$Value`,
      'transforms.extract.field': 'line',
    },
  },
};

type Config = { readonly [key: string]: string };

function converter(): Config {
  return {
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  };
}

export interface Throughput {
  readonly linesPerSecond: number;
  /** Of the worker and its task hosts, for a million lines. */
  readonly cpuSecondsPerMillion: number;
}

/** A file of lines of 100 characters, which is what both sides read. */
export async function writeLines(folder: string, lines: number): Promise<string> {
  const file = join(folder, 'lines.txt');
  const out = createWriteStream(file);
  for (let line = 0; line < lines; ) {
    const some: string[] = [];
    for (; some.length < 10_000 && line < lines; line++)
      some.push(
        `${String(line).padStart(12, '0')} ${'the quick brown fox jumps over the lazy dog '.repeat(2)}`.slice(
          0,
          LINE_CHARACTERS,
        ),
      );
    if (!out.write(`${some.join('\n')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return file;
}

/** From the request for the connector until the last line is in the topic. */
export async function fileToTopic(
  worker: RunningWorker,
  of: {
    readonly bootstrap: string;
    readonly file: string;
    readonly lines: number;
    readonly topic: string;
    readonly treatment: Treatment;
  },
): Promise<Throughput> {
  const admin = createAdmin({ bootstrapServers: [of.bootstrap] });
  try {
    await admin.createTopics([{ name: of.topic, partitions: 1 }]);
    const config = {
      'connector.class': SOURCE,
      file: of.file,
      topic: of.topic,
      ...TREATMENTS[of.treatment].source,
    };
    return await measured(worker, { name: `in-${of.topic}`, config, lines: of.lines }, async () => {
      const [end = 0] = await admin.listOffsets([{ topic: of.topic, partition: 0 }], 'latest');
      return end >= of.lines;
    });
  } finally {
    await admin.close();
  }
}

/** From the request for the connector until the last line is in the file. */
export async function topicToFile(
  worker: RunningWorker,
  of: {
    readonly folder: string;
    readonly lines: number;
    readonly topic: string;
    readonly treatment: Treatment;
  },
): Promise<Throughput> {
  const file = join(of.folder, `out-${of.topic}.txt`);
  const config = {
    ...{ 'connector.class': SINK, file, topics: of.topic, ...TREATMENTS[of.treatment].sink },
    // As Kafka's sink does, which never waits for the disk; ours does by default, batch by batch.
    flush: 'none',
  };
  const wholeBytes = of.lines * (LINE_CHARACTERS + 1);
  try {
    return await measured(
      worker,
      { name: `out-${of.topic}`, config, lines: of.lines },
      async () => existsSync(file) && statSync(file).size >= wholeBytes,
    );
  } finally {
    rmSync(file, { force: true });
  }
}

/** From the request for a connector until what it moves has arrived; the connector is gone then. */
export async function measured(
  worker: RunningWorker,
  connector: { readonly name: string; readonly config: Config; readonly lines: number },
  isDone: () => Promise<boolean>,
): Promise<Throughput> {
  const { name, config, lines } = connector;
  const before = useOfTrees([worker.pid]).cpuSeconds;
  const startedMs = performance.now();
  await ask(worker, 'PUT', `/connectors/${name}/config`, { 'tasks.max': '1', ...config });
  while (!(await isDone())) {
    if (performance.now() - startedMs > TIMEOUT_MS) throw new Error(`${name} takes too long`);
    await passed(LOOK_EVERY_MS);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const cpuSeconds = useOfTrees([worker.pid]).cpuSeconds - before;
  await ask(worker, 'DELETE', `/connectors/${name}`);
  return { linesPerSecond: lines / seconds, cpuSecondsPerMillion: (cpuSeconds * 1e6) / lines };
}

/** Connectors that follow files in which nothing happens; resolves when all tasks run. */
export async function idleConnectors(worker: RunningWorker, folder: string, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `idle-${index}`);
  for (const name of names) {
    const config = {
      'connector.class': SOURCE,
      file: join(folder, `${name}.txt`),
      topic: 'idle',
      'tasks.max': '1',
    };
    await ask(worker, 'PUT', `/connectors/${name}/config`, config);
  }
  await untilRunning(worker, names);
}

/** Waits until the first task of each runs. */
export async function untilRunning(
  worker: RunningWorker,
  names: readonly string[],
  on?: string,
): Promise<void> {
  const startedMs = performance.now();
  for (const name of names)
    for (;;) {
      const task = await firstTask(worker, name);
      if (task?.state === 'RUNNING' && (on === undefined || on.endsWith(task.worker_id))) break;
      if (performance.now() - startedMs > TIMEOUT_MS * 2) throw new Error(`${name} does not run`);
      await passed(LOOK_EVERY_MS);
    }
}

/** Waits until all run, a third of them at least on the other worker: a rebalance has divided them. */
export async function untilShared(
  worker: RunningWorker,
  names: readonly string[],
  withUrl: string,
): Promise<void> {
  const startedMs = performance.now();
  for (let there = 0; there * 3 < names.length; await passed(LOOK_EVERY_MS)) {
    const tasks = await Promise.all(names.map((name) => firstTask(worker, name)));
    there = tasks.filter((task) => task?.state === 'RUNNING' && withUrl.endsWith(task.worker_id)).length;
    if (performance.now() - startedMs > TIMEOUT_MS) throw new Error(`${withUrl} gets no tasks`);
  }
  await untilRunning(worker, names);
}

interface TaskStatus {
  readonly state: string;
  readonly worker_id: string;
}

/** Null where it is not known yet, or cannot be asked for just now. */
async function firstTask(worker: RunningWorker, connector: string): Promise<TaskStatus | null> {
  const asked = ask(worker, 'GET', `/connectors/${connector}/status`).catch(() => null);
  const status = (await asked) as { readonly tasks?: readonly TaskStatus[] } | null;
  return status?.tasks?.[0] ?? null;
}

/** Asks the worker; a refusal of the moment (a rebalance) is asked again. */
export async function ask(
  worker: RunningWorker,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const answer = await fetch(`${worker.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return text === '' ? null : JSON.parse(text);
    const passing = answer.status === 409 || answer.status >= 500 || answer.status === 404;
    if (!passing || performance.now() > deadlineMs)
      throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    await passed(200);
  }
}
