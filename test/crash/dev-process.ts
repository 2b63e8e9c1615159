import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ChildOutput, endChild } from '../support/index.ts';
import { descendantsOf, survivors } from './process-tree.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const CHILDREN_END_MS = 2_000;

export interface DevAddresses {
  readonly dataDir: string;
  readonly kafkaPort: number;
  readonly httpPort: number;
  /** Everything that all starts print. */
  readonly logFile: string;
  /** How long children of a killed process may outlive it, ms; left out: 2 seconds. */
  readonly childrenEndMs?: number;
}

/** `millrace dev`, which may be killed at any moment, also before it is ready. */
export class DevProcess {
  readonly startedMs = performance.now();
  readonly #child: ChildProcess;
  readonly #output: ChildOutput;
  readonly #log: WriteStream;
  readonly #childrenEndMs: number;
  #children: readonly number[] | null = null;

  constructor({ dataDir, kafkaPort, httpPort, logFile, childrenEndMs = CHILDREN_END_MS }: DevAddresses) {
    this.#childrenEndMs = childrenEndMs;
    const ports = ['--kafka-port', String(kafkaPort), '--http-port', String(httpPort)];
    const args = [LAUNCHER, 'dev', '--data-dir', dataDir, ...ports, '--no-demo', '--log-level', 'info'];
    // A group of its own: an interrupt at the terminal ends the driver, which ends this one in order.
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#log = createWriteStream(logFile, { flags: 'a' });
    this.#output = new ChildOutput(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (text: string) => this.#log.write(text));
    this.#child.once('close', () => this.#log.end());
  }

  get printed(): string {
    return this.#output.text;
  }

  /** Resolves at the line `ready`. @throws {Error} with what it printed, where it ends before */
  async ready(): Promise<void> {
    await this.#output.line(/^ready /, READY_TIMEOUT_MS);
  }

  /** Looks for its children now, so that a crash which must come at a certain moment need not do that first. */
  aim(): void {
    this.#children = descendantsOf(this.#child.pid ?? 0);
  }

  /** SIGKILL to the main process alone. @throws {Error} where it had ended before, or its children outlive it */
  async crash(): Promise<void> {
    const { pid, exitCode } = this.#child;
    if (pid === undefined || exitCode !== null)
      throw new Error(`the process ended by itself (${exitCode}):\n${this.printed}`);
    const children = this.#children ?? descendantsOf(pid);
    await endChild(this.#child, 'SIGKILL');
    const left = await survivors(children, this.#childrenEndMs);
    for (const child of left) process.kill(child, 'SIGKILL');
    if (left.length > 0)
      throw new Error(
        `${left.length} of ${children.length} children lived on after ${this.#childrenEndMs} ms`,
      );
  }

  /** SIGTERM, and its exit code. */
  async close(): Promise<number | null> {
    await endChild(this.#child);
    return this.#child.exitCode;
  }
}
