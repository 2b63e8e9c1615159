import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ChildOutput, endChild } from './child-output.ts';

export type ServiceName =
  | 'postgres'
  | 'mongodb'
  | 'elasticsearch'
  | 'redis'
  | 's3'
  | 'mysql'
  | 'schema-registry';

/** A real server on the loopback, started for a test. */
export interface Service {
  /** What its start script printed, such as `postgres://postgres:postgres@127.0.0.1:20815/postgres`. */
  readonly url: string;
  readonly port: number;
  /** Of the start script, whose child the server is. */
  readonly pid: number;
  /** Ends it, and removes its data unless `SERVICE_DATA` named a folder. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;
const told = new Set<string>();

/** The start scripts lie beside the repository, not in it. */
function scriptOf(name: string): string {
  return fileURLToPath(new URL(`../../../shared/services/${name}`, import.meta.url));
}

/**
 * Why a service cannot be started on this machine, for `describe.skipIf`; printed once. Undefined where it can be.
 */
export function unavailable(name: ServiceName): string | undefined {
  if (existsSync(scriptOf(name))) return undefined;
  const reason = `no ${name}: its start script is not beside this repository (../shared/services/${name})`;
  return skipping(reason);
}

/** Prints the reason of a skip once, and gives it back. */
export function skipping(reason: string): string {
  if (!told.has(reason)) process.stdout.write(`skipped: ${reason}\n`);
  told.add(reason);
  return reason;
}

/**
 * Starts a service on a free port, or on `port`; `env` goes to its script (POSTGRES_VERSION, SERVICE_DATA, ...).
 * @throws {Error} with the end of its output where it does not start within two minutes
 */
export async function startService(
  name: ServiceName,
  options: { readonly port?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Service> {
  const child = spawn(scriptOf(name), options.port === undefined ? [] : [String(options.port)], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = new ChildOutput(child);
  try {
    const [url] = await output.line(/^\w+:\/\/.*$/, START_TIMEOUT_MS);
    return { url, port: Number(new URL(url).port), pid: child.pid ?? 0, stop: () => endChild(child) };
  } catch (error) {
    await endChild(child);
    throw error;
  }
}
