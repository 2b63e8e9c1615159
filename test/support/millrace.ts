import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChildOutput, endChild } from './child-output.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const READY_TIMEOUT_MS = 30_000;

export interface MillraceOptions {
  /** The command itself, where it is not the one of this checkout. */
  readonly launcher?: string;
  /** More arguments of `millrace dev`. `--no-demo` is given unless `demo` is true. */
  readonly args?: readonly string[];
  readonly demo?: boolean;
  /** A data folder that is kept; else a new one, removed at the end. */
  readonly dataDir?: string;
  /** 0 (any free one) where it is not given; a restart on the same addresses names those of before. */
  readonly kafkaPort?: number;
  readonly httpPort?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
}

/** The `millrace dev` command as a process of its own. */
export interface Millrace {
  /** `host:port` of the broker. */
  readonly kafka: string;
  /** `http://host:port` of the REST API. */
  readonly rest: string;
  readonly ui: string;
  readonly kafkaPort: number;
  readonly httpPort: number;
  readonly dataDir: string;
  readonly pid: number;
  /** Milliseconds from its start to the line `ready`. */
  readonly readyAfterMs: number;
  /** What it printed last, for messages of failures. */
  readonly output: ChildOutput;
  /** Sends a signal (SIGKILL for a crash) and resolves when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it in order and removes a data folder that was made for it. Its exit code, or the signal that ended it. */
  close(): Promise<number | NodeJS.Signals | null>;
}

/**
 * Starts `millrace dev` on the loopback and waits for the line `ready`.
 * @throws {Error} with what it printed, where it ends or stays silent before
 */
export async function startMillrace(options: MillraceOptions = {}): Promise<Millrace> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'millrace-data-'));
  const removeData = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  const startedMs = performance.now();
  const child = spawn(process.execPath, [options.launcher ?? LAUNCHER, ...argumentsOf(dataDir, options)], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = new ChildOutput(child);
  try {
    const [, kafka = '', rest = '', ui = ''] = await output.line(
      /^ready {2}Kafka (\S+) {2}REST (\S+?)\/? {2}UI (\S+)$/,
      options.readyTimeoutMs ?? READY_TIMEOUT_MS,
    );
    return {
      kafka,
      rest,
      ui,
      kafkaPort: Number(kafka.slice(kafka.lastIndexOf(':') + 1)),
      httpPort: Number(new URL(rest).port),
      dataDir,
      pid: child.pid ?? 0,
      readyAfterMs: performance.now() - startedMs,
      output,
      kill: (signal) => killed(child, signal),
      async close() {
        await endChild(child);
        removeData();
        return child.exitCode ?? child.signalCode;
      },
    };
  } catch (error) {
    await endChild(child);
    removeData();
    throw error;
  }
}

function argumentsOf(dataDir: string, options: MillraceOptions): string[] {
  return [
    'dev',
    '--data-dir',
    dataDir,
    '--kafka-port',
    String(options.kafkaPort ?? 0),
    '--http-port',
    String(options.httpPort ?? 0),
    ...(options.demo ? [] : ['--no-demo']),
    ...(options.args ?? []),
  ];
}

async function killed(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
