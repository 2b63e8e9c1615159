import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineConfig, definePlugins, defineSink, defineSource, nonEmpty, range } from '@millrace/sdk';
import { writeJournal } from './journal.ts';

const POLL_MS = 200;
const TICK_MS = 1_000;

/** Says when a task starts, lives and stops. */
class Diary {
  readonly #write: (event: 'start' | 'tick' | 'stop') => void;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string, task: string) {
    const life = randomUUID();
    const { pid, ppid: worker } = process;
    this.#write = (event) => writeJournal(folder, { at: Date.now(), event, task, pid, worker, life });
    this.#write('start');
    this.#timer = setInterval(() => this.#write('tick'), TICK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#write('stop');
  }
}

const shared = {
  folder: { type: 'string', importance: 'high', docs: 'Where journals and output go.', validate: nonEmpty },
  note: { type: 'string', default: '', importance: 'low', docs: 'Anything: another one restarts the tasks.' },
} as const;

/** Each task counts from 0 into a partition of its own, and goes on behind its stored offset. */
const chaosSource = defineSource({
  class: 'ChaosSource',
  version: '1.0',
  docs: 'Counts.',
  config: defineConfig({
    ...shared,
    topic: { type: 'string', importance: 'high', docs: 'Where the numbers go.', validate: nonEmpty },
    'records.per.second': {
      type: 'int',
      default: 20,
      importance: 'high',
      docs: 'Of each task.',
      validate: range(1),
    },
  }),
  taskConfigs: (_, maxTasks) => Array.from({ length: maxTasks }, (_unused, part) => ({ part: String(part) })),
  createTask({ connector, config, taskConfig, signal, offset }) {
    const part = taskConfig.part ?? '0';
    const sourcePartition = { part };
    const batchSize = Math.max(1, Math.round((config['records.per.second'] * POLL_MS) / 1000));
    let next = 0;
    let diary: Diary | null = null;
    return {
      async start() {
        diary = new Diary(config.folder, `${connector}-${part}`);
        const stored = await offset(sourcePartition);
        next = stored ? Number(stored.n) + 1 : 0;
      },
      async poll() {
        await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return [];
        const first = next;
        next += batchSize;
        return Array.from({ length: batchSize }, (_, index) => ({
          topic: config.topic,
          partition: Number(part),
          key: null,
          value: `${connector}/${part}/${first + index}`,
          headers: [],
          timestamp: Date.now(),
          sourcePartition,
          sourceOffset: { n: first + index },
        }));
      },
      async stop() {
        diary?.close();
      },
    };
  },
});

/** Appends each value as a line to a file of its process. */
const chaosSink = defineSink({
  class: 'ChaosSink',
  version: '1.0',
  docs: 'Writes down what came.',
  config: defineConfig(shared),
  createTask({ connector, task, config }) {
    const file = join(config.folder, `sunk-${connector}-${task}-${process.pid}.txt`);
    let diary: Diary | null = null;
    return {
      async start() {
        diary = new Diary(config.folder, `${connector}-${task}`);
      },
      async write(batch) {
        await appendFile(file, batch.map(({ value }) => `${value}\n`).join(''));
      },
      async stop() {
        diary?.close();
      },
    };
  },
});

export default definePlugins({ name: 'chaos-plugin', plugins: [chaosSource, chaosSink] });
