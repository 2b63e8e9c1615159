import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** One connector of the run. */
export interface ChaosConnector {
  readonly name: string;
  readonly kind: 'source' | 'sink' | 'file-source' | 'file-sink';
  readonly tasks: number;
  readonly topic: string;
  /** Of a sink that refuses records: where these go. */
  readonly deadLetters?: string;
  readonly config: { readonly [key: string]: string };
}

export interface Workload {
  readonly connectors: readonly ChaosConnector[];
  readonly topics: readonly WorkloadTopic[];
  /** What holds the records that sinks refused. */
  readonly deadLetters: readonly WorkloadTopic[];
  readonly exactlyOnce: boolean;
}

export interface WorkloadTopic {
  readonly name: string;
  readonly partitions: number;
}

/** Where transactions end, of the sources in turn. */
const BOUNDARIES = [
  { 'transaction.boundary': 'poll' },
  { 'transaction.boundary': 'interval', 'transaction.boundary.interval.ms': '700' },
  { 'transaction.boundary': 'connector' },
] as const;
/** Each so many sinks refuse records. */
const REFUSES_EVERY = 3;
/** Of each counting connector; each counts into a partition of its own. */
const TASKS = 4;
export const PARTITIONS = TASKS;
const FILES = 2;

/**
 * Pairs of a counting source and a sink that writes down what came, four tasks each, and two pairs that follow and write
 * files: with 40 connectors 150 tasks. Every third sink refuses some records. With `exactlyOnce`, sources write in transactions
 * and sinks read only what was committed.
 */
export function workloadOf(options: {
  readonly connectors: number;
  readonly folder: string;
  readonly exactlyOnce: boolean;
}): Workload {
  const { folder, exactlyOnce } = options;
  const pairs = Math.max(1, Math.floor(options.connectors / 2) - FILES);
  const connectors: ChaosConnector[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const topic = `numbers-${pair}`;
    const shared = { folder, 'tasks.max': String(TASKS) };
    const boundary = BOUNDARIES[pair % BOUNDARIES.length];
    const deadLetters = pair % REFUSES_EVERY === 0 ? `refused-${pair}` : undefined;
    connectors.push(
      {
        name: `source-${pair}`,
        kind: 'source',
        tasks: TASKS,
        topic,
        config: {
          ...shared,
          'connector.class': 'ChaosSource',
          topic,
          ...(exactlyOnce ? { 'exactly.once.support': 'required', ...boundary } : {}),
        },
      },
      {
        name: `sink-${pair}`,
        kind: 'sink',
        tasks: TASKS,
        topic,
        ...(deadLetters === undefined ? {} : { deadLetters }),
        config: {
          ...shared,
          ...sinkConfig(topic, exactlyOnce),
          'connector.class': 'ChaosSink',
          ...(deadLetters === undefined ? {} : refusing(deadLetters)),
        },
      },
    );
  }
  for (let pair = 0; pair < FILES; pair++) {
    const topic = `lines-${pair}`;
    connectors.push(
      {
        name: `file-source-${pair}`,
        kind: 'file-source',
        tasks: 1,
        topic,
        config: { 'connector.class': 'FileSource', file: inputFile(folder, pair), topic },
      },
      {
        name: `file-sink-${pair}`,
        kind: 'file-sink',
        tasks: 2,
        topic,
        config: {
          'connector.class': 'FileSink',
          ...sinkConfig(topic, exactlyOnce),
          'tasks.max': '2',
          file: join(folder, `written-file-sink-${pair}-${'${task}'}.txt`),
          format: 'lines',
          flush: 'none',
        },
      },
    );
  }
  const topics = [...new Set(connectors.map(({ topic }) => topic))];
  const refused = connectors.flatMap(({ deadLetters }) => deadLetters ?? []);
  return {
    connectors,
    topics: topics.map((name) => ({ name, partitions: PARTITIONS })),
    deadLetters: refused.map((name) => ({ name, partitions: 1 })),
    exactlyOnce,
  };
}

function sinkConfig(topic: string, exactlyOnce: boolean) {
  return { topics: topic, ...(exactlyOnce ? { 'consumer.override.isolation.level': 'read_committed' } : {}) };
}

function refusing(deadLetters: string) {
  return {
    'refuse.poison': 'true',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': deadLetters,
    'errors.deadletterqueue.topic.replication.factor': '1',
  };
}

function inputFile(folder: string, pair: number): string {
  return join(folder, `read-file-source-${pair}.txt`);
}

/** Appends numbered lines to the files that are followed, as long as the run goes. */
export class FileWriter {
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;
  /** Lines of each file. */
  lines = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#timer = setInterval(() => this.#write(), 200);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #write(): void {
    const numbers = Array.from({ length: 20 }, (_, index) => this.lines + index);
    for (let pair = 0; pair < FILES; pair++)
      appendFileSync(
        inputFile(this.#folder, pair),
        numbers.map((number) => `file-source-${pair}/0/${number}\n`).join(''),
      );
    this.lines += numbers.length;
  }
}
