import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QUICK_JVM } from '../../support/kafka-peer.ts';

const run = promisify(execFile);
const ORACLE_TIMEOUT_MS = 60_000;
const OUTPUT_MAX_BYTES = 32 * 1024 * 1024;

/** JsonConverter's envelope; null is no value and no schema. */
export type Envelope = { readonly schema: unknown; readonly payload: unknown } | null;

/** One record, and the transform that is applied to it. */
export interface TransformCase {
  readonly what: string;
  /** Without its package: `Cast$Value`. */
  readonly type: string;
  readonly config: Readonly<Record<string, string>>;
  readonly key?: Envelope;
  readonly value?: Envelope;
  readonly headers?: readonly { readonly key: string; readonly value: Envelope }[];
  readonly timestamp?: number | null;
  /** Comes from a source: it has no offset yet. */
  readonly source?: boolean;
}

/** A record as both sides tell it. */
export interface TransformedRecord {
  readonly topic: string;
  readonly partition: number | null;
  readonly timestamp: number | null;
  readonly key: unknown;
  readonly value: unknown;
  readonly headers: readonly { readonly key: string; readonly value: unknown }[];
}

export type Answer = { readonly record: TransformedRecord | null } | { readonly error: string };

/** What SimpleHeaderConverter makes of a text, and writes again. */
export type HeaderAnswer =
  | { readonly read: unknown; readonly written: string | null }
  | { readonly error: string };

/** Runs the Java program beside this file on Kafka's own jars, and others where `classpath` names some. */
export async function askOracle<T>(
  cases: readonly object[],
  classpath: readonly string[] = [],
): Promise<readonly T[]> {
  const folder = await mkdtemp(join(tmpdir(), 'transform-oracle-'));
  try {
    const file = join(folder, 'cases.json');
    await writeFile(file, JSON.stringify(cases));
    const libs = join(process.env.KAFKA_PEER_HOME ?? join(homedir(), '.cache/kafka-peer'), 'libs/*');
    const program = join(import.meta.dirname, 'TransformOracle.java');
    const { stdout } = await run(
      'java',
      ['-Xmx256M', QUICK_JVM, '-Duser.timezone=UTC', '-cp', [libs, ...classpath].join(':'), program, file],
      { timeout: ORACLE_TIMEOUT_MS, maxBuffer: OUTPUT_MAX_BYTES },
    );
    return JSON.parse(stdout.slice(stdout.indexOf('[')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
