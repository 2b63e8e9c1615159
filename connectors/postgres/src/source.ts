import {
  type ConfigProblem,
  type DurableOffset,
  MillraceError,
  type RateLimiter,
  rateLimiterOf,
  type SourcePartition,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type pg from 'pg';
import { ChangeReader } from './change-reader.ts';
import type { ColumnRules } from './column-rules.ts';
import { databaseOf, type SourceConfig, type sourceConfig, sourceConnection } from './config.ts';
import { connect, disconnect, Session } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import { IncrementalSnapshot } from './incremental-snapshot.ts';
import { formatLsn, type Lsn, parseLsn } from './lsn.ts';
import { decodeLogicalMessage, type LogicalMessage } from './pgoutput.ts';
import {
  ConfirmedPosition,
  fromOffset,
  type IncrementalState,
  isReading,
  type Position,
  type SnapshotState,
} from './position.ts';
import { type Findings, inspect, obstacleError } from './preflight.ts';
import { ensurePublication, type Publication } from './publication.ts';
import type { Operation, RecordForm } from './record-form.ts';
import { columnRules, recordForm, valueModes } from './record-options.ts';
import { RelationShapes } from './relation-shapes.ts';
import { createSlot, defaultSlotName, endExport, keepThroughFailover } from './replication-slot.ts';
import { ReplicationStream } from './replication-stream.ts';
import { sessionProblems } from './session-problems.ts';
import { SlotWatch } from './slot-watch.ts';
import { Snapshot } from './snapshot.ts';
import { SnapshotReads } from './snapshot-reads.ts';
import { SnapshotSignals } from './snapshot-signal.ts';
import { capturedBy, type TableFilter } from './table-filter.ts';
import { topicName } from './topic-name.ts';
import { TypeCatalog } from './type-catalog.ts';

/** The share of the server's wal_sender_timeout that may pass between two reports. */
const REPORTS_PER_TIMEOUT = 3;
/** However many may be handed on at once: more would only be more to live through a collection of garbage. */
const CHANGES_AT_ONCE = 1_000;

/** Names the stream of one captured database in the offset topic, as Debezium does. */
const sourcePartition = (config: SourceConfig): SourcePartition => ({
  server: config['topic.prefix'],
});

/** Problems of a source's configuration that only the server knows. */
export async function validateSource(
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const names = { slot: config['slot.name'], publication: config['publication.name'] };
  return await sessionProblems(
    sourceConnection(config),
    signal,
    async (session) => (await inspect(session, config, names)).obstacles,
  );
}

/** Reads a snapshot of the captured tables once, then the changes that commit after it. */
export class PostgresSourceTask implements SourceTask {
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: SourceConfig;
  readonly #partition: SourcePartition;
  readonly #names: { readonly slot: string; readonly publication: string };
  readonly #catalog: Session;
  readonly #snapshotSession: Session;
  readonly #types: TypeCatalog;
  readonly #rules: ColumnRules;
  readonly #form: RecordForm;
  #replication: pg.Client | null = null;
  #snapshot: Snapshot | null = null;
  /** What the snapshot has shown of the stream. */
  #shown: SnapshotState | null = null;
  #stream: ReplicationStream | null = null;
  #reader: ChangeReader | null = null;
  #from: Position = { lsn: 0n, event: 0 };
  #confirmed = new ConfirmedPosition(this.#from);
  /** The log before it was read, all of it. */
  #at: Lsn = 0n;
  #incremental: IncrementalSnapshot;
  readonly #watch: SlotWatch;
  readonly #heartbeat: Heartbeat;
  readonly #keyless = new Set<string>();
  readonly #limiter: RateLimiter | null;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#partition = sourcePartition(context.config);
    this.#limiter = rateLimiterOf(this.#config);
    const own = defaultSlotName(context.connector);
    this.#names = {
      slot: this.#config['slot.name'] ?? own,
      publication: this.#config['publication.name'] ?? own,
    };
    const settings = sourceConnection(context.config);
    this.#catalog = new Session(settings);
    this.#snapshotSession = new Session(settings, false);
    this.#types = new TypeCatalog(this.#catalog, valueModes(this.#config));
    this.#rules = columnRules(this.#config);
    this.#form = recordForm(this.#config, databaseOf(this.#config), (table) =>
      this.#warnOfLostDeletion(table),
    );
    this.#incremental = this.#createIncremental(null);
    this.#watch = new SlotWatch({
      ...{ session: this.#catalog, slot: this.#names.slot, logger: context.logger },
      retainedWarningBytes: this.#config['slot.retained.warning.bytes'],
      figure: (name, value) => context.figure(name, value),
      notice: (name, text) => context.notice(name, text),
    });
    this.#heartbeat = new Heartbeat({
      ...{ session: this.#catalog, slot: this.#names.slot, logger: context.logger },
      intervalMs: this.#config['heartbeat.interval.ms'],
      figure: (name, value) => context.figure(name, value),
    });
  }

  async start(): Promise<void> {
    const { signal } = this.#context;
    signal.addEventListener('abort', this.#abort, { once: true });
    const stored = await this.#storedPosition();
    const findings = await inspect(this.#catalog, this.#config, this.#names);
    const [obstacle, ...more] = findings.obstacles;
    if (obstacle) throw obstacleError(obstacle, ...more);
    const publication = await ensurePublication(
      this.#catalog,
      this.#names.publication,
      this.#config['publication.autocreate.mode'],
      [...findings.captured, ...findings.signals],
    );
    this.#replication = await connect(this.#catalog.settings, 'replication');
    if (this.#config['slot.failover'] && findings.slot?.failover === false)
      await keepThroughFailover(this.#replication, this.#names.slot, this.#catalog.settings.keys);
    await (stored ? this.#resume(stored, findings, publication) : this.#startAnew(findings, publication));
    // While a snapshot is read too, which may take hours, the slot holds the log back.
    this.#watch.start();
  }

  async poll(): Promise<readonly SourceRecord[]> {
    try {
      const records = await this.#next();
      await this.#limiter?.take(records.length, this.#context.signal);
      return records;
    } catch (error) {
      // Stopping cuts the connections, which fails whatever was under way.
      if (this.#context.signal.aborted) return [];
      throw error;
    }
  }

  async commit(offsets: readonly DurableOffset[]): Promise<void> {
    for (const { partition, offset } of offsets) {
      const position = partition.server === this.#partition.server ? fromOffset(offset) : null;
      if (position) this.#confirmed.durable(position);
    }
    this.#stream?.report();
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    this.#heartbeat.stop();
    this.#context.signal.removeEventListener('abort', this.#abort);
    this.#catalog.close();
    this.#snapshotSession.close();
    if (this.#stream) await this.#stream.close();
    else if (this.#replication) disconnect(this.#replication);
  }

  /** The stream ends by itself: `take` listens to the signal, and `stop` lets it report once more. */
  readonly #abort = (): void => {
    this.#watch.stop();
    this.#heartbeat.stop();
    this.#catalog.close();
    this.#snapshotSession.close();
    if (!this.#stream && this.#replication) disconnect(this.#replication);
  };

  async #storedPosition(): Promise<Position | null> {
    const offset = await this.#context.offset(this.#partition);
    if (!offset) return null;
    const position = fromOffset(offset);
    if (position) return position;
    throw new MillraceError(`The stored offset ${JSON.stringify(offset)} is not one of PostgresSource.`, {
      code: 'POSTGRES_OFFSET_UNKNOWN',
      class: 'config',
      path: 'topic.prefix',
      hint: 'Choose another topic.prefix, or delete the connector’s offsets and let it take a new snapshot.',
    });
  }

  /**
   * Without offset. A slot that is there already was made by an earlier attempt that died before its first offset, or
   * by the user; it begins before the snapshot, and `SnapshotReads` passes over what both have.
   */
  async #startAnew(findings: Findings, publication: Publication): Promise<void> {
    const wantsRows = this.#config['snapshot.mode'] === 'initial';
    let lsn = findings.slot?.confirmed ?? null;
    let exported: string | null = null;
    if (lsn === null && this.#replication) {
      const { keys, queryTimeoutMs } = this.#catalog.settings;
      const created = await createSlot(this.#replication, {
        ...{ name: this.#names.slot, exportsSnapshot: wantsRows, timeoutMs: queryTimeoutMs, keys },
        failover: this.#config['slot.failover'],
      });
      lsn = created.consistentPoint;
      exported = created.snapshot;
    }
    this.#setStart({ lsn: lsn ?? 0n, event: 0, ...(wantsRows && { snapshot: { reads: [] } }) });
    this.#log('capturing from the beginning', findings);
    if (wantsRows) await this.#openSnapshot(findings, publication, exported);
  }

  async #resume(stored: Position, findings: Findings, publication: Publication): Promise<void> {
    const { slot } = findings;
    if (!slot || slot.confirmed === null) {
      throw new MillraceError(
        `Replication slot ${this.#names.slot} is gone, and with it the changes since ${formatLsn(stored.lsn)}.`,
        {
          code: 'POSTGRES_SLOT_MISSING',
          class: 'config',
          path: 'slot.name',
          hint: 'Delete the connector’s offsets and let it take a new snapshot.',
        },
      );
    }
    await this.#requireLogUpTo(stored.lsn);
    this.#setStart(stored);
    this.#log('capturing goes on', findings);
    if (isReading(stored)) await this.#openSnapshot(findings, publication, null);
    else this.#shown = stored.snapshot ?? null;
  }

  /** An offset ahead of the server's log belongs to another server, or to a time before a restore. */
  async #requireLogUpTo(lsn: Lsn): Promise<void> {
    const [row] = await this.#catalog.query(
      'SELECT pg_current_wal_lsn() AS lsn',
      [],
      'Reading the log position',
    );
    const end = parseLsn(row?.lsn);
    if (end === null || end >= lsn) return;
    throw new MillraceError(
      `The stored offset ${formatLsn(lsn)} lies ahead of the server’s log, which ends at ${formatLsn(end)}.`,
      {
        code: 'POSTGRES_OFFSET_AHEAD',
        class: 'config',
        path: 'database.hostname',
        hint: 'Name the server that the offset came from; after a restore delete the connector’s offsets and its slot.',
      },
    );
  }

  async #openSnapshot(findings: Findings, publication: Publication, exported: string | null): Promise<void> {
    this.#snapshot = new Snapshot({
      session: this.#snapshotSession,
      types: this.#types,
      partition: this.#partition,
      topicOf: this.#topicOf,
      rules: this.#rules,
      form: this.#form,
      tables: findings.captured.map((table) => ({
        ...table,
        published: publication.tables.get(table.table),
      })),
      from: this.#from,
      exported,
      fetchRowsMax: this.#config['snapshot.fetch.size'],
    });
    await this.#snapshot.begin();
    if (exported !== null && this.#replication)
      await endExport(this.#replication, this.#catalog.settings.keys);
  }

  #setStart(position: Position): void {
    this.#from = position;
    this.#at = position.lsn;
    this.#confirmed = new ConfirmedPosition(position);
    this.#incremental = this.#createIncremental(position.incremental ?? null);
  }

  async #next(): Promise<readonly SourceRecord[]> {
    if (this.#snapshot) {
      const records = await this.#snapshot.next();
      if (records) {
        this.#context.progress(this.#snapshot.progress);
        const last = records.at(-1);
        const position = last && fromOffset(last.sourceOffset);
        if (position) this.#confirmed.emitted(position);
        return records;
      }
      this.#shown = this.#snapshot.outcome;
      this.#snapshot = null;
      this.#context.progress(null);
      this.#snapshotSession.close();
      this.#context.logger.info({ slot: this.#names.slot }, 'snapshot finished');
    }
    const stream = this.#stream ?? (await this.#openStream());
    return await this.#changes(stream);
  }

  async #openStream(): Promise<ReplicationStream> {
    const chosen = { filter: this.#filter(), rules: this.#rules };
    const { shapeOf } = new RelationShapes(this.#catalog, this.#types, chosen, this.#topicOf);
    this.#reader = new ChangeReader({
      partition: this.#partition,
      from: this.#from,
      shown: this.#shown && new SnapshotReads(this.#catalog, this.#shown),
      shapeOf,
      emitted: (position) => this.#confirmed.emitted(position),
      transactionEnded: (lsn) => this.#reached(lsn),
      form: this.#form,
      skipped: new Set(this.#config['skipped.operations'] as Operation[]),
      skipsUnchanged: this.#config['skip.messages.without.change'],
      incremental: this.#incremental,
      signals: this.#signals(),
    });
    const replication = this.#replication ?? (await connect(this.#catalog.settings, 'replication'));
    const messages = this.#config['heartbeat.message'] && (await this.#heartbeat.isPossible());
    const stream = new ReplicationStream(replication, {
      ...this.#names,
      start: this.#from.lsn,
      messages,
      statusIntervalMs: await this.#statusIntervalMs(),
      queueItemsMax: this.#config['max.queue.size'],
      queueBytesMax: this.#config['max.queue.size.in.bytes'],
      confirmed: () => this.#confirmed.lsn,
      keys: this.#catalog.settings.keys,
    });
    await stream.open();
    if (messages) this.#heartbeat.start();
    this.#stream = stream;
    return stream;
  }

  async #changes(stream: ReplicationStream): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    const atOnce = Math.min(this.#config['max.batch.size'], CHANGES_AT_ONCE);
    const records: SourceRecord[] = [];
    while (records.length === 0 && !signal.aborted) {
      for (const item of await stream.take(atOnce, signal)) {
        if (item.kind === 'keepalive') this.#reached(item.walEnd);
        else {
          // Mostly there is nothing to wait for, and a turn of the loop for each change is dear.
          const asked = this.#read(decodeLogicalMessage(item.body), item.lsn, records);
          if (asked) await asked;
        }
      }
      await this.#increment(stream, records);
    }
    return records;
  }

  #read(message: LogicalMessage, lsn: Lsn, records: SourceRecord[]): Promise<void> | undefined {
    if (message.kind !== 'message') return this.#reader?.read(message, lsn, records);
    this.#heartbeat.received(message);
    return undefined;
  }

  /** All of the log before `lsn` was read. While tables are read beside it, only what is durable tells how far they are. */
  #reached(lsn: Lsn): void {
    if (lsn > this.#at) this.#at = lsn;
    if (this.#incremental.state === null) this.#confirmed.idle(lsn);
  }

  /** Between transactions: gives the chunk that was read, and reads the next. */
  async #increment(stream: ReplicationStream, records: SourceRecord[]): Promise<void> {
    const incremental = this.#incremental;
    if (incremental.state === null || this.#reader?.isBetween !== true) return;
    const given = incremental.take(this.#at);
    const last = given.at(-1);
    const position = last && fromOffset(last.sourceOffset);
    if (position) this.#confirmed.emitted(position);
    records.push(...given);
    if (incremental.waitsFor === null) await incremental.read(this.#reader.recent);
    if (incremental.waitsFor !== null) stream.ask();
    this.#context.progress(incremental.progress);
  }

  #signals(): SnapshotSignals | null {
    const table = this.#config['signal.data.collection'];
    return table === null ? null : new SnapshotSignals(table, this.#incremental, this.#context.logger);
  }

  #createIncremental(from: IncrementalState | null): IncrementalSnapshot {
    return new IncrementalSnapshot(
      {
        ...{ session: this.#catalog, types: this.#types, rules: this.#rules, form: this.#form },
        ...{ filter: this.#filter(), partition: this.#partition, topicOf: this.#topicOf },
        publication: this.#names.publication,
        chunkRows: this.#config['incremental.snapshot.chunk.size'],
        logger: this.#context.logger,
      },
      from,
    );
  }

  readonly #topicOf = (table: string): string => topicName(this.#config['topic.prefix'], table);

  #filter(): TableFilter {
    return capturedBy(this.#config);
  }

  /** Often enough for the server not to take us for dead. */
  async #statusIntervalMs(): Promise<number> {
    const [row] = await this.#catalog.query(
      "SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'",
      [],
      'Reading wal_sender_timeout',
    );
    const timeoutMs = Number(row?.setting ?? 0);
    const wanted = this.#config['heartbeat.interval.ms'];
    return timeoutMs > 0 ? Math.min(wanted, Math.ceil(timeoutMs / REPORTS_PER_TIMEOUT)) : wanted;
  }

  #warnOfLostDeletion(table: string): void {
    if (this.#keyless.has(table)) return;
    this.#keyless.add(table);
    this.#context.logger.warn({ table }, 'deletions in a table without primary key are left out');
  }

  #log(message: string, findings: Findings): void {
    const { slot, publication } = this.#names;
    const facts = { slot, publication, tables: findings.captured.length, lsn: formatLsn(this.#from.lsn) };
    this.#context.logger.info(facts, message);
  }
}
