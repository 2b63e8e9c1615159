import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { MillraceError } from '@millrace/foundation';

export interface BrokerProcessOptions {
  readonly id: number;
  readonly configFile: string;
  readonly logLevel: string;
  /** It has started, or ended: `pid` is another one. */
  readonly onChange: () => void;
  readonly say: (line: string) => void;
}

/** Between the end of a process and the next one; twice as long after each that did not come as far as `ready`. */
const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 10_000;
/** A broker that has not stopped by then is ended. */
const STOP_PATIENCE_MS = 30_000;

/** One `millrace broker` as a child, started again whenever it ends, until it is told to stop. It ends with this process. */
export class BrokerProcess {
  readonly #options: BrokerProcessOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | null = null;
  #kept: Promise<void> = Promise.resolve();

  constructor(options: BrokerProcessOptions) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Resolves when it serves. @throws {MillraceError} BROKER_NOT_STARTED; what it said stands on standard error */
  async start(): Promise<void> {
    const child = this.#spawn();
    const isReady = await saysReady(child);
    if (!isReady) {
      await ended(child);
      throw new MillraceError(`Broker ${this.#options.id} ended before it was ready.`, {
        ...{ code: 'BROKER_NOT_STARTED', class: 'transient' },
        hint: 'Its own words stand above.',
      });
    }
    this.#kept = this.#keep(child);
  }

  /** SIGTERM: it hands over what it leads. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child === null) return await this.#kept;
    const over = ended(child);
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await over;
    clearTimeout(timer);
    await this.#kept;
  }

  async #keep(first: ChildProcess): Promise<void> {
    const { signal } = this.#stopping;
    const { id, say } = this.#options;
    let child = first;
    let pauseMs = PAUSE_MIN_MS;
    for (;;) {
      const how = await ended(child);
      this.#child = null;
      if (signal.aborted) return;
      this.#options.onChange();
      say(`broker ${id} ended (${how}); it is started again`);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      child = this.#spawn();
      const isReady = await saysReady(child);
      if (isReady) say(`broker ${id} is back`);
      pauseMs = isReady ? PAUSE_MIN_MS : Math.min(PAUSE_MAX_MS, pauseMs * 2);
    }
  }

  #spawn(): ChildProcess {
    const { configFile, logLevel } = this.#options;
    const launcher = process.argv[1] ?? '';
    const child = spawn(
      process.execPath,
      [launcher, 'broker', '--config', configFile, '--log-level', logLevel],
      // A group of its own: what a terminal sends to all must not stop the log before its workers. The channel tells it that
      // this process is gone.
      { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], detached: true },
    );
    this.#child = child;
    this.#options.onChange();
    return child;
  }
}

/** False where it ends before. */
async function saysReady(child: ChildProcess): Promise<boolean> {
  if (child.stdout === null) return false;
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<boolean>((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('ready')) resolve(true);
    });
  });
  return await Promise.race([ready, ended(child).then(() => false)]);
}

async function ended(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null)
    await once(child, 'exit').catch((error: Error) => error.message);
  return String(child.signalCode ?? child.exitCode ?? 'not started');
}
