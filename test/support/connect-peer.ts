import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { kafkaPeerScript } from './kafka-peer.ts';

const run = promisify(execFile);
const START_TIMEOUT_MS = 180_000;

/** A running worker of Apache Kafka's Connect, the oracle of the Connect runtime. */
export interface ConnectPeer {
  /** Of its REST API, without a slash at the end. */
  readonly url: string;
  /** Asks its REST API. @throws where it answers an error */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

/** Starts one distributed worker against a Kafka. It takes some 7 s; `kafkaPeerSkipReason` says whether it can be had. */
export async function startConnectPeer(options: {
  readonly bootstrapServers: readonly string[];
  /** Lines for the worker's configuration. */
  readonly config?: Readonly<Record<string, string>>;
}): Promise<ConnectPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-peer-'));
  const properties = join(folder, 'more.properties');
  const lines = Object.entries(options.config ?? {}).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(properties, lines.join(''));
  const port = await freePort();
  const script = (...args: string[]) =>
    run(kafkaPeerScript('connect.sh'), args, {
      cwd: dirname(kafkaPeerScript('connect.sh')),
      env: {
        ...process.env,
        KAFKA_CONNECT_BOOTSTRAP: options.bootstrapServers.join(','),
        KAFKA_CONNECT_PORT: String(port),
        KAFKA_CONNECT_GROUP: `peer-connect-${port}`,
        KAFKA_CONNECT_HEAP: '-Xms128M -Xmx512M',
        KAFKA_CONNECT_PROPS: properties,
      },
      timeout: START_TIMEOUT_MS,
    });
  const stop = async () => {
    await script('wipe');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await script('start');
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  return { url, call: (method, path, body) => call(`${url}${path}`, method, body), stop };
}

async function call(url: string, method: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}
