import { mkdir } from 'node:fs/promises';
import {
  isMillraceError,
  keptOffsets,
  type Logger,
  MillraceError,
  type OpenedPartition,
  type RateLimiter,
  rateLimiterOf,
  readAt,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
} from '@millrace/sdk';
import type { SinkConfig, sinkConfig } from './config.ts';
import { fileError } from './file-error.ts';
import { journaledPartitions, journalName } from './partition-journal.ts';
import { lineFormat } from './record-line.ts';
import { RolledPartition, type RollOptions } from './rolled-partition.ts';
import { rolls, stateFolder, writeProblems } from './sink-paths.ts';

/** How often it is looked at least whether files are old enough, ms. */
const ROLL_INTERVAL_MAX_MS = 1_000;

/**
 * Writes files that are whole when they appear. Each partition has its own, and a journal beside them that says how much of them counts and
 * which record comes next: so each record is in one file, once.
 */
export class RolledSinkTask implements SinkTask {
  readonly #context: SinkTaskContext<typeof sinkConfig>;
  readonly #options: RollOptions;
  readonly #limiter: RateLimiter | null;
  readonly #partitions = new Map<string, RolledPartition>();
  /** Those that another task has taken, until they are given to this one again. */
  readonly #lost = new Map<string, MillraceError>();
  #timer: NodeJS.Timeout | null = null;
  /** What is under way: one thing at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(context: SinkTaskContext<typeof sinkConfig>) {
    this.#context = context;
    this.#options = rollOptions(context.config, context);
    this.#limiter = rateLimiterOf(context.config);
  }

  async start(): Promise<void> {
    const { config } = this.#context;
    const problem = (await writeProblems(config))[0];
    if (problem)
      throw new MillraceError(problem.message, {
        code: 'FILE_NOT_USABLE',
        class: 'config',
        path: problem.key,
        hint: 'Make the folder, correct the path, or give the worker the right to write there.',
      });
    await this.#asking(() => mkdir(this.#options.folder, { recursive: true }));
    const ageMs = this.#options.ageMaxMs;
    if (ageMs === 0) return;
    this.#timer = setInterval(() => this.#rollOld(), Math.min(ageMs, ROLL_INTERVAL_MAX_MS));
    this.#timer.unref();
  }

  async opened(partitions: readonly OpenedPartition[]): Promise<void> {
    await this.#inTurn(async () => {
      for (const { topic, partition, topicId } of partitions) {
        const name = journalName(topic, partition);
        this.#lost.delete(name);
        await this.#partitions.get(name)?.abandon();
        this.#partitions.delete(name);
        await this.#partitionOf(name, topicId);
      }
    });
  }

  async closed(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#inTurn(async () => {
      for (const { topic, partition } of partitions) await this.#release(journalName(topic, partition));
    });
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    await this.#limiter?.take(batch.length, this.#context.signal);
    const parts = Map.groupBy(batch, (record) => {
      const { topic, partition } = readAt(record);
      return journalName(topic, partition);
    });
    await this.#inTurn(async () => {
      for (const [name, records] of parts) {
        const partition = await this.#partitionOf(name, null);
        await this.#guarded(name, () => partition.write(records));
      }
    });
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    await this.#inTurn(async () => {
      for (const name of [...this.#partitions.keys()]) await this.#release(name);
    });
  }

  async #partitionOf(name: string, topicId: string | null): Promise<RolledPartition> {
    const lost = this.#lost.get(name);
    if (lost) throw lost;
    let partition = this.#partitions.get(name);
    if (partition === undefined) {
      partition = await this.#asking(() => RolledPartition.take(name, this.#options, topicId));
      this.#partitions.set(name, partition);
    }
    return partition;
  }

  /** Lets go of a partition; what fails is made good by who takes it next. */
  async #release(name: string): Promise<void> {
    const partition = this.#partitions.get(name);
    this.#partitions.delete(name);
    await partition?.release().catch((error: unknown) => {
      this.#context.logger.debug({ partition: name, error: String(error) }, 'partition was not let go');
    });
  }

  /** After a partition was taken by another task, nothing is written to it any more. */
  async #guarded(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.#asking(work);
    } catch (error) {
      if (isMillraceError(error) && error.code === 'PARTITION_TAKEN') {
        this.#lost.set(name, error);
        await this.#partitions.get(name)?.abandon();
        this.#partitions.delete(name);
      }
      throw error;
    }
  }

  // Without this a file would wait for its next record, however late that comes.
  #rollOld(): void {
    void this.#inTurn(async () => {
      for (const [name, partition] of this.#partitions)
        await this.#guarded(name, () => partition.roll('old', Date.now()));
    }).catch((error: unknown) => {
      // The next batch meets the same, and fails by it.
      this.#context.logger.debug({ error: String(error) }, 'files could not be completed');
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #asking<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isMillraceError(error)) throw error;
      throw fileError(error, pathOf(error) ?? this.#options.folder, 'file');
    }
  }
}

/** The path that a failed call of the file system was about. */
const pathOf = (error: unknown): string | null =>
  error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null;

function rollOptions(
  config: SinkConfig,
  { connector, task, logger }: { connector: string; task: number; logger: Pick<Logger, 'warn'> },
): RollOptions {
  const { compression } = config;
  return {
    file: config.file,
    task,
    format: lineFormat(config),
    compression: compression === 'gzip' || compression === 'zstd' ? compression : 'none',
    folder: stateFolder(config, connector),
    sync: config.flush !== 'none',
    recordsMax: config['rotate.records'],
    bytesMax: config['rotate.bytes'],
    ageMaxMs: config['rotate.interval.ms'],
    openMax: config['open.files.max'],
    logger,
  };
}

/** The offsets in the journals, for who sets or resets them. */
export const kept = keptOffsets<SinkConfig>({
  keeps: rolls,
  async within(config, connector, work) {
    const options = rollOptions(config, { connector, task: 0, logger: { warn: () => undefined } });
    const move = async (name: string, offset: number) => {
      const partition = await RolledPartition.take(name, options, null);
      try {
        await partition.moveTo(offset, null);
      } finally {
        await partition.release();
      }
    };
    try {
      await mkdir(options.folder, { recursive: true });
      await work({
        async set(positions) {
          for (const { topic, partition, offset } of positions)
            await move(journalName(topic, partition), offset);
        },
        async reset() {
          for (const { topic, partition } of await journaledPartitions(options.folder))
            await move(journalName(topic, partition), 0);
        },
      });
    } catch (error) {
      throw isMillraceError(error) ? error : fileError(error, options.folder, 'file');
    }
  },
});
