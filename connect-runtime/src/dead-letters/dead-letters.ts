import type { Admin, ConsumerRecord } from '@millrace/client';
import { type Clock, type Logger, MillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { type CauseGroup, groupByCause, type LetterFacts, letterFacts } from '../core/dead-letters/causes.ts';
import { placeOf, redrivenPlaceOf, redriveTopicOf } from '../core/dead-letters/redrive-marks.ts';
import { errorPolicyOf } from '../plugins/error-config.ts';
import { type DecodedBytes, decodedBytes } from '../records/decoded-bytes.ts';
import { newestRecords } from '../records/newest-records.ts';
import { cursorOf, readCursor } from './letter-cursor.ts';
import { Redrive, type RedriveProgress, type RedriveSelection, unknownCause } from './redrive.ts';

/** How long one look may take, ms. */
const READ_TIMEOUT_MS = 10_000;
/** Bytes of a key or value that are shown, at most, and of all those that one look reads together. */
const SHOWN_BYTES = 16_384;
const LOOK_BYTES = 32 * 1024 * 1024;
/** Letters that are looked through for a cause before its redrive is begun, the newest. */
const CAUSE_SCAN = 1_000;
/** Redrives that are remembered; the oldest go first. */
const MAX_REMEMBERED = 100;

export interface DeadLetterListing {
  readonly topic: string;
  /** Letters that were looked at. */
  readonly scanned: number;
  /** Null where there is nothing older. */
  readonly next: string | null;
  readonly causes: readonly CauseGroup[];
  readonly letters: readonly DeadLetter[];
}

export interface DeadLetter extends LetterFacts {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: DecodedBytes;
  readonly value: DecodedBytes;
  /** Whether it was sent again, as far as the newest of those were looked at. */
  readonly redriven: boolean;
}

export interface DeadLettersOptions {
  readonly bootstrapServers: readonly string[];
  readonly admin: Admin;
  /** A stored connector's config. @throws {MillraceError} NOT_FOUND */
  readonly connector: (name: string) => { readonly config: ConnectorConfig; readonly type: string };
  /** Where the group that a sink's tasks read in goes on. */
  readonly positions: (
    connector: string,
    config: ConnectorConfig,
  ) => Promise<readonly Pick<ConsumerRecord, 'topic' | 'partition' | 'offset'>[]>;
  /** Resolves where this worker may write for the group. @throws {MillraceError} REBALANCE_IN_PROGRESS */
  readonly lead: () => Promise<void>;
  /** Starts the tasks again, so that they read a topic that came to be. */
  readonly restartTasks: (connector: string) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The dead letters of connectors: what there are, of which causes, and sending them again. */
export class DeadLetters {
  readonly #options: DeadLettersOptions;
  readonly #redrives = new Map<string, Redrive>();
  #number = 0;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /**
   * The newest dead letters of a connector, page by page, and the causes of those that were looked at.
   * @throws {MillraceError} NOT_FOUND, NO_DEAD_LETTER_TOPIC, BAD_REQUEST (class config)
   */
  async list(
    connector: string,
    request: {
      readonly limit: number;
      readonly scan: number;
      readonly before?: string;
      readonly cause?: string;
    },
  ): Promise<DeadLetterListing> {
    const { topic } = this.#queueOf(connector);
    const { before } = request;
    const partitions = await this.#partitionsOf(topic);
    const shownBytes = Math.min(SHOWN_BYTES, Math.floor(LOOK_BYTES / request.scan / 2));
    const found = await newestRecords({
      ...this.#reading(),
      partitions,
      perPartition: Math.ceil(request.scan / Math.max(1, partitions.length)),
      ...(before === undefined ? {} : { before: readCursor(before) }),
      keep: request.scan,
      take: (record) => lookedAt(record, shownBytes),
    });
    // A topic may hold the dead letters of several connectors; those without headers may be anybody's.
    const letters = found.records.filter(
      (letter) => letter.connector === null || letter.connector === connector,
    );
    const wanted = letters.filter(({ cause }) => request.cause === undefined || cause === request.cause);
    const sent = await this.#sentAgain(connector, request.scan);
    return {
      topic,
      scanned: found.records.length,
      next: found.complete ? null : cursorOf(found.from),
      causes: groupByCause(letters.map((facts) => ({ facts, timestamp: facts.timestamp }))),
      letters: wanted
        .slice(0, request.limit)
        .map((letter) => shown(letter, shownBytes, sent.has(placeOf({ topic, ...letter })))),
    };
  }

  /**
   * Sends dead letters again, through whatever the connector does by now; answers at once, the work goes on. A letter that was sent
   * before is left out, so that each is sent once however often it is asked for.
   * @throws {MillraceError} REBALANCE_IN_PROGRESS, REDRIVE_RUNS (class throttled), REDRIVE_OF_SOURCE, NO_DEAD_LETTER_TOPIC, NOT_FOUND
   *   for a cause that no letter has; where there are too many to look through, the run fails with it
   */
  async redrive(
    connector: string,
    selection: RedriveSelection,
    recordsPerSecond: number,
  ): Promise<RedriveProgress> {
    await this.#options.lead();
    const { topic, config } = this.#queueOf(connector);
    if (this.#options.connector(connector).type === 'source') throw redriveOfSource(connector);
    if ('cause' in selection) await this.#mustHaveCause(connector, topic, selection.cause);
    if ([...this.#redrives.values()].some((run) => run.connector === connector && run.running))
      throw redriveRuns(connector);
    const id = `${connector}-${this.#options.clock.now().wallMs.toString(36)}-${++this.#number}`;
    const run = new Redrive({
      ...this.#options,
      id,
      connector,
      topic,
      selection,
      recordsPerSecond,
      soleTopic: soleTopicOf(config),
    });
    this.#redrives.set(id, run);
    this.#forgetOldest();
    run.start();
    return run.progress();
  }

  /** @throws {MillraceError} NOT_FOUND */
  async progress(connector: string, id: string): Promise<RedriveProgress> {
    await this.#options.lead();
    const run = this.#find(connector, id);
    const waiting = run.running ? null : await this.#waiting(connector);
    return { ...run.progress(), waiting };
  }

  /** Those that this worker has run since it started, newest first. @throws {MillraceError} NOT_FOUND */
  async redrives(connector: string): Promise<readonly RedriveProgress[]> {
    await this.#options.lead();
    this.#options.connector(connector);
    const runs = [...this.#redrives.values()].filter((run) => run.connector === connector).reverse();
    const waiting = runs.some((run) => !run.running) ? await this.#waiting(connector) : null;
    return runs.map((run) => ({ ...run.progress(), waiting: run.running ? null : waiting }));
  }

  /** Ends one early; what it has sent stays sent. @throws {MillraceError} NOT_FOUND */
  async cancel(connector: string, id: string): Promise<RedriveProgress> {
    await this.#options.lead();
    const run = this.#find(connector, id);
    await run.cancel();
    return run.progress();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#redrives.values()].map((run) => run.cancel()));
  }

  #find(connector: string, id: string): Redrive {
    this.#options.connector(connector);
    const run = this.#redrives.get(id);
    if (run?.connector === connector) return run;
    throw new MillraceError(`Redrive ${id} of connector ${connector} not found`, {
      code: 'NOT_FOUND',
      class: 'config',
      hint: 'A worker remembers those that it ran itself, since it started.',
    });
  }

  #queueOf(connector: string): { readonly topic: string; readonly config: ConnectorConfig } {
    const { config } = this.#options.connector(connector);
    const { deadLetters } = errorPolicyOf(config);
    if (deadLetters) return { topic: deadLetters.topic, config };
    throw new MillraceError(`Connector ${connector} keeps no dead letters.`, {
      code: 'NO_DEAD_LETTER_TOPIC',
      class: 'config',
      path: 'errors.deadletterqueue.topic.name',
      hint: 'Set "errors.tolerance" to all and name a topic in "errors.deadletterqueue.topic.name".',
    });
  }

  async #mustHaveCause(connector: string, topic: string, cause: string): Promise<void> {
    const partitions = await this.#partitionsOf(topic);
    const reading = this.#reading();
    const { records, complete } = await newestRecords({
      ...reading,
      ...{ partitions, perPartition: CAUSE_SCAN, keep: CAUSE_SCAN },
      take: ({ partition, offset, timestamp, headers }) => {
        const facts = letterFacts(headers);
        return { ...facts, partition, offset, timestamp };
      },
    });
    const sawAll = complete && records.length < CAUSE_SCAN && performance.now() < reading.deadlineMs;
    const has = records.some(
      (facts) => facts.cause === cause && (facts.connector === null || facts.connector === connector),
    );
    if (!has && sawAll) throw unknownCause(connector, cause);
  }

  /** Coordinates of the letters that were sent again, as far as the newest of them go. */
  async #sentAgain(connector: string, scan: number): Promise<ReadonlySet<string>> {
    const partitions = await this.#partitionsOf(redriveTopicOf(connector));
    const { records } = await newestRecords({
      ...this.#reading(),
      partitions,
      perPartition: scan,
      keep: scan,
      take: ({ partition, offset, timestamp, headers }) => {
        return { partition, offset, timestamp, letter: redrivenPlaceOf(headers) };
      },
    });
    return new Set(records.flatMap(({ letter }) => letter ?? []));
  }

  /** Records of the redrive topic that the sink has not committed yet. */
  async #waiting(connector: string): Promise<number> {
    const { admin, positions } = this.#options;
    const { config } = this.#options.connector(connector);
    const topic = redriveTopicOf(connector);
    const partitions = await this.#partitionsOf(topic);
    if (partitions.length === 0) return 0;
    const [starts, ends, committed] = await Promise.all([
      admin.listOffsets(partitions, 'earliest'),
      admin.listOffsets(partitions, 'latest'),
      positions(connector, config),
    ]);
    const reached = new Map(
      committed.filter((row) => row.topic === topic).map(({ partition, offset }) => [partition, offset]),
    );
    return partitions.reduce(
      (sum, { partition }, index) =>
        sum + Math.max(0, (ends[index] ?? 0) - (reached.get(partition) ?? starts[index] ?? 0)),
      0,
    );
  }

  async #partitionsOf(topic: string) {
    const found = (await this.#options.admin.listTopics()).find(({ name }) => name === topic);
    return (found?.partitions ?? []).map(({ partition }) => ({ topic, partition }));
  }

  #reading() {
    const { bootstrapServers, logger } = this.#options;
    const deadlineMs = performance.now() + READ_TIMEOUT_MS;
    return { bootstrapServers, logger, clientId: 'millrace-dead-letters', deadlineMs };
  }

  #forgetOldest(): void {
    for (const [id, run] of this.#redrives) {
      if (this.#redrives.size <= MAX_REMEMBERED) return;
      if (!run.running) this.#redrives.delete(id);
    }
  }
}

/** Of thousands of large letters the bytes must not stay: the beginning of each is enough to show it. */
function lookedAt(record: ConsumerRecord, shownBytes: number) {
  const { partition, offset, timestamp, headers } = record;
  const beginning = (bytes: Buffer | null) => ({
    // One more, to tell whether a character goes on there.
    bytes: bytes && Buffer.from(bytes.subarray(0, shownBytes + 1)),
    sizeBytes: bytes?.length ?? 0,
  });
  return {
    ...letterFacts(headers),
    ...{ partition, offset, timestamp },
    key: beginning(record.key),
    value: beginning(record.value),
  };
}

function shown(
  { key, value, ...letter }: ReturnType<typeof lookedAt>,
  shownBytes: number,
  redriven: boolean,
): DeadLetter {
  return {
    ...letter,
    key: decodedBytes(key.bytes, shownBytes, key.sizeBytes),
    value: decodedBytes(value.bytes, shownBytes, value.sizeBytes),
    redriven,
  };
}

/** The one topic that a sink reads; null where there are several, or a pattern. */
function soleTopicOf(config: ConnectorConfig): string | null {
  const topics = (config.topics ?? '').split(',').flatMap((topic) => topic.trim() || []);
  return topics.length === 1 ? (topics[0] ?? null) : null;
}

function redriveOfSource(connector: string): MillraceError {
  return new MillraceError(`The dead letters of ${connector}, a source, can't be sent again.`, {
    code: 'REDRIVE_OF_SOURCE',
    class: 'config',
    hint: `Correct its transforms or converters, then set its offsets back: PATCH /connectors/${encodeURIComponent(connector)}/offsets.`,
  });
}

function redriveRuns(connector: string): MillraceError {
  return new MillraceError(`Dead letters of ${connector} are being sent again already.`, {
    code: 'REDRIVE_RUNS',
    class: 'throttled',
    hint: 'Wait until that has ended, or cancel it.',
  });
}
