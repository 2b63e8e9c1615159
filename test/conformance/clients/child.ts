import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { QUICK_JVM } from '../../support/kafka-peer.ts';
import { CLIENT_TIMEOUT_MS } from './kafka-client.ts';

/** Programs in Java share a small machine evenly with the others. */
const env = {
  ...process.env,
  KAFKA_PEER_TOOL_JVM: QUICK_JVM,
  KAFKA_PEER_NICE: '0',
  // Java reads and prints in the character set of the locale, and a machine may have none.
  LC_ALL: 'C.UTF-8',
};

/**
 * Runs a program to its end with this input, and gives back what it printed.
 * @throws {Error} with its standard error, where it fails or takes too long
 */
export async function runChild(command: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  const timer = setTimeout(() => child.kill('SIGKILL'), CLIENT_TIMEOUT_MS);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  clearTimeout(timer);
  if (child.exitCode === 0) return out;
  const how = child.exitCode ?? child.signalCode;
  throw new Error(
    `${command} ${args.join(' ')} ended with ${how}:\n${err.slice(-4000)}\n${out.slice(-1000)}`,
  );
}

/** A program that keeps running, heard line by line. */
export class TalkingChild {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  constructor(command: string, args: readonly string[], onLine: (line: string) => void) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    createInterface({ input: this.#child.stdout }).on('line', onLine);
    createInterface({ input: this.#child.stderr }).on('line', onLine);
  }

  /** Writes to its standard input. */
  say(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Stops it where it is: it neither runs nor knows that it does not. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Sends the signal and resolves when it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLIENT_TIMEOUT_MS);
    await closed;
    clearTimeout(timer);
  }
}
