import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const KEPT_CHARACTERS = 64 * 1024;

/** What a child process has printed: complete lines of standard output as they come, and the end of both streams. */
export class ChildOutput {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #text = '';
  #unfinished = '';
  #awake = Promise.withResolvers<void>();

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#printed(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    child.once('exit', () => this.#wake());
    child.once('error', (error) => {
      this.#keep(`${error.message}\n`);
      this.#wake();
    });
  }

  /** The end of what it printed on both streams, for the message of a failure. */
  get text(): string {
    return this.#text;
  }

  /** Complete lines of standard output so far, the newest ones where there were very many. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /**
   * The first line that matches, now or later.
   * @throws {Error} with what was printed, where the process ends or the time passes first
   */
  async line(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const late = AbortSignal.timeout(timeoutMs);
    const stop = once(late, 'abort');
    for (;;) {
      const awake = this.#awake.promise;
      for (const line of this.#lines) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      const { exitCode, signalCode } = this.#child;
      const ended = exitCode ?? signalCode ?? (this.#child.pid === undefined ? 'not started' : null);
      if (ended !== null) throw new Error(`ended (${ended}) before a line ${pattern}:\n${this.#text}`);
      if (late.aborted) throw new Error(`no line ${pattern} within ${timeoutMs} ms:\n${this.#text}`);
      await Promise.race([awake, stop]);
    }
  }

  #printed(text: string): void {
    this.#keep(text);
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop() ?? '';
    this.#lines.push(...lines);
    this.#lines.splice(0, this.#lines.length - 10_000);
    this.#wake();
  }

  #keep(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT_CHARACTERS);
  }

  #wake(): void {
    this.#awake.resolve();
    this.#awake = Promise.withResolvers();
  }
}

/** Sends a signal and resolves when the process has ended; SIGKILL follows where it has not after `patienceMs`. */
export async function endChild(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
  patienceMs = 20_000,
): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(timer);
}
