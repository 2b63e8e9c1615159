import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin } from '@millrace/client';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually, type MillraceWorker, startServing } from '../support/index.ts';
import { brokerUnavailable, startTestBroker, type TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
let folder: string;
let running: MillraceWorker | null = null;

beforeAll(async () => {
  broker = await startTestBroker();
  folder = mkdtempSync(join(tmpdir(), 'standalone-'));
});
afterEach(async () => {
  await running?.close();
  running = null;
});
afterAll(async () => {
  await broker?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);

function properties(name: string, keys: Readonly<Record<string, string>>): string {
  writeFileSync(
    path(name),
    Object.entries(keys)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return path(name);
}

const workerFile = (offsets = 'offsets') =>
  properties('worker.properties', {
    'bootstrap.servers': broker.bootstrapServers.join(','),
    listeners: 'http://127.0.0.1:0',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.storage.file.filename': path(offsets),
    'offset.flush.interval.ms': '200',
  });

async function ask(method: string, at: string, body?: unknown): Promise<{ status: number; body: never }> {
  const answer = await fetch(`${running!.url}${at}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return {
    status: answer.status,
    body: (await answer.text().then((text) => (text ? JSON.parse(text) : null))) as never,
  };
}

const lines = () =>
  existsSync(path('out.txt')) ? readFileSync(path('out.txt'), 'utf8').split('\n').slice(0, -1) : [];

const until = (count: number) =>
  eventually(() => lines().length >= count, {
    what: `${count} lines, not ${lines().length}`,
    timeoutMs: 20_000,
  });

describe.skipIf(brokerUnavailable())('a standalone worker', () => {
  test('runs the connectors of its files, and goes on from the offsets in its file', async () => {
    const topic = `standalone-${Date.now()}`;
    const source = properties('source.properties', {
      name: 'source',
      'connector.class': 'FileStreamSource',
      file: path('in.txt'),
      topic,
    });
    const sink = path('sink.json');
    const config = {
      'connector.class': 'FileStreamSink',
      topics: topic,
      file: path('out.txt'),
      format: 'lines',
    };
    writeFileSync(sink, JSON.stringify({ name: 'sink', config }));
    writeFileSync(path('in.txt'), 'one\ntwo\n');
    const start = () => startServing(['standalone', workerFile(), source, sink]);

    running = await start();
    await until(2);
    expect((await ask('GET', '/connectors')).body).toEqual(['sink', 'source']);
    expect((await ask('GET', '/health')).status).toBe(200);
    await eventually(() => existsSync(path('offsets')), { what: 'the offsets' });
    await running.close();
    expect(JSON.parse(readFileSync(path('offsets'), 'utf8')).records).toHaveProperty(
      JSON.stringify(['source', { filename: path('in.txt') }]),
    );

    appendFileSync(path('in.txt'), 'three\n');
    running = await start();
    await until(3);
    expect(lines()).toEqual(['one', 'two', 'three']);

    // The whole REST API is there: stop, go back, resume.
    expect((await ask('PUT', '/connectors/source/stop')).status).toBe(204);
    await eventually(async () => (await ask('DELETE', '/connectors/source/offsets')).status === 200, {
      what: 'the offsets to be reset',
    });
    expect((await ask('PUT', '/connectors/source/resume')).status).toBe(202);
    await until(6);
    expect(lines()).toEqual(['one', 'two', 'three', 'one', 'two', 'three']);
  });

  test('is in no group: another one beside it on the same brokers has its own connectors', async () => {
    const sinkOf = (name: string) => {
      const config = { 'connector.class': 'FileStreamSink', topics: 'alone', file: path(`${name}.txt`) };
      writeFileSync(path(`${name}.json`), JSON.stringify({ name, ...config }));
      return path(`${name}.json`);
    };
    running = await startServing(['standalone', workerFile('first-offsets'), sinkOf('first')]);
    const second = await startServing(['standalone', workerFile('second-offsets'), sinkOf('second')]);
    onTestFinished(() => second.close());
    expect((await ask('GET', '/connectors')).body).toEqual(['first']);
    expect(await (await fetch(`${second.url}/connectors`)).json()).toEqual(['second']);
    const admin = createAdmin({ bootstrapServers: broker.bootstrapServers });
    onTestFinished(() => admin.close());
    expect((await admin.listGroups()).map(({ groupId }) => groupId)).not.toContain('connect-standalone');
  });

  test('killed with SIGKILL, goes on from the offsets in its file: what they cover does not come again', async () => {
    const topic = `standalone-killed-${Date.now()}`;
    const input = path('killed-in.txt');
    const admin = createAdmin({ bootstrapServers: broker.bootstrapServers });
    onTestFinished(() => admin.close());
    await admin.createTopics([{ name: topic, partitions: 1 }]);
    writeFileSync(input, '');
    const write = (count: number) => appendFileSync(input, 'a line\n'.repeat(count));
    const end = async () => (await admin.listOffsets([{ topic, partition: 0 }], 'latest'))[0] ?? 0;
    const config = { 'connector.class': 'FileStreamSource', file: input, topic };
    writeFileSync(path('killed.json'), JSON.stringify({ name: 'killed', ...config }));
    const start = () => startServing(['standalone', workerFile('killed-offsets'), path('killed.json')]);
    const stored = () => {
      const { records } = JSON.parse(readFileSync(path('killed-offsets'), 'utf8'));
      return JSON.parse(records[JSON.stringify(['killed', { filename: input }])]).position as number;
    };
    const isStored = () => existsSync(path('killed-offsets')) && stored() === statSync(input).size;

    for (const total of [1_000, 2_000]) {
      running = await start();
      write(1_000);
      await eventually(isStored, { what: `the position behind ${total} lines`, timeoutMs: 20_000 });
      process.kill(running.pid, 'SIGKILL');
      expect(await end()).toBe(total);
    }
    // Killed between a record and its offset, it comes again; nothing is left out.
    running = await start();
    write(1_000);
    await eventually(async () => (await end()) > 2_000, {
      what: 'the first of new lines',
      timeoutMs: 20_000,
    });
    process.kill(running.pid, 'SIGKILL');
    running = await start();
    await eventually(isStored, { what: 'the last position', timeoutMs: 20_000 });
    expect(await end()).toBeGreaterThanOrEqual(3_000);
    expect(await end()).toBeLessThanOrEqual(4_000);
  });

  test('a connector that cannot be made ends it, with the file and the key', async () => {
    const source = properties('wrong.properties', { name: 'wrong', 'connector.class': 'FileStreamSource' });
    await expect(startServing(['standalone', workerFile(), source])).rejects.toThrow(
      /wrong\.properties.*"topic"/s,
    );
  });
});
