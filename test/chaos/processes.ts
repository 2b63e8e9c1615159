import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildOutput, endChild } from '../support/index.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 60_000;

/** One `millrace broker` or `millrace worker` that is started, killed and started again under one name. */
export class Member {
  readonly name: string;
  readonly #command: 'broker' | 'worker';
  readonly #folder: string;
  readonly #config: { readonly [key: string]: string | number };
  #child: ChildProcess | null = null;
  #output: ChildOutput | null = null;

  constructor(
    command: 'broker' | 'worker',
    options: {
      readonly name: string;
      readonly folder: string;
      readonly config: { readonly [key: string]: string | number };
    },
  ) {
    this.name = options.name;
    this.#command = command;
    this.#folder = options.folder;
    this.#config = options.config;
  }

  /** Its process; null while it is down. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  start(): void {
    const configFile = join(this.#folder, `${this.name}.json`);
    writeFileSync(configFile, JSON.stringify(this.#config));
    const child = spawn(process.execPath, [LAUNCHER, this.#command, '--config', configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // An interrupt at the terminal ends the driver, which ends these in order.
      detached: true,
    });
    const log = createWriteStream(join(this.#folder, `${this.name}.log`), { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: string) => log.write(text));
    child.once('close', () => log.end());
    this.#child = child;
    this.#output = new ChildOutput(child);
  }

  /** Resolves at the line `ready`. @throws {Error} with what it printed, where it ends before */
  async ready(): Promise<void> {
    await this.#output?.line(/^ready /, READY_TIMEOUT_MS);
  }

  /** Ends it; resolves when the process is gone. @throws {Error} where it had ended by itself */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const printed = this.#output?.text.slice(-2_000);
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${this.name} ended by itself (${child.exitCode ?? child.signalCode}):\n${printed}`);
    await endChild(child, signal);
    this.#child = null;
  }
}
