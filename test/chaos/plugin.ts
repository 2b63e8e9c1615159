import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  defineConfig,
  definePlugins,
  defineSink,
  defineSource,
  MillraceError,
  nonEmpty,
  range,
  type SourceRecord,
} from '@millrace/sdk';
import { writeJournal } from './journal.ts';
import { isPoison } from './poison.ts';

const POLL_MS = 500;
const TICK_MS = 1_000;
/** What a write takes, so that kills come in the middle of one. */
const WRITE_MS = 150;
/** Where tasks end their transactions themselves, each so many polls begin with a record that is taken back. */
const NOISE_EVERY = 5;

/** Says when a task starts, lives and stops. */
class Diary {
  readonly #write: (event: 'start' | 'tick' | 'stop') => void;
  readonly #timer: NodeJS.Timeout;

  constructor(config: { readonly folder: string; readonly note: string }, task: string) {
    const life = randomUUID();
    const { folder, note } = config;
    const { pid, ppid: worker } = process;
    this.#write = (event) => writeJournal(folder, { at: Date.now(), event, task, pid, worker, life, note });
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
  exactlyOnce: () => true,
  definesTransactions: () => true,
  createTask({ connector, config, taskConfig, signal, offset, transaction }) {
    const part = taskConfig.part ?? '0';
    const sourcePartition = { part };
    const batchSize = Math.max(1, Math.round((config['records.per.second'] * POLL_MS) / 1000));
    let next = 0;
    let polls = 0;
    let diary: Diary | null = null;
    const record = (n: number, value: string): SourceRecord => ({
      topic: config.topic,
      partition: Number(part),
      key: null,
      value,
      headers: [],
      timestamp: Date.now(),
      sourcePartition,
      sourceOffset: { n },
    });
    return {
      async start() {
        diary = new Diary(config, `${connector}-${part}`);
        const stored = await offset(sourcePartition);
        next = stored ? Number(stored.n) + 1 : 0;
      },
      async poll() {
        await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return [];
        const first = next;
        next += batchSize;
        const records = Array.from({ length: batchSize }, (_, index) =>
          record(first + index, `${connector}/${part}/${first + index}`),
        );
        if (!transaction) return records;
        transaction.commit(records.at(-1));
        if (polls++ % NOISE_EVERY > 0) return records;
        // Nobody may ever see it.
        const noise = record(first - 1, 'noise');
        transaction.abort(noise);
        return [noise, ...records];
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
  config: defineConfig({
    ...shared,
    'refuse.poison': { type: 'boolean', default: false, importance: 'low', docs: 'Refuses some numbers.' },
  }),
  createTask({ connector, task, config }) {
    const file = join(config.folder, `sunk-${connector}-${task}-${process.pid}.txt`);
    let diary: Diary | null = null;
    return {
      async start() {
        diary = new Diary(config, `${connector}-${task}`);
      },
      async write(batch) {
        if (config['refuse.poison'] && batch.some(({ value }) => isPoison(String(value))))
          throw new MillraceError('The batch holds a number that is refused.', {
            code: 'CHAOS_POISON',
            class: 'poison',
          });
        await delay(WRITE_MS);
        await appendFile(file, batch.map(({ value }) => `${value}\n`).join(''));
      },
      async stop() {
        diary?.close();
      },
    };
  },
});

export default definePlugins({ name: 'chaos-plugin', plugins: [chaosSource, chaosSink] });
