import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Admin } from '@millrace/client';
import { freePort } from '../support/index.ts';
import { Database } from './database.ts';
import { type DevAddresses, DevProcess } from './dev-process.ts';
import { checkHistory, type Kill, type Verdict } from './history-check.ts';
import { type KillMoment, planKills } from './kill-plan.ts';
import { logEndsOnDisk, logSize } from './log-files.ts';
import { OFFSET_TOPIC, Pipeline, SINK_GROUPS } from './pipeline.ts';
import { PostgresServer } from './postgres-server.ts';
import { SeededRandom } from './seeded-random.ts';
import { Workload } from './workload.ts';
import { Writer } from './writer.ts';

export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  /** Row changes to write, at least. */
  readonly changes: number;
  readonly say: (line: string) => void;
}

/** Milliseconds from the start of a process to what it did first; null where a kill came before, or nothing was left to do. */
export interface Recovery {
  readyMs: number | null;
  /** The first new record in a topic. */
  recordMs: number | null;
  /** The first offsets that the sink committed. */
  sinkMs: number | null;
}

export interface CrashReport extends Verdict {
  readonly rowChanges: number;
  readonly transactions: number;
  readonly rows: number;
  readonly kills: readonly KillMoment[];
  /** Transactions that a server which was killed did not answer. */
  readonly unanswered: number;
  readonly recoveries: readonly Recovery[];
  /** From the last row change that was written, or the last start, to the second database with all of it, ms. */
  readonly catchUpMs: number;
  readonly totalMs: number;
  /** Where data and log were kept, because something is wrong; null else. */
  readonly kept: string | null;
}

const WRITERS = 2;
const INITIAL_ROWS = 500;
const LOOK_EVERY_MS = 20;
/** How long nothing may be written before a topic counts as resting. */
const REST_MS = 300;
const PROGRESS_EVERY_MS = 2_000;
/** How long nothing may move before the run is given up. */
const STALL_MS = 60_000;
/** The writers run ahead of what is confirmed by at most this share of the load, so that kills find them writing too. */
const LEAD_SHARE = 0.25;
const EXAMPLES_MAX = 5;

/** Runs the whole: server, load, kills, catching up, and the checks. @throws {Error} where something never comes */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
  mkdirSync(join(folder, 'data'));
  // The database server runs as another user.
  chmodSync(folder, 0o755);
  const server = await PostgresServer.start(join(folder, 'postgres'));
  const run = new CrashRun(options, folder, server);
  let kept: string | null = folder;
  try {
    const report = await run.run();
    if (report.violations.length === 0) kept = null;
    return { ...report, kept };
  } catch (error) {
    throw new Error(`seed ${options.seed}: ${(error as Error).message}\n(data and log in ${folder})`, {
      cause: error,
    });
  } finally {
    await run.end();
    await server.stop();
    if (kept === null) rmSync(folder, { recursive: true, force: true });
  }
}

class CrashRun {
  readonly #options: CrashOptions;
  readonly #random: SeededRandom;
  readonly #server: PostgresServer;
  readonly #database: Database;
  readonly #folder: string;
  readonly #startedMs = performance.now();
  readonly #kills: Omit<Kill, 'stored'>[] = [];
  readonly #recoveries: Recovery[] = [];
  readonly #wrong: string[] = [];
  /** Row changes that were written before the log came to `lsn`. */
  readonly #marks: { readonly lsn: number; readonly rowChanges: number }[] = [];
  #addresses: DevAddresses | null = null;
  #pipeline = new Pipeline(0, 0);
  #writers: Writer[] = [];
  #dev: DevProcess | null = null;
  #confirmed = 0;
  #confirmedLsn = 0;
  #lastWriteMs = 0;
  #ended = false;
  /** What was killed last. */
  #killed: 'millrace' | 'server' | null = null;

  constructor(options: CrashOptions, folder: string, server: PostgresServer) {
    this.#options = options;
    this.#folder = folder;
    this.#random = new SeededRandom(options.seed);
    this.#server = server;
    this.#database = new Database(server.url);
  }

  async run(): Promise<Omit<CrashReport, 'kept'>> {
    const { kills, changes, seed, say } = this.#options;
    say(`seed ${seed}: ${changes} row changes by ${WRITERS} writers, ${kills} kills`);
    await this.#begin();
    const plan = planKills(this.#random, kills, changes);
    const watching = this.#watch();
    // What is thrown is thrown below.
    watching.catch(() => undefined);
    const writing = this.#write();
    // A writer that fails ends the run wherever that is, and is thrown below.
    writing.catch(() => {
      this.#ended = true;
    });
    for (const moment of plan)
      await (moment.kind === 'server' ? this.#killServer(moment) : this.#killAndStart(moment));
    await this.#recovered(true);
    await writing;
    const catchUpFromMs = Math.max(this.#lastWriteMs, this.#dev?.startedMs ?? 0);
    const rows = await this.#caughtUp();
    const catchUpMs = performance.now() - catchUpFromMs;
    this.#ended = true;
    await watching;
    const verdict = await this.#verdict();
    return {
      ...verdict,
      rowChanges: this.#rowChanges,
      transactions: sum(this.#writers.map(({ written }) => written.length)),
      rows,
      kills: plan,
      unanswered: sum(this.#writers.map(({ unanswered }) => unanswered)),
      recoveries: this.#recoveries,
      catchUpMs,
      totalMs: performance.now() - this.#startedMs,
    };
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#dev?.close();
    await this.#database.close();
  }

  get #logFolder(): string {
    return join(this.#folder, 'data', 'broker');
  }

  get #rowChanges(): number {
    return sum(this.#writers.map(({ rowChanges }) => rowChanges));
  }

  /** Up to the first change that is confirmed: from then on the stream is read, and no part of the snapshot is left. */
  async #begin(): Promise<void> {
    await this.#database.prepare();
    for (let number = 1; number <= WRITERS; number++) {
      const writer = new Writer(this.#database, new Workload(this.#options.seed, number), number);
      await writer.writeInitialRows(INITIAL_ROWS);
      this.#writers.push(writer);
    }
    const [kafkaPort, httpPort] = [await freePort(), await freePort()];
    const dataDir = join(this.#folder, 'data');
    this.#addresses = { dataDir, kafkaPort, httpPort, logFile: join(this.#folder, 'millrace.log') };
    this.#pipeline = new Pipeline(kafkaPort, httpPort);
    this.#dev = new DevProcess(this.#addresses);
    await this.#dev.ready();
    await this.#pipeline.createTopics();
    await this.#pipeline.createConnectors(this.#database.server, this.#database.from, this.#database.to);
    const admin = this.#pipeline.admin();
    await this.#until(async () => (await this.#recordCount(admin)) >= WRITERS * INITIAL_ROWS, 'the snapshot');
    await admin.close();
    for (const writer of this.#writers) while (writer.rowChanges === 0) await writer.writeNext(100);
    const written = await this.#database.currentLsn();
    await this.#until(
      async () => (await this.#database.slot()).confirmedLsn >= written,
      'the first changes to be confirmed',
    );
    this.#confirmedLsn = (await this.#database.slot()).confirmedLsn;
    this.#options.say(`snapshot and first changes are through, ${this.#elapsed()}`);
  }

  async #write(): Promise<void> {
    const { changes } = this.#options;
    await Promise.all(
      this.#writers.map(async (writer) => {
        while (!this.#ended) {
          const left = changes - this.#rowChanges;
          if (left <= 0) break;
          if (this.#rowChanges - this.#confirmed > changes * LEAD_SHARE) {
            await delay(LOOK_EVERY_MS);
            continue;
          }
          await writer.writeNext(left);
        }
      }),
    );
    this.#lastWriteMs = performance.now();
  }

  /** Follows the slot: how much of the load is confirmed. A position that goes back is wrong by itself. */
  async #watch(): Promise<void> {
    let saidMs = 0;
    while (!this.#ended) {
      const { confirmedLsn } = await this.#database.slot();
      if (confirmedLsn < this.#confirmedLsn)
        this.#wrong.push(`confirmed_flush_lsn went back from ${this.#confirmedLsn} to ${confirmedLsn}`);
      this.#confirmedLsn = confirmedLsn;
      const rowChanges = this.#rowChanges;
      this.#marks.push({ lsn: await this.#database.currentLsn(), rowChanges });
      const mark = this.#marks.findLast(({ lsn }) => lsn <= confirmedLsn);
      // A server that was killed may begin behind what it had confirmed.
      if (mark) this.#confirmed = Math.max(this.#confirmed, mark.rowChanges);
      if (performance.now() - saidMs > PROGRESS_EVERY_MS) {
        saidMs = performance.now();
        this.#options.say(
          `${rowChanges} written, ${this.#confirmed} confirmed, ${this.#kills.length} kills, ${this.#elapsed()}`,
        );
      }
      await delay(LOOK_EVERY_MS * 5);
    }
  }

  async #killAndStart(moment: KillMoment): Promise<void> {
    await this.#come(moment);
    const dev = this.#dev!;
    await dev.crash();
    await this.#until(async () => !(await this.#database.slot()).active, 'the server to let go of the slot');
    const { confirmedLsn } = await this.#database.slot();
    const logEnds = logEndsOnDisk(this.#logFolder);
    this.#kills.push({ confirmedLsn, logEnds });
    this.#killed = 'millrace';
    const moved = this.#countIn(logEnds);
    this.#options.say(
      `kill ${this.#kills.length} (${JSON.stringify(moment)}): ${moved} records in the topics, ${this.#elapsed()}`,
    );
    this.#dev = new DevProcess(this.#addresses!);
  }

  /**
   * Kills PostgreSQL under all that it serves: writers, the source, the sinks. While it is away the source's task ends, and what it had read
   * is in the topics; so both its offset and the ends of the topics are known, from which it must go on.
   */
  async #killServer(moment: KillMoment & { readonly kind: 'server' }): Promise<void> {
    await this.#come(moment);
    await this.#server.kill();
    await this.#until(async () => !(await this.#pipeline.sourceRuns()), 'the source to fail');
    const logEnds = await this.#restingLogEnds();
    this.#kills.push({ confirmedLsn: this.#confirmedLsn, logEnds });
    this.#killed = 'server';
    // What the slot had confirmed it may have forgotten.
    this.#confirmedLsn = 0;
    const moved = this.#countIn(logEnds);
    this.#options.say(
      `kill ${this.#kills.length} (${JSON.stringify(moment)}): ${moved} records in the topics, ${this.#elapsed()}`,
    );
    await this.#server.restart();
    const admin = this.#pipeline.admin();
    await this.#until(
      async () => this.#isThrough || (await this.#recordCount(admin)) > moved,
      'the first record after the server came back',
    );
    await admin.close();
  }

  /** Ends of logs once nothing is written to them. */
  async #restingLogEnds(): Promise<ReadonlyMap<string, number>> {
    let before = '';
    let ends: ReadonlyMap<string, number> = new Map();
    await this.#until(
      () => {
        ends = logEndsOnDisk(this.#logFolder);
        const now = JSON.stringify([...ends].filter(([place]) => this.#isWatched(place)));
        const rests = now === before;
        before = now;
        return rests;
      },
      'the topics to rest',
      { rest: () => delay(REST_MS) },
    );
    return ends;
  }

  /** Whether it is a partition that the source writes to. */
  #isWatched(place: string): boolean {
    const topic = place.replace(/-\d+$/, '');
    return topic === OFFSET_TOPIC || this.#pipeline.partitions.some((one) => one.topic === topic);
  }

  #countIn(logEnds: ReadonlyMap<string, number>): number {
    return sum(this.#pipeline.partitions.map((one) => endIn(logEnds, one)));
  }

  async #come(moment: KillMoment): Promise<void> {
    if (moment.kind === 'start') {
      this.#recoveries.push({ readyMs: null, recordMs: null, sinkMs: null });
      await delay(moment.delayMs);
      return;
    }
    const recovered = await this.#recovered(moment.kind !== 'early');
    if (moment.kind === 'early') {
      const admin = this.#pipeline.admin();
      const goal = recovered + moment.records;
      await this.#until(
        async () => this.#isThrough || (await this.#recordCount(admin)) >= goal,
        `${moment.records} records after the start`,
      );
      await admin.close();
      return;
    }
    await this.#until(() => this.#confirmed >= moment.rowChanges, `${moment.rowChanges} confirmed changes`);
    if (moment.kind === 'commit') await this.#offsetStored();
    else await delay(moment.delayMs);
  }

  /** Returns as soon as the source has stored one more offset: asking the broker would be too slow for that, so the files tell. */
  async #offsetStored(): Promise<void> {
    this.#dev?.aim();
    const size = logSize(this.#logFolder, OFFSET_TOPIC);
    const before = size();
    await this.#until(() => this.#isThrough || size() > before, 'the next stored offset', { rest: nextTurn });
  }

  /** All is written and confirmed: nothing more will come. */
  get #isThrough(): boolean {
    return this.#rowChanges >= this.#options.changes && this.#confirmed >= this.#options.changes;
  }

  /** Waits until the process that was started last moves records again; the count of records then. */
  async #recovered(sinkToo: boolean): Promise<number> {
    const dev = this.#dev!;
    const before = this.#kills.at(-1);
    if (!before) return 0;
    if (this.#killed === 'server') return this.#countIn(before.logEnds);
    const recovery: Recovery = { readyMs: null, recordMs: null, sinkMs: null };
    this.#recoveries.push(recovery);
    await dev.ready();
    recovery.readyMs = performance.now() - dev.startedMs;
    const admin = this.#pipeline.admin();
    try {
      await this.#checkEnds(admin, before.logEnds);
      const base = this.#countIn(before.logEnds);
      const committed = sinkToo ? await committedSum(admin) : 0;
      let count = base;
      await this.#until(async () => {
        count = await this.#recordCount(admin);
        return count > base || this.#isThrough;
      }, 'the first new record');
      recovery.recordMs = count > base ? performance.now() - dev.startedMs : null;
      if (sinkToo && count > base) {
        await this.#until(async () => (await committedSum(admin)) > committed, 'the sink to go on');
        recovery.sinkMs = performance.now() - dev.startedMs;
      }
      return count;
    } finally {
      await admin.close();
    }
  }

  async #checkEnds(admin: Admin, logEnds: ReadonlyMap<string, number>): Promise<void> {
    const { partitions } = this.#pipeline;
    const ends = await admin.listOffsets(partitions, 'latest');
    for (const [index, one] of partitions.entries()) {
      const onDisk = endIn(logEnds, one);
      if (ends[index]! < onDisk)
        this.#wrong.push(
          `recovery left out records of ${one.topic}-${one.partition}: end ${ends[index]}, on disk ${onDisk}`,
        );
    }
  }

  async #recordCount(admin: Admin): Promise<number> {
    const ends = await admin.listOffsets(this.#pipeline.partitions, 'latest');
    return sum(ends);
  }

  /** Until the slot is confirmed to the last change, the sink has no lag, and both databases are equal; the count of rows. */
  async #caughtUp(): Promise<number> {
    const written = await this.#database.currentLsn();
    await this.#until(
      async () => (await this.#database.slot()).confirmedLsn >= written,
      'all changes to be confirmed',
      { moves: () => this.#confirmed },
    );
    const admin = this.#pipeline.admin();
    const { partitions } = this.#pipeline;
    let lag = 0;
    await this.#until(
      async () => {
        const ends = await admin.listOffsets(partitions, 'latest');
        const lags = SINK_GROUPS.map(async (group) => {
          const committed = new Map(
            (await admin.groupOffsets(group)).map((one) => [`${one.topic}-${one.partition}`, one.offset]),
          );
          return sum(ends) - sum(partitions.map((one) => endIn(committed, one)));
        });
        lag = sum(await Promise.all(lags));
        return lag === 0;
      },
      'the sinks to have no lag',
      { moves: () => lag },
    );
    await admin.close();
    const { rows, differences } = await this.#database.differences(EXAMPLES_MAX);
    if (differences.length > 0) this.#wrong.push(`the databases differ: ${differences.join('; ')}`);
    return rows;
  }

  async #verdict(): Promise<Verdict> {
    this.#options.say(`caught up, ${this.#elapsed()}; reading the topics`);
    const states = await this.#pipeline.states();
    const notRunning = states.filter((state) => !state.includes(' RUNNING'));
    if (notRunning.length > 0) this.#wrong.push(`not running: ${notRunning.join('; ')}`);
    const stored = await this.#pipeline.storedOffsets();
    const kills = this.#kills.map((kill): Kill => {
      const last = stored.findLast(({ place, offset }) => offset < (kill.logEnds.get(place) ?? 0));
      return { ...kill, stored: last ? { lsn: last.lsn, event: last.event } : null };
    });
    const seen = await this.#pipeline.records();
    await this.#checkAudit(seen.filter(({ version }) => version !== null).length);
    const verdict = checkHistory({ written: this.#writers.map(({ written }) => written), seen, kills });
    const byKcat = await this.#pipeline.countByKcat();
    if (byKcat === null) this.#options.say('kcat is not installed: no second count of the records');
    else if (byKcat !== verdict.records)
      this.#wrong.push(`kcat counts ${byKcat} records, our client ${verdict.records}`);
    return { ...verdict, violations: [...this.#wrong, ...verdict.violations] };
  }

  /** Each record with a value must be in the audit once. */
  async #checkAudit(expected: number): Promise<void> {
    const { rows, distinct } = await this.#database.audited();
    this.#options.say(`${rows} records written exactly once, of ${expected}`);
    if (rows === expected && distinct === expected) return;
    this.#wrong.push(
      `written exactly once: ${rows} rows of ${distinct} different records, where the topics have ${expected}`,
    );
  }

  /** Waits for a condition; `moves` tells what must not stand still for too long. */
  async #until(
    check: () => boolean | Promise<boolean>,
    what: string,
    {
      moves = () => 0,
      rest = () => delay(LOOK_EVERY_MS),
    }: { moves?: () => number; rest?: () => Promise<void> } = {},
  ): Promise<void> {
    let [before, sinceMs] = [moves(), performance.now()];
    while (!(await check())) {
      if (moves() !== before) [before, sinceMs] = [moves(), performance.now()];
      if (performance.now() - sinceMs > STALL_MS)
        throw new Error(`${what} did not come within ${STALL_MS} ms; ${await this.#situation()}`);
      await rest();
    }
  }

  async #situation(): Promise<string> {
    const states = await this.#pipeline.states().catch((error: Error) => [error.message]);
    return `${states.join(', ')}\n${this.#dev?.printed ?? ''}`;
  }

  #elapsed(): string {
    return `${((performance.now() - this.#startedMs) / 1000).toFixed(1)} s`;
  }
}

const endIn = (
  ends: ReadonlyMap<string, number>,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): number => ends.get(`${topic}-${partition}`) ?? 0;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

async function committedSum(admin: Admin): Promise<number> {
  return sum((await admin.groupOffsets(SINK_GROUPS[0])).map(({ offset }) => offset));
}
