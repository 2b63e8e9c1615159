import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';

const run = promisify(execFile);
const START_TIMEOUT_MS = 120_000;
const FIRST_PORT = 28_000;
const PORT_SPAN = 2_000;
const PORT_TRIES = 50;

/** Peers of tests live for seconds: the quick compiler alone has them ready sooner, and leaves more of a small machine to others. */
export const QUICK_JVM = '-XX:TieredStopAtLevel=1';

/** A broker begins to serve with a heartbeat: every test waits for that. */
const QUICK_NODE = { 'broker.heartbeat.interval.ms': '200' };

/** For one that is killed: it is let in again when its former life has not been heard of for a session. */
export const QUICK_RETURN = { 'broker.session.timeout.ms': '3000' };

/** A running Apache Kafka, the oracle of the conformance tests. */
export interface KafkaPeer {
  readonly bootstrapServers: readonly string[];
  /** Its process; another one after each `resume`. */
  pid(): number;
  /** SIGTERM; the data stay. */
  end(): Promise<void>;
  /** SIGKILL; the data stay. */
  kill(): Promise<void>;
  /** Starts it again on its data. */
  resume(): Promise<void>;
  /** Ends it at once, as nobody needs its data any more, and removes its folder. */
  stop(): Promise<void>;
}

/** Where the scripts that run it are: `KAFKA_PEER_DIR`, or the folder beside this repository. */
function scriptFolder(): string {
  const beside = resolve(import.meta.dirname, '../../../shared/peers/kafka');
  return process.env.KAFKA_PEER_DIR ?? beside;
}

/** One of the scripts that run it and what belongs to it. */
export function kafkaPeerScript(name: 'broker.sh' | 'connect.sh'): string {
  return join(scriptFolder(), name);
}

/** Why it cannot be run here; null where it can. Say it when a suite is skipped for it. */
export function kafkaPeerSkipReason(): string | null {
  const script = kafkaPeerScript('broker.sh');
  if (!existsSync(script))
    return `no Apache Kafka to compare with: ${script} is missing (set KAFKA_PEER_DIR)`;
  const home = process.env.KAFKA_PEER_HOME ?? join(homedir(), '.cache/kafka-peer');
  if (!existsSync(join(home, 'libs')))
    return `no Apache Kafka to compare with: ${home}/libs is missing (run fetch.sh)`;
  return null;
}

export interface KafkaPeerOptions {
  readonly heapMb?: number;
  /** Levels of features other than this release's own, such as `{ 'transaction.version': 1 }`. */
  readonly features?: Readonly<Record<string, number>>;
  /** Settings of the broker beside those of the script. */
  readonly properties?: Readonly<Record<string, string>>;
  /** It works for minutes: as its makers have it, not so that it is ready soon. */
  readonly longRun?: boolean;
}

/** Starts one node on a free port of loopback with a folder of its own. It takes some 3 s and `heapMb` of memory. */
export async function startKafkaPeer(options: KafkaPeerOptions = {}): Promise<KafkaPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-peer-'));
  const port = await freePortPair();
  const { heapMb = 768, features = {}, longRun = false } = options;
  const properties = { ...(longRun ? {} : QUICK_NODE), ...options.properties };
  const propertiesFile = join(folder, 'more.properties');
  await writeFile(
    propertiesFile,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const env = {
    ...process.env,
    KAFKA_PEER_RUN: folder,
    KAFKA_PEER_PORT: String(port),
    KAFKA_PEER_HEAP: `-Xmx${heapMb}M -Xms256M`,
    // Read by every `java`: by the one that formats the folder too.
    JDK_JAVA_OPTIONS: longRun ? '' : QUICK_JVM,
    KAFKA_PEER_NICE: '0',
    KAFKA_PEER_PROPS: propertiesFile,
    // The script's own wait takes a process for dead that has not become java yet, as happens on a busy machine.
    KAFKA_PEER_NOWAIT: '1',
    KAFKA_PEER_FORMAT: Object.entries(features)
      .map(([name, level]) => `--feature ${name}=${level}`)
      .join(' '),
  };
  const script = (...args: string[]) =>
    run(kafkaPeerScript('broker.sh'), args, { env, timeout: START_TIMEOUT_MS });
  const stop = async () => {
    await script('kill', '1');
    await rm(folder, { recursive: true, force: true });
  };
  // On data that are there it is started again: there is nothing to format then.
  const start = async () => {
    await script('start');
    await untilStarted(join(folder, 'n1'));
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    bootstrapServers: [`127.0.0.1:${port}`],
    pid: () => pidIn(join(folder, 'n1')),
    end: async () => {
      await script('stop', '1');
    },
    kill: async () => {
      await script('kill', '1');
      // A killed process lets go of its sockets and of its folder's lock a moment after it has lost its command line.
      const isGone = async () => (await isFree(port)) && (await isFree(port + 1));
      await eventually(isGone, { what: `ports ${port} and ${port + 1} free again` });
    },
    resume: start,
    stop,
  };
}

/** Before the first rebalance it takes its time, or answers that it cannot. */
async function untilConnectAnswers(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/connectors`;
  const answers = async () => (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
  await eventually(answers, { what: 'Kafka Connect to answer', timeoutMs: START_TIMEOUT_MS });
}

const pidIn = (node: string) => Number(readFileSync(join(node, 'pid'), 'utf8'));

async function untilStarted(node: string): Promise<void> {
  const read = (name: string) => (existsSync(join(node, name)) ? readFileSync(join(node, name), 'utf8') : '');
  const isStarted = () => read('server.log').includes('Kafka Server started');
  const what = 'Apache Kafka to be ready';
  await eventually(() => isStarted() || !isAlive(pidIn(node)), { what, timeoutMs: START_TIMEOUT_MS });
  if (isStarted()) return;
  throw new Error(
    `Apache Kafka ended:\n${`${read('stdout.log')}\n${read('server.log')}`.trim().slice(-2_000)}`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A running Kafka Connect: distributed workers of one group, with the file connectors. */
export interface KafkaConnectPeer {
  /** Of the first worker's REST API. */
  readonly url: string;
  /** Of all of them. */
  readonly ports: readonly number[];
  /** SIGTERM to all, and what they kept is removed. */
  stop(): Promise<void>;
}

/** Starts Kafka Connect workers on that broker, one or two, with more lines for their config. It takes some 8 s. */
export async function startKafkaConnect(options: {
  readonly bootstrapServers: readonly string[];
  readonly group: string;
  readonly workers?: 1 | 2;
  readonly config?: Readonly<Record<string, string>>;
  readonly heapMb?: number;
}): Promise<KafkaConnectPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-connect-peer-'));
  const properties = join(folder, 'worker.properties');
  // Its usual way loads every class of the class path: ten seconds on a busy machine.
  const config = { 'plugin.discovery': 'service_load', ...options.config };
  const lines = Object.entries(config).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(properties, lines.join(''));
  const port = await freePortPair();
  const env = {
    ...process.env,
    KAFKA_CONNECT_BOOTSTRAP: options.bootstrapServers.join(','),
    KAFKA_CONNECT_PORT: String(port),
    KAFKA_CONNECT_GROUP: options.group,
    KAFKA_CONNECT_PROPS: properties,
    KAFKA_CONNECT_HEAP: `-Xms128M -Xmx${options.heapMb ?? 768}M`,
    KAFKA_PEER_JVM_EXTRA: QUICK_JVM,
    KAFKA_PEER_NICE: '0',
    KAFKA_PEER_NOWAIT: '1',
  };
  const { workers = 1 } = options;
  const script = (...args: string[]) =>
    run(join(scriptFolder(), 'connect.sh'), args, { env, timeout: START_TIMEOUT_MS });
  const stop = async () => {
    await script('wipe');
    await rm(folder, { recursive: true, force: true });
  };
  const ports = Array.from({ length: workers }, (_, index) => port + index);
  try {
    await script('start', String(workers));
    await Promise.all(ports.map(untilConnectAnswers));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, ports, stop };
}

/** A port for the broker whose next one, the controller's, is free too. */
async function freePortPair(): Promise<number> {
  for (let i = 0; i < PORT_TRIES; i++) {
    const port = FIRST_PORT + 2 * Math.floor(Math.random() * (PORT_SPAN / 2));
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
  throw new Error(`no two free ports between ${FIRST_PORT} and ${FIRST_PORT + PORT_SPAN}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
