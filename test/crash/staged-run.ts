import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/index.ts';
import { type DevAddresses, DevProcess } from './dev-process.ts';

/** What connectors carry to a server, or from one part of it to another, while it and Millrace are killed. */
export interface StagedLoad {
  /** The server's name, such as `MongoDB`. */
  readonly server: string;
  /** Starts the server, with data in that folder, and makes what is there before the connectors. */
  begin(folder: string, bootstrapServers: readonly string[]): Promise<void>;
  /** Configs by name, once it has begun. */
  readonly connectors: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Makes changes until there are so many in all, whoever is away meanwhile. */
  writeUpTo(changes: number): Promise<void>;
  /** How many changes were made. */
  readonly changes: number;
  /** Grows with what the sink writes; as it was before while the server is away. */
  arrived(): Promise<number>;
  /** SIGKILL to the server, which comes back at its address. */
  kill(): Promise<void>;
  /** What is not as it is to be in the end, in words. */
  differences(): Promise<readonly string[]>;
  /** How many things are compared. */
  compared(): Promise<number>;
  end(): Promise<void>;
}

export interface StagedOptions {
  readonly kills: number;
  readonly changes: number;
  readonly say: (line: string) => void;
}

export interface StagedReport {
  readonly changes: number;
  /** Of Millrace, and of the server. */
  readonly kills: number;
  readonly serverKills: number;
  readonly compared: number;
  readonly violations: readonly string[];
}

const LOOK_EVERY_MS = 100;
const STALL_MS = 180_000;
const EXAMPLES_MAX = 5;

/**
 * Stage by stage: changes are made, and once the sink writes some of them Millrace, or the server, is killed. In the end all must be there.
 * @throws {Error} where something never comes
 */
export async function runStages(load: StagedLoad, options: StagedOptions): Promise<StagedReport> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-staged-crash-'));
  const run = new StagedRun(load, options, folder);
  try {
    return await run.run();
  } finally {
    await run.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

class StagedRun {
  readonly #load: StagedLoad;
  readonly #options: StagedOptions;
  readonly #folder: string;
  #addresses: DevAddresses | null = null;
  #dev: DevProcess | null = null;

  constructor(load: StagedLoad, options: StagedOptions, folder: string) {
    this.#load = load;
    this.#options = options;
    this.#folder = folder;
  }

  async run(): Promise<StagedReport> {
    const { kills: wanted, changes, say } = this.#options;
    const load = this.#load;
    await this.#begin();
    let [kills, serverKills] = [0, 0];
    for (let stage = 0; stage <= wanted; stage++) {
      const before = await load.arrived();
      const writing = load.writeUpTo((changes * (stage + 1)) / (wanted + 1));
      // What is thrown is thrown below.
      writing.catch(() => undefined);
      await this.#until(async () => (await load.arrived()) > before, 'the sink to write');
      if (stage < wanted && stage % 2 === 0) {
        await this.#dev?.crash();
        await this.#startDev();
        kills++;
      } else if (stage < wanted) {
        await load.kill();
        serverKills++;
      }
      await writing;
      say(`${load.changes} changes, ${kills} kills of Millrace, ${serverKills} of ${load.server}`);
    }
    let violations: readonly string[] = ['nothing was compared'];
    await this.#until(async () => {
      violations = await load.differences();
      return violations.length === 0;
    }, 'everything to be there').catch((error: Error) => {
      violations = [error.message, ...violations.slice(0, EXAMPLES_MAX)];
    });
    return { changes: load.changes, kills, serverKills, compared: await load.compared(), violations };
  }

  async end(): Promise<void> {
    await this.#dev?.close();
    await this.#load.end();
  }

  async #begin(): Promise<void> {
    const [kafkaPort, httpPort] = [await freePort(), await freePort()];
    this.#addresses = {
      ...{ dataDir: join(this.#folder, 'data'), kafkaPort, httpPort },
      logFile: join(this.#folder, 'millrace.log'),
      childrenEndMs: STALL_MS,
    };
    mkdirSync(this.#addresses.dataDir);
    await this.#startDev();
    await this.#load.begin(join(this.#folder, 'server'), [`127.0.0.1:${kafkaPort}`]);
    for (const [name, config] of Object.entries(this.#load.connectors)) await this.#create(name, config);
  }

  async #startDev(): Promise<void> {
    if (this.#addresses) this.#dev = new DevProcess(this.#addresses);
    await this.#dev?.ready();
  }

  async #create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${this.#addresses?.httpPort}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, config }),
    });
    if (answer.status !== 201) throw new Error(`creating ${name}: ${answer.status} ${await answer.text()}`);
  }

  /** What the connectors say of themselves. */
  async #states(): Promise<string> {
    const url = `http://127.0.0.1:${this.#addresses?.httpPort}/connectors?expand=status`;
    return await fetch(url).then(
      (answer) => answer.text(),
      () => this.#dev?.printed ?? '',
    );
  }

  async #until(check: () => Promise<boolean>, what: string): Promise<void> {
    const endMs = performance.now() + STALL_MS;
    while (!(await check())) {
      if (performance.now() > endMs)
        throw new Error(`${what} did not come within ${STALL_MS} ms; ${await this.#states()}`);
      await delay(LOOK_EVERY_MS);
    }
  }
}
