import { requireConfig, silentLogger } from '@millrace/foundation';
import type {
  AnyConnector,
  DurableOffset,
  SinkConnector,
  SinkRecord,
  SinkTask,
  SourceConnector,
  SourceOffset,
  SourceRecord,
  SourceTask,
} from '@millrace/sdk';
import manifest from '../src/index.ts';
import type { Service } from './service.ts';

const connector = (name: string): AnyConnector =>
  manifest.plugins.find((plugin) => plugin.class === name) as AnyConnector;
export const postgresSource = connector('PostgresSource') as SourceConnector;
export const postgresSink = connector('PostgresSink') as SinkConnector;

export type Raw = Record<string, string | number | boolean>;

export const sourceRaw = (service: Service, database: string, more: Raw = {}): Raw => ({
  'database.hostname': '127.0.0.1',
  'database.port': service.port,
  'database.user': 'postgres',
  'database.password': 'postgres',
  'database.dbname': database,
  'topic.prefix': 'shop',
  'heartbeat.interval.ms': 100,
  ...more,
});

export const sinkRaw = (service: Service, database: string, more: Raw = {}): Raw => ({
  'connection.url': `jdbc:postgresql://127.0.0.1:${service.port}/${database}`,
  'connection.user': 'postgres',
  'connection.password': 'postgres',
  'table.name.format': '${schema}.${table}',
  ...more,
});

/** What the offset topic holds; survives the runs of a task. */
export class OffsetStore {
  offset: SourceOffset | null = null;
}

/** One life of a source task, driven as the runtime drives it. */
export class SourceRun {
  readonly task: SourceTask;
  readonly records: SourceRecord[] = [];
  readonly #abort = new AbortController();
  readonly #offsets: OffsetStore;
  #polling: Promise<readonly SourceRecord[]> | null = null;

  constructor(raw: Raw, offsets: OffsetStore, connectorName = 'test') {
    this.#offsets = offsets;
    this.task = postgresSource.createTask({
      connector: connectorName,
      task: 0,
      config: requireConfig(postgresSource.config, raw),
      taskConfig: {},
      logger: silentLogger,
      signal: this.#abort.signal,
      offset: async () => offsets.offset,
    });
  }

  async start(): Promise<this> {
    await this.task.start();
    return this;
  }

  /** Polls until `done`; what comes is kept in `records`. */
  async until(done: (records: readonly SourceRecord[]) => boolean, deadlineMs = 30_000): Promise<void> {
    const end = performance.now() + deadlineMs;
    while (!done(this.records)) {
      this.#polling ??= this.task.poll();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), Math.max(0, end - performance.now()));
      });
      const batch = await Promise.race([this.#polling, late]);
      clearTimeout(timer);
      if (batch === null) throw new Error(`only ${this.records.length} records came within ${deadlineMs} ms`);
      this.#polling = null;
      this.records.push(...batch);
    }
  }

  /** Keeps a poll under way, as the runtime does while nothing comes. */
  idle(): void {
    this.#polling ??= this.task.poll();
    this.#polling.catch(() => {});
  }

  /** The offset topic takes the offsets of the first `count` records, and the task hears of it. */
  async commit(count = this.records.length): Promise<void> {
    const last = this.records[count - 1];
    if (!last) return;
    // What is stored goes through JSON.
    this.#offsets.offset = JSON.parse(JSON.stringify(last.sourceOffset)) as SourceOffset;
    const durable: DurableOffset = { partition: last.sourcePartition, offset: this.#offsets.offset };
    await this.task.commit?.([durable]);
  }

  /** Ends the task. Nothing is committed. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#polling?.catch(() => {});
    await this.task.stop();
  }
}

/** A started sink task. */
export async function startSink(raw: Raw): Promise<SinkTask> {
  const task = postgresSink.createTask({
    connector: 'test',
    task: 0,
    config: requireConfig(postgresSink.config, raw),
    taskConfig: {},
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  await task.start();
  return task;
}

/** Records as a consumer would hand them to a sink. */
export function asSinkRecords(records: readonly SourceRecord[]): SinkRecord[] {
  return records.map((record, offset) => ({ ...record, partition: 0, offset }));
}

export const opOf = (record: SourceRecord): unknown =>
  record.headers.find((header) => header.key === '__op')?.value;
