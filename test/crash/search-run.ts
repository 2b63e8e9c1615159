import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type Service, startService } from '../support/index.ts';
import { Database } from './database.ts';
import { type DevAddresses, DevProcess } from './dev-process.ts';
import { SearchIndexes } from './search-indexes.ts';
import { SCHEMA, TOPIC_PREFIX, tables, topicOf, topics } from './tables.ts';
import { Workload } from './workload.ts';
import { Writer } from './writer.ts';

export interface SearchCrashOptions {
  readonly kills: number;
  /** Row changes to write, at least. */
  readonly changes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface SearchCrashReport {
  readonly rowChanges: number;
  readonly rows: number;
  /** Kills of Millrace, and restarts of Elasticsearch. */
  readonly kills: number;
  readonly restarts: number;
  readonly violations: readonly string[];
}

const WRITERS = 2;
const INITIAL_ROWS = 500;
const STEP_CHANGES = 200;
const LOOK_EVERY_MS = 100;
const STALL_MS = 180_000;
const EXAMPLES_MAX = 5;

/** Runs the whole: both servers, load, kills, catching up, and the comparison. @throws {Error} where something never comes */
export async function runSearchCrashes(options: SearchCrashOptions): Promise<SearchCrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-search-crash-'));
  mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'search'));
  // The server does not run as root.
  for (const open of [folder, join(folder, 'search')]) chmodSync(open, 0o777);
  const run = new SearchRun(options, folder);
  try {
    return await run.run();
  } finally {
    await run.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

class SearchRun {
  readonly #options: SearchCrashOptions;
  readonly #folder: string;
  readonly #writers: Writer[] = [];
  #postgres: Service | null = null;
  #search: Service | null = null;
  #database: Database | null = null;
  #addresses: DevAddresses | null = null;
  #dev: DevProcess | null = null;

  constructor(options: SearchCrashOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  async run(): Promise<SearchCrashReport> {
    const { kills: wanted, changes, say } = this.#options;
    await this.#begin();
    const indexes = new SearchIndexes(this.#search!.url);
    let [kills, restarts] = [0, 0];
    for (let stage = 0; stage <= wanted; stage++) {
      const before = await indexes.operations(topics);
      const writing = this.#writeUpTo((changes * (stage + 1)) / (wanted + 1));
      // What is thrown is thrown below.
      writing.catch(() => undefined);
      await this.#until(async () => (await indexes.operations(topics)) > before, 'the sink to write');
      if (stage < wanted && stage % 2 === 0) {
        await this.#dev!.crash();
        this.#dev = new DevProcess(this.#addresses!);
        await this.#dev.ready();
        kills++;
      } else if (stage < wanted) {
        await this.#restartSearch();
        restarts++;
      }
      await writing;
      say(
        `${this.#rowChanges} row changes, ${kills} kills of Millrace, ${restarts} restarts of Elasticsearch`,
      );
    }
    const rows = await this.#rows();
    let violations = ['nothing was compared'];
    await this.#until(async () => {
      violations = differences(rows, await indexes.documents(tables));
      return violations.length === 0;
    }, 'the indexes to be like the tables').catch((error: Error) => {
      violations = [error.message, ...violations.slice(0, EXAMPLES_MAX)];
    });
    return { rowChanges: this.#rowChanges, rows: rows.size, kills, restarts, violations };
  }

  async end(): Promise<void> {
    await this.#dev?.close();
    await this.#database?.close();
    await this.#search?.stop();
    await this.#postgres?.stop();
  }

  get #rowChanges(): number {
    return this.#writers.reduce((sum, { rowChanges }) => sum + rowChanges, 0);
  }

  async #begin(): Promise<void> {
    this.#postgres = await startService('postgres');
    await this.#startSearch();
    this.#database = new Database(this.#postgres.url);
    await this.#database.prepare();
    for (let number = 1; number <= WRITERS; number++) {
      const writer = new Writer(this.#database, new Workload(this.#options.seed, number), number);
      await writer.writeInitialRows(INITIAL_ROWS);
      this.#writers.push(writer);
    }
    const [kafkaPort, httpPort] = [await freePort(), await freePort()];
    this.#addresses = {
      ...{ dataDir: join(this.#folder, 'data'), kafkaPort, httpPort },
      logFile: join(this.#folder, 'millrace.log'),
      childrenEndMs: STALL_MS,
    };
    this.#dev = new DevProcess(this.#addresses);
    await this.#dev.ready();
    await this.#create('capture', {
      'connector.class': 'PostgresSource',
      'database.hostname': this.#database.server.host,
      'database.port': String(this.#database.server.port),
      'database.user': this.#database.server.user,
      'database.password': this.#database.server.password,
      'database.dbname': this.#database.from,
      'topic.prefix': TOPIC_PREFIX,
      'table.include.list': `${SCHEMA}[.].*`,
    });
    await this.#create('search', {
      'connector.class': 'ElasticsearchSink',
      'tasks.max': '2',
      topics: topics.join(','),
      'connection.url': this.#search!.url,
    });
  }

  async #startSearch(): Promise<void> {
    const env = { SERVICE_DATA: join(this.#folder, 'search') };
    const port = this.#search?.port;
    this.#search = await startService('elasticsearch', { env, ...(port !== undefined && { port }) });
  }

  async #restartSearch(): Promise<void> {
    await this.#search!.stop();
    await this.#startSearch();
  }

  async #writeUpTo(rowChanges: number): Promise<void> {
    await Promise.all(
      this.#writers.map(async (writer) => {
        while (this.#rowChanges < rowChanges) await writer.writeNext(STEP_CHANGES);
      }),
    );
  }

  /** Version and mark of each row, by table and key. */
  async #rows(): Promise<ReadonlyMap<string, string>> {
    const database = this.#database!;
    const all = new Map<string, string>();
    for (const { name, key } of tables) {
      const text = `SELECT concat_ws('/', ${key.join(', ')}) AS key, version, mark FROM ${SCHEMA}.${name}`;
      for (const row of await database.ask(database.from, text))
        all.set(`${topicOf(name)} ${row.key}`, `${row.version} ${row.mark}`);
    }
    return all;
  }

  async #create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${this.#addresses!.httpPort}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, config }),
    });
    if (answer.status !== 201) throw new Error(`creating ${name}: ${answer.status} ${await answer.text()}`);
  }

  async #until(check: () => Promise<boolean>, what: string): Promise<void> {
    const endMs = performance.now() + STALL_MS;
    while (!(await check())) {
      if (performance.now() > endMs)
        throw new Error(`${what} did not come within ${STALL_MS} ms\n${this.#dev?.printed ?? ''}`);
      await delay(LOOK_EVERY_MS);
    }
  }
}

function differences(rows: ReadonlyMap<string, string>, documents: ReadonlyMap<string, string>): string[] {
  const wrong = [...rows]
    .filter(([id, row]) => documents.get(id) !== row)
    .map(([id, row]) => `${id} is ${documents.get(id) ?? 'missing'}, not ${row}`);
  return [
    ...wrong,
    ...[...documents.keys()].filter((id) => !rows.has(id)).map((id) => `${id} should be gone`),
  ];
}
