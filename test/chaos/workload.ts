import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** One connector of the run. */
export interface ChaosConnector {
  readonly name: string;
  readonly kind: 'source' | 'sink' | 'file-source' | 'file-sink';
  readonly tasks: number;
  readonly topic: string;
  readonly config: { readonly [key: string]: string };
}

export interface Workload {
  readonly connectors: readonly ChaosConnector[];
  readonly topics: readonly { readonly name: string; readonly partitions: number }[];
}

/** Of each counting connector; each counts into a partition of its own. */
const TASKS = 4;
export const PARTITIONS = TASKS;
const FILES = 2;

/**
 * Pairs of a counting source and a sink that writes down what came, four tasks each, and two pairs that follow and write
 * files: with 40 connectors 150 tasks.
 */
export function workloadOf(options: { readonly connectors: number; readonly folder: string }): Workload {
  const { folder } = options;
  const pairs = Math.max(1, Math.floor(options.connectors / 2) - FILES);
  const connectors: ChaosConnector[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const topic = `numbers-${pair}`;
    const shared = { folder, 'tasks.max': String(TASKS) };
    connectors.push(
      {
        name: `source-${pair}`,
        kind: 'source',
        tasks: TASKS,
        topic,
        config: { ...shared, 'connector.class': 'ChaosSource', topic },
      },
      {
        name: `sink-${pair}`,
        kind: 'sink',
        tasks: TASKS,
        topic,
        config: { ...shared, 'connector.class': 'ChaosSink', topics: topic },
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
          topics: topic,
          'tasks.max': '2',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the sink's own placeholder
          file: join(folder, `written-file-sink-${pair}-${'${task}'}.txt`),
          format: 'lines',
          flush: 'none',
        },
      },
    );
  }
  const topics = [...new Set(connectors.map(({ topic }) => topic))];
  return { connectors, topics: topics.map((name) => ({ name, partitions: PARTITIONS })) };
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
