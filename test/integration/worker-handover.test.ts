import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createConsumer } from '@millrace/client';
import { ensureKeyFile } from '@millrace/connect-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RestOfAny } from '../chaos/rest.ts';
import { eventually, type MillraceWorker, skipping, startMillraceWorker } from '../support/index.ts';
import { type KafkaConnectPeer, kafkaPeerSkipReason, startKafkaConnect } from '../support/kafka-peer.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';

const noJava = kafkaPeerSkipReason();
const unavailable = brokerUnavailable() ?? (noJava === null ? undefined : skipping(noJava));
const SOURCE = 'org.apache.kafka.connect.file.FileStreamSourceConnector';
const SINK = 'org.apache.kafka.connect.file.FileStreamSinkConnector';
const STRINGS = 'org.apache.kafka.connect.storage.StringConverter';
const TIMEOUT_MS = 60_000;
/** The second worker learns with a heartbeat that there is something new. */
const QUICK = { 'offset.flush.interval.ms': '500', 'heartbeat.interval.ms': '500' };

interface Status {
  readonly connector: { readonly state: string };
  readonly tasks: readonly { readonly state: string; readonly worker_id: string }[];
}

/** A group whose topics pass from Java's workers to ours and back. */
class HandedGroup {
  readonly name = `handover-${Date.now()}`;
  readonly folder = mkdtempSync(join(tmpdir(), 'handover-'));
  readonly #broker: TestBroker;
  #rest = new RestOfAny([]);
  #java: KafkaConnectPeer | null = null;
  #ours: readonly MillraceWorker[] = [];

  constructor(broker: TestBroker) {
    this.#broker = broker;
  }

  async startJava(): Promise<void> {
    const { bootstrapServers } = this.#broker;
    const config = { ...QUICK, 'scheduled.rebalance.max.delay.ms': '0' };
    this.#java = await startKafkaConnect({
      ...{ bootstrapServers, group: this.name, workers: 2, heapMb: 384, config },
    });
    this.#rest = new RestOfAny(this.#java.ports);
  }

  async startOurs(): Promise<void> {
    const { bootstrapServers } = this.#broker;
    const keys = join(this.folder, 'keys');
    await ensureKeyFile(keys);
    const config = {
      'key.converter': STRINGS,
      'value.converter': STRINGS,
      ...QUICK,
      'secrets.key.file': keys,
      'secrets.storage.replication.factor': '1',
    };
    const start = () => startMillraceWorker({ bootstrapServers, group: this.name, config });
    this.#ours = await Promise.all([start(), start()]);
    this.#rest = new RestOfAny(this.#ours.map(({ url }) => Number(new URL(url).port)));
  }

  async stop(): Promise<void> {
    await this.#java?.stop();
    await Promise.all(this.#ours.map((worker) => worker.close()));
    this.#java = null;
    this.#ours = [];
  }

  ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#rest.ask(method, path, body);
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  append(name: string, from: number, count: number): void {
    const lines = Array.from({ length: count }, (_, index) => `${name} ${from + index}\n`);
    appendFileSync(this.file(name), lines.join(''));
  }

  topic(name: string): string {
    return `${this.name}-${name}`;
  }

  /** A source that follows the file of its name into the topic of its name. */
  async follow(name: string): Promise<void> {
    const config = { 'connector.class': SOURCE, file: this.file(name), topic: this.topic(name) };
    await this.ask('PUT', `/connectors/${name}/config`, config);
  }

  async untilConnector(name: string, state: string): Promise<void> {
    const status = async () => (await this.ask('GET', `/connectors/${name}/status`)) as Status;
    const what = `connector ${name} ${state}`;
    await eventually(async () => (await status()).connector.state === state, { what, timeoutMs: TIMEOUT_MS });
  }

  async until(name: string, state: string, tasks: number): Promise<void> {
    let last: unknown = null;
    await eventually(
      async () => {
        const status = (await this.ask('GET', `/connectors/${name}/status`)) as Status;
        last = status;
        const states = [status.connector, ...status.tasks].map((each) => each.state);
        return status.tasks.length === tasks && states.every((each) => each === state);
      },
      { what: `${name} ${state}`, timeoutMs: TIMEOUT_MS },
    ).catch((error) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
    });
  }

  /** How far a source has read its file, as its workers say. */
  async position(
    name: string,
  ): Promise<readonly { readonly partition: unknown; readonly position: number }[]> {
    const { offsets } = (await this.ask('GET', `/connectors/${name}/offsets`)) as {
      offsets: { partition: unknown; offset: { position: number } }[];
    };
    return offsets.map(({ partition, offset }) => ({ partition, position: offset.position }));
  }

  /** Waits until a topic has that many records, and checks that they are the lines in order, each once. */
  async expectLines(name: string, count: number): Promise<void> {
    const lines = Array.from({ length: count }, (_, index) => `${name} ${index}`);
    let values: readonly string[] = [];
    await eventually(
      async () => {
        values = await valuesOf(this.#broker.bootstrapServers, this.topic(name));
        return values.length >= count;
      },
      { what: `${count} records of ${name}`, timeoutMs: TIMEOUT_MS },
    ).catch(() => undefined);
    expect(values).toEqual(lines);
  }

  async expectSunk(name: string, count: number): Promise<void> {
    const read = () => readFileSync(this.file('sunk'), 'utf8').split('\n').slice(0, -1);
    await eventually(() => read().length >= count, { what: `${count} lines`, timeoutMs: TIMEOUT_MS });
    expect(read()).toEqual(Array.from({ length: count }, (_, index) => `${name} ${index}`));
  }
}

async function valuesOf(bootstrapServers: readonly string[], topic: string): Promise<readonly string[]> {
  const consumer = createConsumer({ bootstrapServers, autoOffsetReset: 'earliest' });
  const admin = createAdmin({ bootstrapServers });
  try {
    const partition = { topic, partition: 0 };
    const [end = 0] = await admin.listOffsets([partition], 'latest');
    const values: string[] = [];
    consumer.assign([partition]);
    while (values.length < end)
      for (const { value } of await consumer.poll(500)) values.push(value?.toString() ?? '');
    return values;
  } finally {
    await consumer.close();
    await admin.close();
  }
}

describe.skipIf(unavailable)('the topics of a group', () => {
  let broker: TestBroker;
  let group: HandedGroup;

  beforeAll(async () => {
    broker = await startTestBroker();
    group = new HandedGroup(broker);
    const admin = createAdmin({ bootstrapServers: broker.bootstrapServers });
    const names = ['runs', 'paused', 'stopped', 'later'].map((name) => group.topic(name));
    await admin.createTopics(names.map((name) => ({ name, partitions: 1 })));
    await admin.close();
  });

  afterAll(async () => {
    await group?.stop();
    await broker?.close();
    if (group) rmSync(group.folder, { recursive: true, force: true });
  });

  test("pass from two of Java's workers to ours and back: configs, states, offsets, not a record twice", async () => {
    for (const name of ['runs', 'paused', 'stopped', 'later']) writeFileSync(group.file(name), '');
    await group.startJava();
    for (const name of ['runs', 'paused', 'stopped']) {
      group.append(name, 0, 100);
      await group.follow(name);
    }
    await group.ask('PUT', '/connectors/sink/config', {
      ...{ 'connector.class': SINK, topics: group.topic('runs'), file: group.file('sunk') },
    });
    await group.ask('PUT', '/connectors/clear/config', {
      ...{ 'connector.class': SOURCE, file: group.file('later'), topic: group.topic('later') },
      ...{ 'api.password': 'tell nobody' },
    });
    for (const name of ['runs', 'paused', 'stopped']) await group.expectLines(name, 100);
    await group.expectSunk('runs', 100);
    await group.ask('PUT', '/connectors/paused/pause');
    await group.ask('PUT', '/connectors/stopped/stop');
    await group.until('paused', 'PAUSED', 1);
    await group.until('stopped', 'STOPPED', 0);
    const positions = await eventually(
      async () => {
        const names = ['runs', 'paused', 'stopped'];
        const all = await Promise.all(names.map((name) => group.position(name)));
        const whole = names.every((name, at) => all[at]?.[0]?.position === statSync(group.file(name)).size);
        return whole ? all : null;
      },
      // A task of Java's commits in intervals, one that is paused too.
      { what: 'offsets of all lines', timeoutMs: TIMEOUT_MS },
    );
    const configs = await group.ask('GET', '/connectors?expand=info');
    await group.stop();

    await group.startOurs();
    await group.until('runs', 'RUNNING', 1);
    await group.until('sink', 'RUNNING', 1);
    await group.until('paused', 'PAUSED', 1);
    await group.until('stopped', 'STOPPED', 0);
    expect(await group.ask('GET', '/connectors?expand=info')).toEqual(configs);
    expect(await Promise.all(['runs', 'paused', 'stopped'].map((name) => group.position(name)))).toEqual(
      positions,
    );
    for (const name of ['runs', 'paused', 'stopped']) group.append(name, 100, 50);
    await group.expectLines('runs', 150);
    await group.expectSunk('runs', 150);
    await group.ask('PUT', '/connectors/paused/resume');
    await group.ask('PUT', '/connectors/stopped/resume');
    await group.expectLines('paused', 150);
    await group.expectLines('stopped', 150);

    // What cannot go back is listed first: what was in clear is now sealed.
    const clear = await group.ask('GET', '/connectors/clear/config');
    await group.ask('PUT', '/connectors/clear/config', {
      ...(clear as object),
      'api.password': 'tell nobody',
    });
    const [first] = (await group.ask('GET', '/api/v1/secrets')) as { connector: string; inlined: string[] }[];
    expect(first).toMatchObject({ connector: 'clear', inlined: ['api.password'] });
    await group.ask('DELETE', '/connectors/clear');
    await group.follow('later');
    group.append('later', 0, 20);
    await group.expectLines('later', 20);
    await group.ask('PUT', '/connectors/later/stop');
    await group.until('later', 'STOPPED', 0);
    await group.ask('PUT', '/connectors/paused/pause');
    await group.until('paused', 'PAUSED', 1);
    await group.stop();

    await group.startJava();
    await group.until('runs', 'RUNNING', 1);
    await group.until('sink', 'RUNNING', 1);
    await group.until('stopped', 'RUNNING', 1);
    // Its task says FAILED until it is resumed: only then does Java's leader make task configs of its own.
    await group.untilConnector('paused', 'PAUSED');
    await group.until('later', 'STOPPED', 0);
    for (const name of ['runs', 'paused', 'stopped']) group.append(name, 150, 50);
    group.append('later', 20, 5);
    await group.expectLines('runs', 200);
    await group.expectSunk('runs', 200);
    await group.expectLines('stopped', 200);
    await group.ask('PUT', '/connectors/paused/resume');
    await group.ask('PUT', '/connectors/later/resume');
    await group.expectLines('paused', 200);
    await group.expectLines('later', 25);
  });
});
