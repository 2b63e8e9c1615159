import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where the scripts that run Apache Kafka and its tools are. */
export const peerScripts =
  process.env.KAFKA_PEER_DIR ?? fileURLToPath(new URL('../../../../shared/peers/kafka', import.meta.url));
/** Where its jars are. */
export const peerHome = process.env.KAFKA_PEER_HOME ?? join(homedir(), '.cache/kafka-peer');

/** As Linux counts towards user space. */
const TICKS_PER_SECOND = 100;
const TOOL_TIMEOUT_MS = 600_000;
const run = promisify(execFile);

async function tool(name: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(join(peerScripts, 'tools.sh'), [name, ...args], {
    env: { ...process.env, KAFKA_PEER_NICE: '0' },
    timeout: TOOL_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** A client's whole process, with the start of its virtual machine. */
export async function javaCost(
  kind: 'produce' | 'consume',
  bootstrap: string,
  { topic, records, recordBytes }: { topic: string; records: number; recordBytes: number },
): Promise<{ readonly recordsPerSecond: number; readonly cpuSecondsPerMillion: number }> {
  const before = childrenCpuSeconds();
  const recordsPerSecond =
    kind === 'produce'
      ? await producerPerf(bootstrap, { topic, records, recordBytes, settings: { acks: 'all' } })
      : await consumerPerf(bootstrap, topic, records);
  return { recordsPerSecond, cpuSecondsPerMillion: ((childrenCpuSeconds() - before) / records) * 1e6 };
}

/** Of the children that have ended and were waited for, from /proc. */
function childrenCpuSeconds(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

export interface Production {
  readonly topic: string;
  readonly records: number;
  readonly recordBytes: number;
  /** Of the producer: `acks`, `compression.type`, `batch.size`, ... */
  readonly settings: Readonly<Record<string, string>>;
}

/** `kafka-producer-perf-test`. @returns records/s as the tool says them */
export async function producerPerf(bootstrap: string, production: Production): Promise<number> {
  const settings = Object.entries(production.settings).map(([key, value]) => `${key}=${value}`);
  const { topic, records, recordBytes } = production;
  const counts = ['--num-records', `${records}`, '--record-size', `${recordBytes}`, '--throughput', '-1'];
  const output = await tool('producer-perf', [
    ...['--bootstrap-server', bootstrap, '--topic', topic],
    ...counts,
    ...['--command-property', ...settings],
  ]);
  const line = output.split('\n').findLast((text) => text.includes(`${records} records sent`));
  const rate = Number(/([\d.]+) records\/sec/.exec(line ?? '')?.[1]);
  if (!(rate > 0)) throw new Error(`producer-perf did not send ${records} records: ${output.slice(-500)}`);
  return rate;
}

/** `kafka-consumer-perf-test` by a new group. @returns records/s, without what the group's start took */
export async function consumerPerf(bootstrap: string, topic: string, records: number): Promise<number> {
  const output = await tool('consumer-perf', [
    ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', `${records}`],
    ...['--group', `bench-${performance.now()}`, '--hide-header', '--timeout', '120000'],
  ]);
  const fields = output
    .split('\n')
    .findLast((text) => /^\d{4}-/.test(text))
    ?.split(', ');
  const rate = Number(fields?.[9]);
  if (!(rate > 0)) throw new Error(`consumer-perf did not read ${records} records: ${output.slice(-500)}`);
  return rate;
}

/** `ShareConsumerPerformance` by one consumer. @returns seconds from its start to the last record, the joining counted in */
export async function sharePerf(
  bootstrap: string,
  { topic, group, records }: { readonly topic: string; readonly group: string; readonly records: number },
): Promise<number> {
  const output = await tool('share-consumer-perf', [
    ...['--bootstrap-server', bootstrap, '--topic', topic, '--num-records', `${records}`],
    ...['--group', group, '--hide-header', '--timeout', '120000'],
  ]);
  const fields = output
    .split('\n')
    .findLast((text) => /^\d{4}-/.test(text))
    ?.split(', ');
  const [began, ended] = (fields ?? []).map((text) => Date.parse(text.replace(/:(\d{3})$/, '.$1')));
  const seconds = ((ended ?? Number.NaN) - (began ?? Number.NaN)) / 1000;
  if (!(seconds > 0))
    throw new Error(`share-consumer-perf did not read ${records} records: ${output.slice(-500)}`);
  return seconds;
}

/** Latency from a send to the record in hand, one record at a time, microseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** `Probe.java` of the peer: a Java client that is told what to do line by line. */
export class JavaProbe {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
  }

  static async start(bootstrap: string): Promise<JavaProbe> {
    const java = [
      ...['-Xmx256M', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${peerHome}/libs/*`],
      ...[`-Dlog4j2.configurationFile=${peerScripts}/log4j2.yaml`, '-Dpeer.log.level=OFF'],
      ...[join(peerScripts, 'Probe.java'), bootstrap],
    ];
    const child = spawn('java', java, { stdio: ['pipe', 'pipe', 'ignore'] });
    const probe = new JavaProbe(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
    await probe.#line();
    return probe;
  }

  async create(topic: string, partitions: number): Promise<void> {
    await this.#ask(`create ${topic} ${partitions} 1`);
  }

  async delete(topic: string): Promise<void> {
    await this.#ask(`delete ${topic}`);
  }

  /** Sends one record, trying until it is acknowledged. @returns when, epoch ms */
  async first(topic: string): Promise<number> {
    return Number(await this.#ask(`first ${topic}`));
  }

  async latency(topic: string, records: number, acks: string, recordBytes: number): Promise<Latency> {
    const [p50, p99, p999] = (await this.#ask(`e2e ${topic} ${records} ${acks} ${recordBytes}`))
      .split(' ')
      .map(Number);
    return { p50: p50 ?? Number.NaN, p99: p99 ?? Number.NaN, p999: p999 ?? Number.NaN };
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }

  async #ask(command: string): Promise<string> {
    this.#child.stdin?.write(`${command}\n`);
    const answer = await this.#line();
    if (/^(error|timeout|\?)/.test(answer)) throw new Error(`${command}: ${answer}`);
    return answer;
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the Java probe has ended');
    return String(value);
  }
}
