import { setTimeout as delay } from 'node:timers/promises';
import {
  type Admin,
  type ConsumerRecord,
  createConsumer,
  createProducer,
  type Producer,
} from '@millrace/client';
import {
  type Clock,
  type ErrorReport,
  type Logger,
  MillraceError,
  toMillraceError,
} from '@millrace/foundation';
import { letterFacts } from '../core/dead-letters/causes.ts';
import {
  placeOf,
  redriveHeaders,
  redrivenPlaceOf,
  redriveTopicOf,
} from '../core/dead-letters/redrive-marks.ts';

/** A letter that came back this often is left where it is: sending it again changes nothing. */
const MAX_REDRIVES = 5;
/** Pacing looks at the clock this often, ms. */
const PACE_MS = 100;
const POLL_MS = 500;
const CLOSE_TIMEOUT_MS = 10_000;
/** Kafka's default of `max.message.bytes`, and what the marks of a record that is sent again take of it. */
const MESSAGE_MAX_BYTES = 1_048_588;
const MARKS_BYTES = 4_096;
/** How long the first letter waits for tasks that are on their way; without them it waits in the topic. */
const RESTART_TIMEOUT_MS = 10_000;
/** So often it is looked whether they have come, ms. */
const RESTART_LOOK_MS = 100;

/** Which letters: those at these places, those of one cause, or all that there are by now. */
export type RedriveSelection =
  | { readonly places: readonly { readonly partition: number; readonly offset: number }[] }
  | { readonly cause: string }
  | { readonly all: true };

export interface RedriveProgress {
  readonly id: string;
  readonly connector: string;
  readonly state: 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';
  /** Dead letters that were looked at, and that there are to look at. */
  readonly read: number;
  readonly toRead: number;
  /** Those that were sent again by this run. */
  readonly sent: number;
  readonly skipped: {
    /** Sent by an earlier run. */
    readonly already: number;
    /** Came back too often. */
    readonly tooOften: number;
    /** Without headers that say from where they came. */
    readonly unknownOrigin: number;
  };
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly error: ErrorReport | null;
  /** Of all that were sent again, how many the sink has not written yet; null where that was not looked for. */
  readonly waiting: number | null;
}

export interface RedriveOptions {
  readonly id: string;
  readonly connector: string;
  /** Of the dead letters. */
  readonly topic: string;
  readonly selection: RedriveSelection;
  readonly recordsPerSecond: number;
  /** The topic that letters without headers came from; null where nobody knows. */
  readonly soleTopic: string | null;
  readonly bootstrapServers: readonly string[];
  readonly admin: Admin;
  /** Has the sink's tasks start again, with the code and the topics that there are now. */
  readonly restartTasks: (connector: string) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * One run that puts dead letters into the connector's redrive topic, from which its tasks read them like any record. What is in that
 * topic already says what was sent before: so nothing is sent twice, whoever asks, also after a crash.
 */
export class Redrive {
  readonly #options: RedriveOptions;
  readonly #abort = new AbortController();
  readonly #startedAtMs: number;
  #state: RedriveProgress['state'] = 'RUNNING';
  #counts = { read: 0, toRead: 0, sent: 0 };
  #skipped = { already: 0, tooOften: 0, unknownOrigin: 0 };
  /** Whether a letter was one of those that are asked for. */
  #found = false;
  #endedAtMs: number | null = null;
  #error: ErrorReport | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: RedriveOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.now().wallMs;
  }

  get connector(): string {
    return this.#options.connector;
  }

  get running(): boolean {
    return this.#state === 'RUNNING';
  }

  start(): void {
    this.#ended = this.#run();
  }

  async cancel(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  progress(): RedriveProgress {
    const { id, connector } = this.#options;
    return {
      ...{ id, connector, state: this.#state, ...this.#counts, skipped: { ...this.#skipped } },
      ...{ startedAtMs: this.#startedAtMs, endedAtMs: this.#endedAtMs, error: this.#error, waiting: null },
    };
  }

  async #run(): Promise<void> {
    const { bootstrapServers, logger, connector, clock } = this.#options;
    const clientId = `millrace-redrive-${connector}`;
    let producer: Producer | null = null;
    try {
      const sent = await this.#sentBefore();
      // A topic of letters that is not there yet has none.
      const maxRequestBytes = await this.#letterMaxBytes().catch(() => MESSAGE_MAX_BYTES);
      producer = createProducer({ bootstrapServers, clientId, logger, maxRequestBytes });
      await this.#sendAll(producer, sent);
      this.#state = this.#abort.signal.aborted ? 'CANCELLED' : 'DONE';
    } catch (error) {
      const known = toMillraceError(error, { code: 'REDRIVE_FAILED', class: 'bug' });
      this.#error = known.report();
      this.#state = 'FAILED';
      logger.warn({ connector, err: known }, 'sending dead letters again failed');
    } finally {
      this.#endedAtMs = clock.now().wallMs;
      await producer
        ?.close(CLOSE_TIMEOUT_MS)
        .catch((error) => logger.debug({ err: error }, 'a producer did not close'));
    }
  }

  /** The coordinates of all letters that were sent so far. */
  async #sentBefore(): Promise<ReadonlySet<string>> {
    const sent = new Set<string>();
    await this.#read(redriveTopicOf(this.#options.connector), async (record) => {
      const place = redrivenPlaceOf(record.headers);
      if (place !== null) sent.add(place);
    });
    return sent;
  }

  /**
   * Before the first letter is sent: tasks that stand since earlier may not read the topic, and may run code that was mended since.
   * Whoever made the topic, and whatever became of earlier runs, these read it.
   */
  async #prepare(): Promise<void> {
    await this.#ensureTopic();
    const before = await this.#members();
    await this.#options.restartTasks(this.#options.connector);
    const deadlineMs = performance.now() + RESTART_TIMEOUT_MS;
    while (performance.now() < deadlineMs && !this.#abort.signal.aborted) {
      const now = await this.#members();
      if (before.every((member) => !now.includes(member))) return;
      await delay(RESTART_LOOK_MS, undefined, { signal: this.#abort.signal }).catch(() => undefined);
    }
  }

  /** Of the sink's group: a task that starts again is another member. None where it has no classic group. */
  async #members(): Promise<readonly string[]> {
    const { admin, connector } = this.#options;
    const groups = await admin.describeGroups([`connect-${connector}`]).catch(() => []);
    return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
  }

  async #ensureTopic(): Promise<void> {
    const { admin, connector, topic } = this.#options;
    const letters = (await admin.listTopics()).find(({ name }) => name === topic);
    // As safe as the letters themselves are; one partition keeps their order.
    const replicationFactor = letters?.partitions[0]?.replicas.length ?? -1;
    const letterMaxBytes = await this.#letterMaxBytes();
    const configs = {
      ...(await this.#retention(letters !== undefined)),
      'max.message.bytes': String(letterMaxBytes),
    };
    const name = redriveTopicOf(connector);
    await admin.ensureTopics([{ name, partitions: 1, replicationFactor, configs }]);
    // One that was made when letters were smaller.
    if ((await this.#maxBytesOf(name)) < letterMaxBytes)
      await admin.alterConfigs('topic', name, { 'max.message.bytes': String(letterMaxBytes) });
  }

  /** The largest letter that there may be, with its marks. */
  async #letterMaxBytes(): Promise<number> {
    return (await this.#maxBytesOf(this.#options.topic)) + MARKS_BYTES;
  }

  /** Of a topic's batches. */
  async #maxBytesOf(topic: string): Promise<number> {
    const configs = await this.#options.admin.describeConfigs('topic', topic);
    return Number(configs.get('max.message.bytes')?.value ?? MESSAGE_MAX_BYTES);
  }

  /** Longer than the letters are kept: what is in the redrive topic says which of them were sent. */
  async #retention(hasLetters: boolean): Promise<{ readonly [key: string]: string }> {
    if (!hasLetters) return {};
    const configs = await this.#options.admin.describeConfigs('topic', this.#options.topic);
    const retentionMs = Number(configs.get('retention.ms')?.value ?? -1);
    return { 'retention.ms': String(retentionMs > 0 ? 2 * retentionMs : -1) };
  }

  async #sendAll(producer: Producer, sent: ReadonlySet<string>): Promise<void> {
    let startedMs = performance.now();
    let failure: Error | null = null;
    const onSent = (error: Error | null) => {
      if (error) failure ??= error;
      else this.#counts.sent++;
    };
    let handed = 0;
    await this.#read(this.#options.topic, async (record) => {
      if (failure) throw failure;
      this.#counts.read++;
      const headers = this.#headersFor(record, sent);
      if (headers === null) return;
      if (handed === 0) {
        await this.#prepare();
        startedMs = performance.now();
      }
      const { key, value, timestamp } = record;
      const topic = redriveTopicOf(this.#options.connector);
      const copies = { key: key && Buffer.from(key), value: value && Buffer.from(value) };
      if (!producer.produce({ topic, ...copies, headers, timestamp }, onSent)) await producer.ready();
      handed++;
      await this.#pace(handed, startedMs);
    });
    await producer.flush();
    if (failure) throw failure;
    const { connector, selection } = this.#options;
    if ('cause' in selection && !this.#found && !this.#abort.signal.aborted)
      throw unknownCause(connector, selection.cause);
  }

  /** The headers that a letter is sent with; null where it is not to be sent. */
  #headersFor(record: ConsumerRecord, sent: ReadonlySet<string>) {
    const { connector, soleTopic } = this.#options;
    const facts = letterFacts(record.headers);
    if (facts.connector !== null && facts.connector !== connector) return null;
    if (!this.#isSelected(record, facts.cause)) return null;
    this.#found = true;
    if (sent.has(placeOf(record))) return this.#skip('already');
    if (facts.redrives >= MAX_REDRIVES) return this.#skip('tooOften');
    const { partition, offset } = record;
    const origin = facts.origin ?? (soleTopic === null ? null : { topic: soleTopic, partition, offset });
    return origin ? redriveHeaders(record.headers, record, origin) : this.#skip('unknownOrigin');
  }

  #isSelected({ partition, offset }: ConsumerRecord, cause: string): boolean {
    const { selection } = this.#options;
    if ('cause' in selection) return selection.cause === cause;
    if ('all' in selection) return true;
    return selection.places.some((place) => place.partition === partition && place.offset === offset);
  }

  #skip(reason: keyof RedriveProgress['skipped']): null {
    this.#skipped[reason]++;
    return null;
  }

  /** Waits so long that no more are sent than the rate allows, on average since the start. */
  async #pace(handed: number, startedMs: number): Promise<void> {
    const dueMs = (handed / this.#options.recordsPerSecond) * 1_000;
    const aheadMs = dueMs - (performance.now() - startedMs);
    if (aheadMs >= PACE_MS)
      await delay(aheadMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }

  /** Everything that is in a topic by now, partition by partition in order; nothing where there is no such topic. */
  async #read(topic: string, take: (record: ConsumerRecord) => Promise<void>): Promise<void> {
    const { admin, bootstrapServers, logger, topic: letters } = this.#options;
    const found = (await admin.listTopics()).find(({ name }) => name === topic);
    const partitions = (found?.partitions ?? []).map(({ partition }) => ({ topic, partition }));
    if (partitions.length === 0) return;
    const [starts, ends] = await Promise.all([
      admin.listOffsets(partitions, 'earliest'),
      admin.listOffsets(partitions, 'latest'),
    ]);
    const left = new Map(partitions.map(({ partition }, index) => [partition, ends[index] ?? 0]));
    for (const [index, { partition }] of partitions.entries()) {
      const [start, end] = [starts[index] ?? 0, ends[index] ?? 0];
      if (topic === letters) this.#counts.toRead += end - start;
      if (end <= start) left.delete(partition);
    }
    if (left.size === 0) return;
    const consumer = createConsumer({
      ...{ bootstrapServers, logger, clientId: 'millrace-redrive', autoOffsetReset: 'earliest' },
    });
    try {
      consumer.assign([...left.keys()].map((partition) => ({ topic, partition })));
      while (left.size > 0 && !this.#abort.signal.aborted) {
        for (const record of await consumer.poll(POLL_MS)) {
          const end = left.get(record.partition);
          if (end !== undefined && record.offset < end && !this.#abort.signal.aborted) await take(record);
        }
        for (const [partition, end] of left)
          if ((consumer.position({ topic, partition }) ?? 0) >= end) left.delete(partition);
      }
    } finally {
      await consumer.close();
    }
  }
}

/** What a run answers, and fails with, that asks for a cause of which there is no letter. */
export function unknownCause(connector: string, cause: string): MillraceError {
  return new MillraceError(`Connector ${connector} has no dead letters of the cause "${cause}".`, {
    code: 'NOT_FOUND',
    class: 'config',
    path: 'cause',
    hint: `GET /api/v1/connectors/${encodeURIComponent(connector)}/dead-letters lists causes.`,
  });
}
