import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Admin, createAdmin, createConsumer, type TopicPartition } from '@millrace/client';
import type { SeenRecord, StreamPosition } from './history-check.ts';
import { AUDIT_TABLE, SCHEMA, TOPIC_PREFIX, topics } from './tables.ts';
import type { ChangeKind } from './workload.ts';

const SOURCE = 'capture';
const SINK = 'copy';
const AUDIT = 'audit';
export const SLOT = `millrace_${SOURCE}`;
/** Of both sinks. */
export const SINK_GROUPS = [`connect-${SINK}`, `connect-${AUDIT}`] as const;
export const OFFSET_TOPIC = 'connect-offsets';
const PARTITIONS = 3;
const SINK_TASKS = 2;
const POLL_MS = 500;
const READ_TIMEOUT_MS = 120_000;
const REQUEST_TIMEOUT_MS = 30_000;

export interface DatabaseServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** What is asked of the running process from outside: its REST API, and its broker by our client. */
export class Pipeline {
  readonly #bootstrap: string;
  readonly #rest: string;
  readonly partitions: readonly TopicPartition[] = topics.flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
  );

  constructor(kafkaPort: number, httpPort: number) {
    this.#bootstrap = `127.0.0.1:${kafkaPort}`;
    this.#rest = `http://127.0.0.1:${httpPort}`;
  }

  /** A client of its own for each start: one that outlived a crash would still be waiting for its next try. */
  admin(): Admin {
    return createAdmin({ bootstrapServers: [this.#bootstrap], retryBackoffMs: 20, retryBackoffMaxMs: 100 });
  }

  async createTopics(): Promise<void> {
    const admin = this.admin();
    await admin.createTopics(topics.map((name) => ({ name, partitions: PARTITIONS })));
    await admin.close();
  }

  async createConnectors(server: DatabaseServer, from: string, to: string): Promise<void> {
    const database = {
      'database.hostname': server.host,
      'database.port': String(server.port),
      'database.user': server.user,
      'database.password': server.password,
    };
    await this.#create(SOURCE, {
      'connector.class': 'PostgresSource',
      ...database,
      'database.dbname': from,
      'topic.prefix': TOPIC_PREFIX,
      'table.include.list': `${SCHEMA}[.].*`,
    });
    await this.#create(SINK, {
      'connector.class': 'PostgresSink',
      'tasks.max': String(SINK_TASKS),
      topics: topics.join(','),
      ...database,
      'database.dbname': to,
      'table.name.format': '$' + '{schema}.$' + '{table}',
    });
    // A row for each record, in a table without any key: what came twice would stand there twice.
    await this.#create(AUDIT, {
      'connector.class': 'PostgresSink',
      'tasks.max': String(SINK_TASKS),
      topics: topics.join(','),
      ...database,
      'database.dbname': to,
      'delivery.guarantee': 'exactly_once',
      'insert.mode': 'insert',
      'pk.mode': 'none',
      'table.name.format': `${SCHEMA}.${AUDIT_TABLE}`,
      transforms: 'place,only',
      'transforms.place.type': 'InsertField$Value',
      'transforms.place.topic.field': 'read_topic',
      'transforms.place.partition.field': 'read_partition',
      'transforms.place.offset.field': 'read_offset',
      'transforms.only.type': 'ReplaceField$Value',
      'transforms.only.include': 'read_topic,read_partition,read_offset',
    });
  }

  /** States of all connectors and all their tasks, with the error of those that have one. */
  async states(): Promise<readonly string[]> {
    const statuses = await Promise.all([SOURCE, SINK, AUDIT].map((name) => this.#status(name)));
    return statuses.flatMap(({ name, connector, tasks }) => [
      `${name} ${connector.state}`,
      ...tasks.map((task) => `${name}-${task.id} ${task.state}${task.error ? ` ${task.error.message}` : ''}`),
    ]);
  }

  async sourceRuns(): Promise<boolean> {
    return (await this.states()).some((state) => state.startsWith(`${SOURCE}-0 RUNNING`));
  }

  /** All that the topics hold, by partition in the order of offsets. */
  async records(): Promise<readonly SeenRecord[]> {
    const seen: SeenRecord[] = [];
    await this.#readAll(this.partitions, (record) => {
      const header = (name: string) =>
        record.headers.find(({ key }) => key === name)?.value?.toString('utf8') ?? null;
      const value = record.value && JSON.parse(record.value.toString('utf8'));
      const transactionId = header('__txId');
      seen.push({
        topic: record.topic,
        partition: record.partition,
        offset: record.offset,
        key: Object.values(JSON.parse(record.key?.toString('utf8') ?? '{}')).join('/'),
        kind: textOf(header('__op')) as ChangeKind,
        version: value?.version ?? null,
        mark: value?.mark ?? null,
        lsn: lsnNumber(textOf(header('__lsn'))),
        transactionId: transactionId === null ? null : Number(transactionId),
      });
    });
    return seen;
  }

  /** The source's offsets as they were stored one after the other, by partition of the offset topic. */
  async storedOffsets(): Promise<
    readonly (StreamPosition & { readonly place: string; readonly offset: number })[]
  > {
    const stored: (StreamPosition & { place: string; offset: number })[] = [];
    const admin = this.admin();
    const [topic] = await admin.describeTopics([OFFSET_TOPIC]);
    await admin.close();
    const partitions = topic!.partitions.map(({ partition }) => ({ topic: OFFSET_TOPIC, partition }));
    await this.#readAll(partitions, ({ key, value, partition, offset }) => {
      if (JSON.parse(key?.toString('utf8') ?? '[]')[0] !== SOURCE || !value) return;
      const { lsn, event = 0 } = JSON.parse(value.toString('utf8'));
      stored.push({ place: `${OFFSET_TOPIC}-${partition}`, offset, lsn: lsnNumber(lsn), event });
    });
    return stored;
  }

  /** How many records kcat counts in the topics; null where it is not installed. */
  async countByKcat(): Promise<number | null> {
    let count = 0;
    for (const topic of topics) {
      const args = ['-C', '-b', this.#bootstrap, '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '.'];
      try {
        const { stdout } = await promisify(execFile)('kcat', args, {
          maxBuffer: 1 << 28,
          timeout: READ_TIMEOUT_MS,
        });
        count += stdout.length;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    }
    return count;
  }

  async #readAll(
    partitions: readonly TopicPartition[],
    take: (record: Awaited<ReturnType<ReturnType<typeof createConsumer>['poll']>>[number]) => void,
  ): Promise<void> {
    const consumer = createConsumer({ bootstrapServers: [this.#bootstrap], autoOffsetReset: 'earliest' });
    const deadlineMs = performance.now() + READ_TIMEOUT_MS;
    try {
      consumer.assign(partitions);
      const ends = await consumer.endOffsets(partitions);
      const unread = () => partitions.some((one, index) => (consumer.position(one) ?? 0) < ends[index]!);
      while (unread()) {
        for (const record of await consumer.poll(POLL_MS)) take(record);
        if (performance.now() > deadlineMs) throw new Error('reading the topics takes too long');
      }
    } finally {
      await consumer.close();
    }
  }

  async #create(name: string, config: { readonly [key: string]: string }): Promise<void> {
    const answer = await fetch(`${this.#rest}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, config }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (answer.status !== 201) throw new Error(`creating ${name}: ${answer.status} ${await answer.text()}`);
  }

  async #status(name: string): Promise<ConnectorStatus> {
    const answer = await fetch(`${this.#rest}/connectors/${name}/status`, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`status of ${name}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as ConnectorStatus;
  }
}

interface ConnectorStatus {
  readonly name: string;
  readonly connector: { readonly state: string };
  readonly tasks: readonly {
    readonly id: number;
    readonly state: string;
    readonly error?: { readonly message: string };
  }[];
}

/** `0/16B3748` as a number; logs of tests stay far below 2^53 bytes. */
export function lsnNumber(text: string): number {
  const [high = '', low = ''] = text.split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

/** A header of text comes as it is or as JSON, as the header converter has it. */
const textOf = (header: string | null): string => (header ?? '').replace(/^"|"$/g, '');
