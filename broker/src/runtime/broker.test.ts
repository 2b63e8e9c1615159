import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, ZERO_UUID } from '@millrace/foundation';
import { type Api, decodeResponse, encodeRequest, errorByCode, Reader } from '@millrace/protocol';
import {
  createTopics,
  fetch,
  initProducerId,
  listOffsets,
  metadata,
  type ProduceRequestTopicInit,
  produce,
} from '@millrace/protocol/messages';
import { decodeBatch, iterateBatches, RecordBatchBuilder } from '@millrace/protocol/records';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleBatch } from '../testing/sample-batches.ts';
import { type RunningBroker, startBroker } from './broker.ts';

let folder: string;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-broker-'));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
});

async function start(more: Record<string, unknown> = {}): Promise<RunningBroker> {
  const config = { 'log.dirs': folder, listeners: 'PLAINTEXT://127.0.0.1:0', ...more };
  const broker = await startBroker(config, { logger: silentLogger });
  cleanups.push(() => broker.close());
  return broker;
}

/** One connection; calls are answered in order. */
async function dial(broker: RunningBroker, listener = 'PLAINTEXT') {
  const socket = connect(broker.boundAddresses.get(listener)!.port, '127.0.0.1').setNoDelay(true);
  cleanups.push(() => socket.destroy());
  const waiting: ((frame: Buffer) => void)[] = [];
  let buffered: Buffer = Buffer.alloc(0);
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
      waiting.shift()?.(buffered.subarray(4, 4 + buffered.readInt32BE(0)));
      buffered = buffered.subarray(4 + buffered.readInt32BE(0));
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  const send = <Q, QI, S, SI>(api: Api<Q, QI, S, SI>, version: number, body: QI): void => {
    socket.write(Buffer.concat(encodeRequest({ api, version, correlationId: 1, clientId: 'test', body })));
  };
  const call = async <Q, QI, S, SI>(api: Api<Q, QI, S, SI>, version: number, body: QI): Promise<S> => {
    const frame = new Promise<Buffer>((resolve) => waiting.push(resolve));
    send(api, version, body);
    return decodeResponse(api, version, new Reader(await frame)).body;
  };
  return { call, send, isClosed: () => isClosed };
}

type Client = Awaited<ReturnType<typeof dial>>;

async function makeTopic(
  client: Client,
  name: string,
  configs: Record<string, string> = {},
): Promise<string> {
  const body = await client.call(createTopics, 7, {
    timeoutMs: 5000,
    topics: [
      {
        name,
        numPartitions: 1,
        replicationFactor: 1,
        assignments: [],
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      },
    ],
  });
  expect(body.topics[0]?.errorCode).toBe(0);
  return body.topics[0]!.topicId;
}

async function send(
  client: Client,
  records: Buffer | null,
  more: { topic?: string; acks?: number; version?: number } = {},
) {
  const topicData: ProduceRequestTopicInit[] = [
    { name: more.topic ?? 'orders', partitionData: [{ index: 0, records }] },
  ];
  const request = { transactionalId: null, acks: more.acks ?? -1, timeoutMs: 5000, topicData };
  const { responses } = await client.call(produce, more.version ?? 12, request);
  const [partition] = responses[0]!.partitionResponses;
  return { ...partition!, error: errorByCode(partition!.errorCode).name };
}

interface Wanted {
  readonly offset?: number;
  readonly version?: number;
  readonly minBytes?: number;
  readonly maxWaitMs?: number;
  readonly maxBytes?: number;
  readonly leaderEpoch?: number;
  readonly topicId?: string;
  readonly isolationLevel?: number;
}

async function read(client: Client, wanted: Wanted = {}) {
  const { responses, errorCode } = await client.call(fetch, wanted.version ?? 12, {
    replicaId: -1,
    maxWaitMs: wanted.maxWaitMs ?? 0,
    minBytes: wanted.minBytes ?? 1,
    maxBytes: wanted.maxBytes ?? 1_000_000,
    isolationLevel: wanted.isolationLevel ?? 0,
    topics: [
      {
        topic: 'orders',
        topicId: wanted.topicId ?? ZERO_UUID,
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: wanted.leaderEpoch ?? -1,
            fetchOffset: wanted.offset ?? 0,
            partitionMaxBytes: 1_000_000,
          },
        ],
      },
    ],
  });
  expect(errorCode).toBe(0);
  const partition = responses[0]!.partitions[0]!;
  const records = partition.records ?? Buffer.alloc(0);
  const values = [...iterateBatches(records)].flatMap(({ position }) =>
    decodeBatch(records, position, { maxDecompressedBytes: 1_000_000 }).records.map(({ value }) =>
      String(value),
    ),
  );
  return { ...partition, error: errorByCode(partition.errorCode).name, values };
}

it('the metadata log is given to followers in every version that can follow it', async () => {
  const broker = await start({ listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0' });
  const client = await dial(broker, 'CONTROLLER');
  const from = (version: number, fetchOffset: number) => {
    const asked = { partition: 0, partitionMaxBytes: 1, fetchOffset };
    const position = version < 12 ? {} : { currentLeaderEpoch: 1, lastFetchedEpoch: 1 };
    const topic = { topic: '__cluster_metadata', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' };
    const topics = [{ ...topic, partitions: [{ ...asked, ...position }] }];
    return client.call(fetch, version, { maxWaitMs: 1, minBytes: 1, maxBytes: 1000, topics });
  };
  for (let version = 13; version <= 18; version++) {
    const { responses } = await from(version, 1);
    const [partition] = responses[0]!.partitions;
    expect([version, partition?.errorCode, partition!.records!.length > 0]).toEqual([version, 0, true]);
  }
  const { responses } = await from(14, -5);
  expect(errorByCode(responses[0]!.partitions[0]!.errorCode).name).toBe('INVALID_REQUEST');
  // It is asked for by its id.
  for (const version of [11, 12])
    expect(errorByCode((await from(version, 1)).errorCode).name).toBe('INVALID_REQUEST');
});

/** A batch of a few KiB, half as large unpacked as one may be. */
function bomb(): Buffer {
  const builder = new RecordBatchBuilder({ maxBytes: 40_000_000 });
  builder.tryAppend({ key: null, value: Buffer.alloc(32_000_000), timestamp: Date.now() });
  return builder.build({ compression: 'zstd' });
}

describe('produce and fetch', () => {
  it('give back what was produced, in every version', async () => {
    const client = await dial(await start());
    const topicId = await makeTopic(client, 'orders');
    for (let version = 3; version <= 12; version++) {
      const produced = await send(client, sampleBatch({ values: [`v${version}`] }), { version });
      expect(produced).toMatchObject({ error: 'NONE', baseOffset: version - 3 });
    }
    for (let version = 4; version <= 18; version++) {
      const fetched = await read(client, {
        version,
        offset: 8,
        topicId: version >= 13 ? topicId : ZERO_UUID,
      });
      expect(fetched).toMatchObject({ error: 'NONE', highWatermark: 10, values: ['v11', 'v12'] });
    }
    const byId = await client.call(produce, 13, {
      transactionalId: null,
      acks: 1,
      timeoutMs: 100,
      topicData: [{ topicId, partitionData: [{ index: 0, records: sampleBatch({ values: ['by id'] }) }] }],
    });
    expect(byId.responses[0]).toMatchObject({
      topicId,
      partitionResponses: [{ errorCode: 0, baseOffset: 10 }],
    });
  });

  it('keep the order of pipelined requests', async () => {
    const client = await dial(await start());
    await makeTopic(client, 'orders');
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        send(client, sampleBatch({ values: [`${index}`] }), { acks: index % 2 === 0 ? 1 : -1 }),
      ),
    );
    expect(outcomes.map(({ error, baseOffset }) => [error, baseOffset])).toEqual(
      Array.from({ length: 50 }, (_, index) => ['NONE', index]),
    );
    const { values } = await read(client);
    expect(values).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
  });

  it('let others be served while batches that unpack to very much are looked at, and keep the order', async () => {
    const broker = await start();
    const [client, other] = [await dial(broker), await dial(broker)];
    await makeTopic(client, 'orders');
    const records = bomb();
    const count = 40;
    let isDone = false;
    const partitionData = Array.from({ length: count }, () => ({ index: 0, records }));
    const request = {
      transactionalId: null,
      acks: 1,
      timeoutMs: 5000,
      topicData: [{ name: 'orders', partitionData }],
    };
    const bombed = client.call(produce, 12, request).finally(() => {
      isDone = true;
    });
    const behind = send(client, sampleBatch({ values: ['behind'] }));
    let served = 0;
    while (!isDone) {
      await other.call(metadata, 12, { topics: [] });
      served += 1;
    }
    const { responses } = await bombed;
    expect(responses[0]!.partitionResponses.map(({ baseOffset }) => baseOffset)).toEqual(
      Array.from({ length: count }, (_, index) => index),
    );
    expect(await behind).toMatchObject({ error: 'NONE', baseOffset: count });
    expect(served, 'requests that were answered meanwhile').toBeGreaterThan(3);
  });

  it('answer a repeated batch of an idempotent producer with its offset, and refuse gaps', async () => {
    const client = await dial(await start());
    await makeTopic(client, 'orders');
    const { producerId, producerEpoch } = await client.call(initProducerId, 5, {
      transactionalId: null,
      transactionTimeoutMs: 1,
    });
    expect(producerEpoch).toBe(0);
    const batch = (baseSequence: number, epoch = 0) =>
      sampleBatch({ values: ['a', 'b'], producerId, producerEpoch: epoch, baseSequence });
    expect(await send(client, batch(0))).toMatchObject({ error: 'NONE', baseOffset: 0 });
    expect(await send(client, batch(2))).toMatchObject({ error: 'NONE', baseOffset: 2 });
    expect(await send(client, batch(0))).toMatchObject({ error: 'NONE', baseOffset: 0 });
    expect(await send(client, batch(6))).toMatchObject({
      error: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
      baseOffset: -1,
    });
    expect(await send(client, batch(0, 1))).toMatchObject({ error: 'NONE', baseOffset: 4 });
    expect(await send(client, batch(4))).toMatchObject({ error: 'INVALID_PRODUCER_EPOCH' });
    const other = await client.call(initProducerId, 5, { transactionalId: null, transactionTimeoutMs: 1 });
    expect(other.producerId).not.toBe(producerId);
  });

  it('refuse bad input partition by partition', async () => {
    const client = await dial(await start());
    await makeTopic(client, 'orders', { 'max.message.bytes': '200' });
    const damaged = sampleBatch({ values: ['x'] });
    damaged[damaged.length - 2]! ^= 1;
    expect((await send(client, damaged)).error).toBe('CORRUPT_MESSAGE');
    expect((await send(client, sampleBatch({ values: ['x'.repeat(300)] }))).error).toBe('MESSAGE_TOO_LARGE');
    expect((await send(client, null)).error).toBe('INVALID_RECORD');
    expect((await send(client, sampleBatch({ values: ['x'] }), { acks: 2 })).error).toBe(
      'INVALID_REQUIRED_ACKS',
    );
    expect((await send(client, sampleBatch({ values: ['x'] }), { topic: 'nope' })).error).toBe(
      'UNKNOWN_TOPIC_OR_PARTITION',
    );
    expect((await read(client, { offset: 1 })).error).toBe('OFFSET_OUT_OF_RANGE');
    expect((await read(client, { leaderEpoch: 9 })).error).toBe('UNKNOWN_LEADER_EPOCH');
    expect((await read(client, { version: 13, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' })).error).toBe(
      'UNKNOWN_TOPIC_ID',
    );
    const failing = await dial(await start({ 'log.dirs': join(folder, 'other') }));
    failing.send(produce, 9, {
      transactionalId: null,
      acks: 0,
      timeoutMs: 1,
      topicData: [{ name: 'nope', partitionData: [{ index: 0, records: sampleBatch({ values: ['x'] }) }] }],
    });
    await expect.poll(failing.isClosed, { timeout: 5000 }).toBe(true);
  });

  it('stamp records with the time of the broker where the topic says so', async () => {
    const client = await dial(await start());
    await makeTopic(client, 'orders', { 'message.timestamp.type': 'LogAppendTime' });
    const before = Date.now();
    const produced = await send(client, sampleBatch({ values: ['x'], timestampMs: 5 }));
    expect(produced.logAppendTimeMs).toBeGreaterThanOrEqual(before);
    const { records } = await read(client);
    const [record] = decodeBatch(records!, 0, { maxDecompressedBytes: 1000 }).records;
    expect(record?.timestamp).toBe(produced.logAppendTimeMs);
  });
});

describe('a fetch that waits', () => {
  it('is answered as soon as the bytes are there', async () => {
    const broker = await start();
    const [reader, writer] = [await dial(broker), await dial(broker)];
    await makeTopic(writer, 'orders');
    const waiting = read(reader, { maxWaitMs: 60_000, minBytes: 100 });
    await send(writer, sampleBatch({ values: ['first'] }));
    await send(writer, sampleBatch({ values: ['second'] }));
    expect((await waiting).values).toEqual(['first', 'second']);
  });

  it('is answered with what there is when its time is up', async () => {
    const client = await dial(await start());
    await makeTopic(client, 'orders');
    const startedMs = performance.now();
    expect(await read(client, { maxWaitMs: 60 })).toMatchObject({
      error: 'NONE',
      values: [],
      highWatermark: 0,
    });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(60);
  });

  it('gives a first batch whole that is above every limit', async () => {
    const client = await dial(await start());
    await makeTopic(client, 'orders');
    await send(client, sampleBatch({ values: ['x'.repeat(5000)] }));
    await send(client, sampleBatch({ values: ['y'] }));
    expect((await read(client, { maxBytes: 10 })).values).toEqual(['x'.repeat(5000)]);
  });
});

describe('list offsets', () => {
  const ask = async (client: Client, timestamp: number, version: number) => {
    const partitions = [{ partitionIndex: 0, timestamp }];
    const body = await client.call(listOffsets, version, {
      replicaId: -1,
      topics: [{ name: 'orders', partitions }],
    });
    const { errorCode, offset, timestamp: foundMs } = body.topics[0]!.partitions[0]!;
    return errorCode === 0 ? [offset, foundMs] : errorByCode(errorCode).name;
  };

  it('answers marks and timestamps in every version', async () => {
    const client = await dial(await start());
    await makeTopic(client, 'orders');
    await send(client, sampleBatch({ values: ['a', 'b'], timestampMs: 1000 }));
    await send(client, sampleBatch({ values: ['c'], timestampMs: 500 }));
    for (let version = 1; version <= 11; version++) {
      expect(await ask(client, -1, version)).toEqual([3, -1]);
      expect(await ask(client, -2, version)).toEqual([0, -1]);
      expect(await ask(client, 1001, version)).toEqual([1, 1001]);
      expect(await ask(client, 2000, version)).toEqual([-1, -1]);
      expect(await ask(client, -3, version)).toEqual(version >= 7 ? [1, 1001] : 'UNSUPPORTED_VERSION');
      expect(await ask(client, -4, version)).toEqual(version >= 8 ? [0, -1] : 'UNSUPPORTED_VERSION');
      expect(await ask(client, -5, version)).toEqual(version >= 9 ? [-1, -1] : 'UNSUPPORTED_VERSION');
    }
    expect(await ask(client, -7, 11)).toBe('UNSUPPORTED_VERSION');
  });
});

describe('a broker', () => {
  it('has everything again after it was closed', async () => {
    const first = await start();
    const client = await dial(first);
    await makeTopic(client, 'orders');
    await send(client, sampleBatch({ values: ['kept'] }));
    await Promise.all([first.close(), first.close()]);
    const again = await start();
    expect(again.clusterId).toBe(first.clusterId);
    expect((await read(await dial(again))).values).toEqual(['kept']);
  });

  it('tells clients where it is', async () => {
    const broker = await start({ 'advertised.listeners': 'PLAINTEXT://broker.example:19092' });
    const { brokers } = await (await dialAt(broker)).call(metadata, 12, { topics: [] });
    expect(brokers).toMatchObject([{ nodeId: 1, host: 'broker.example', port: 19_092 }]);
  });

  it('refuses a folder that another process has, a newer one, and one of another node', async () => {
    const broker = await start();
    await expect(start()).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' });
    await broker.close();
    await expect(start({ 'node.id': '7' })).rejects.toMatchObject({ code: 'DATA_DIR_OTHER_CLUSTER' });
    const meta = join(folder, 'meta.properties');
    writeFileSync(meta, readFileSync(meta, 'utf8').replace('format.version=1', 'format.version=2'));
    await expect(start()).rejects.toMatchObject({ code: 'DATA_DIR_NEWER_FORMAT' });
    await expect(start({ 'log.dirs': meta })).rejects.toMatchObject({ code: 'DATA_DIR_NOT_WRITABLE' });
  });

  it('does not start when its partitions cannot be taken over', async () => {
    const first = await start();
    await makeTopic(await dial(first), 'orders');
    await first.close();
    const logger = Object.create(silentLogger);
    logger.child = () => logger;
    logger.debug = (_facts: unknown, message?: string) => {
      if (message === 'leads a partition') throw new Error('no partition is taken over');
    };
    const config = { 'log.dirs': folder, listeners: 'PLAINTEXT://127.0.0.1:0' };
    await expect(startBroker(config, { logger })).rejects.toThrow('no partition is taken over');
  });

  it('says which port is in use', async () => {
    const { port } = (await start()).addresses.get('PLAINTEXT')!;
    const other = start({ 'log.dirs': join(folder, 'other'), listeners: `PLAINTEXT://127.0.0.1:${port}` });
    await expect(other).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });
});

/** By the port that is listened on, whatever is advertised. */
async function dialAt(broker: RunningBroker): Promise<Client> {
  return await dial({ ...broker, addresses: broker.boundAddresses });
}

describe('logs in memory', () => {
  it('are refused on a folder that has logs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-engine-'));
    const config = { 'log.dirs': folder, listeners: 'PLAINTEXT://127.0.0.1:0' };
    const ports = { logger: silentLogger };
    await (await startBroker(config, ports)).close();
    await expect(startBroker({ ...config, 'log.storage.engine': 'memory' }, ports)).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      details: expect.objectContaining({ path: 'log.storage.engine' }),
    });
    rmSync(folder, { recursive: true, force: true });
  });
});
