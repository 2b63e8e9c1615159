import type { ErrorReport, Json, JsonObject } from '@millrace/foundation';
import type { RestartState } from '../core/restart/restart-state.ts';
import { parseTaskKey, type TaskId, taskKey } from '../core/task-id.ts';
import { jsonBytes, readJson } from './json-record.ts';
import type { OpenLog, RecordLog } from './record-log.ts';
import { UnstoredStatuses } from './unstored-statuses.ts';

export type StatusState =
  | 'UNASSIGNED'
  | 'RUNNING'
  | 'PAUSED'
  | 'FAILED'
  | 'RESTARTING'
  | 'STOPPED'
  | 'DESTROYED';

export interface Status {
  readonly state: StatusState;
  readonly workerId: string;
  readonly generation: number;
  readonly version?: string;
  /** Kafka Connect's field: the failure as people read it. */
  readonly trace?: string;
  /** Ours beside it: the failure as data. Java workers pass over it. */
  readonly error?: ErrorReport;
  /** Ours too. */
  readonly restart?: RestartState;
}

/** A topic that a connector uses (KIP-558). */
export interface ActiveTopic {
  readonly topic: string;
  readonly connector: string;
  /** The task that used it first. */
  readonly task: number;
  /** Wall time, ms since the epoch. */
  readonly discoveredAtMs: number;
}

/**
 * What every connector and task of the group was last said to do, from `status.storage.topic`. A status that cannot be
 * stored fails its caller, and is written again until it is stored, or said anew, or told by another worker. Left out is what
 * another worker has told of since it was claimed here, in a later generation of the group. What a former owner tells too late, one
 * that was held up and has not read of the new one, is answered with what holds.
 */
export class StatusStore {
  readonly #log: RecordLog;
  readonly #unstored = new UnstoredStatuses((key, value) => this.#log.write(key, value));
  /** By record key, what was known when this worker took it over. */
  readonly #claimed = new Map<string, Status | undefined>();
  /** By record key, what this worker says of the work that it has. */
  readonly #own = new Map<string, Status>();
  readonly #connectors = new Map<string, Status>();
  readonly #tasks = new Map<string, Map<number, Status>>();
  /** Topics by connector. */
  readonly #topics = new Map<string, Set<string>>();

  constructor(open: OpenLog, onChange: (connector: string) => void) {
    this.#log = open((record) => {
      const key = record.key?.toString('utf8') ?? '';
      const value = readJson(record.value);
      const connector = this.#replay(key, value);
      if (connector === null) return;
      onChange(connector);
      this.#answerFormerOwner(key, readStatus(value));
    });
  }

  start(): Promise<void> {
    return this.#log.start();
  }

  /** Why the topic cannot be read or written at present; null where it can. */
  get failure(): Error | null {
    return this.#log.failure;
  }

  connector(connector: string): Status | undefined {
    return this.#connectors.get(connector);
  }

  task(id: TaskId): Status | undefined {
    return this.#tasks.get(id.connector)?.get(id.task);
  }

  /** Connectors that have a status, of their own or of a task, also of those that are configured no more. */
  connectors(): readonly string[] {
    return [...new Set([...this.#connectors.keys(), ...this.#tasks.keys()])].sort();
  }

  /** Task numbers that have a status, also of tasks that are configured no more. */
  taskNumbers(connector: string): readonly number[] {
    return [...(this.#tasks.get(connector)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** Topics that the connector has used since it was created, or since they were reset. */
  topics(connector: string): readonly string[] {
    return [...(this.#topics.get(connector) ?? [])].sort();
  }

  /** As Kafka Connect writes it. */
  putTopic({ topic, connector, task, discoveredAtMs }: ActiveTopic): Promise<void> {
    const value = { topic: { name: topic, connector, task, discoverTimestamp: discoveredAtMs } };
    return this.#log.write(topicKey(topic, connector), jsonBytes(value));
  }

  /** Forgets topics, and resolves when that is read back. */
  async removeTopics(connector: string, topics: readonly string[]): Promise<void> {
    await this.#log.writeAll(
      topics.map((topic) => ({ key: Buffer.from(topicKey(topic, connector), 'utf8'), value: null })),
    );
    await this.#log.readToEnd();
  }

  /** What was said up to now is of others, whose generations may be those of an earlier life of the group. */
  claimConnector(connector: string): void {
    this.#claimed.set(connectorKey(connector), this.connector(connector));
  }

  /** As `claimConnector`. */
  claimTask(id: TaskId): void {
    this.#claimed.set(statusTaskKey(id), this.task(id));
  }

  putConnector(connector: string, status: Status | null): Promise<void> {
    return this.#put(connectorKey(connector), status, () => this.connector(connector));
  }

  putTask(id: TaskId, status: Status | null): Promise<void> {
    return this.#put(statusTaskKey(id), status, () => this.task(id));
  }

  close(): Promise<void> {
    this.#unstored.close();
    return this.#log.close();
  }

  async #put(key: string, status: Status | null, newest: () => Status | undefined): Promise<void> {
    if (status === null || status.state === 'UNASSIGNED') this.#own.delete(key);
    else this.#own.set(key, status);
    // Who was put out of the group may say later than the new owner what became of the work it had.
    if (status && this.#claimed.get(key) !== newest() && isOvertaken(status, newest())) return;
    const value = jsonBytes(status && statusJson(status));
    const before = newest();
    const isCurrent = () => (status === null ? newest() === before : !isOvertaken(status, newest()));
    await this.#unstored.store(key, { value, isCurrent });
  }

  #answerFormerOwner(key: string, said: Status | null): void {
    const own = this.#own.get(key);
    if (!own || !said || !isOvertaken(said, own)) return;
    const isCurrent = () => this.#own.get(key) === own;
    // What cannot be stored now is written again later.
    this.#unstored.store(key, { value: jsonBytes(statusJson(own)), isCurrent }).catch(() => undefined);
  }

  #replayTopic(key: string, isUsed: boolean): null {
    const end = key.indexOf(TOPIC_OWNER);
    if (end <= 0) return null;
    const connector = key.slice(end + TOPIC_OWNER.length);
    const topics = this.#topics.get(connector) ?? new Set<string>();
    if (isUsed) topics.add(key.slice(0, end));
    else topics.delete(key.slice(0, end));
    if (topics.size > 0) this.#topics.set(connector, topics);
    else this.#topics.delete(connector);
    return null;
  }

  #replay(key: string, value: Json): string | null {
    if (key.startsWith(TOPIC_KEY)) return this.#replayTopic(key.slice(TOPIC_KEY.length), value !== null);
    const status = value === null ? null : readStatus(value);
    if (key.startsWith('status-connector-')) {
      const connector = key.slice('status-connector-'.length);
      if (status && status.state !== 'DESTROYED') this.#connectors.set(connector, status);
      else this.#connectors.delete(connector);
      return connector;
    }
    const id = key.startsWith('status-task-') ? parseTaskKey(key.slice('status-task-'.length)) : null;
    if (!id) return null;
    const tasks = this.#tasks.get(id.connector) ?? new Map<number, Status>();
    if (status && status.state !== 'DESTROYED') tasks.set(id.task, status);
    else tasks.delete(id.task);
    if (tasks.size > 0) this.#tasks.set(id.connector, tasks);
    else this.#tasks.delete(id.connector);
    return id.connector;
  }
}

const TOPIC_KEY = 'status-topic-';
const TOPIC_OWNER = ':connector-';

/** Names of topics hold no colon, so the first one ends it. */
function topicKey(topic: string, connector: string): string {
  return `${TOPIC_KEY}${topic}${TOPIC_OWNER}${connector}`;
}

const connectorKey = (connector: string) => `status-connector-${connector}`;
const statusTaskKey = (id: TaskId) => `status-task-${taskKey(id)}`;

/** Whether another worker has told of it since, in a later generation of the group. */
function isOvertaken(status: Status, newest: Status | undefined): boolean {
  return newest !== undefined && newest.workerId !== status.workerId && newest.generation > status.generation;
}

function statusJson(status: Status): JsonObject {
  return {
    state: status.state,
    trace: status.trace ?? null,
    worker_id: status.workerId,
    generation: status.generation,
    ...(status.version === undefined ? {} : { version: status.version }),
    ...(status.error === undefined ? {} : { error: { ...status.error } as JsonObject }),
    ...(status.restart === undefined ? {} : { restart: { ...status.restart } }),
  };
}

function readStatus(value: Json): Status | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { state, trace, worker_id, generation, version, error, restart } = value as JsonObject;
  if (typeof state !== 'string') return null;
  return {
    state: state as StatusState,
    workerId: String(worker_id ?? ''),
    generation: typeof generation === 'number' ? generation : 0,
    ...(typeof trace === 'string' ? { trace } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof error === 'object' && error !== null ? { error: error as unknown as ErrorReport } : {}),
    ...(typeof restart === 'object' && restart !== null
      ? { restart: restart as unknown as RestartState }
      : {}),
  };
}
