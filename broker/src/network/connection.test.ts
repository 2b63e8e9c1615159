import { connect, type Socket } from 'node:net';
import { createLogger, systemClock, systemRandom, systemTimers } from '@millrace/foundation';
import { decodeResponse, encodeRequest, Reader } from '@millrace/protocol';
import { apiVersions, heartbeat, metadata, produce } from '@millrace/protocol/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { apiVersions as apiVersionsHandler } from '../apis/18-api-versions.ts';
import { type AnyApiHandler, CLOSE_CONNECTION, defineApi } from '../apis/api.ts';
import { allowAll } from '../runtime/authorizer.ts';
import { RequestMeter } from '../runtime/request-meter.ts';
import type { BrokerServices } from '../runtime/services.ts';
import { BrokerServer } from './broker-server.ts';
import { FrameMemory } from './frame-memory.ts';

const open: { close(): Promise<void> }[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of open.splice(0)) await server.close();
});

const lines: string[] = [];
const logger = createLogger({
  level: 'debug',
  destination: { write: (line: string) => void lines.push(line) },
});

/** Answers heartbeats when told to; produce requests at once. */
function gate() {
  const begun: number[] = [];
  const waiting = new Map<number, () => void>();
  const handler = (pipelined: boolean) =>
    defineApi({
      api: heartbeat,
      versions: [0, 4],
      access: 'open',
      pipelined,
      handle: async ({ correlationId }) => {
        begun.push(correlationId);
        await new Promise<void>((resolve) => waiting.set(correlationId, resolve));
        return { errorCode: 0 };
      },
      refuse: () => ({ errorCode: -1 }),
    });
  return { begun, handler, answer: (id: number) => waiting.get(id)?.() };
}

const throwing = defineApi({
  api: heartbeat,
  versions: [0, 4],
  access: 'open',
  handle: () => {
    throw new Error('a bug');
  },
  refuse: () => ({ errorCode: -1 }),
});

const topics = defineApi({
  api: metadata,
  versions: [0, 13],
  access: 'open',
  handle: () => ({ brokers: [], controllerId: 1, topics: [] }),
  refuse: () => ({ brokers: [], controllerId: 1, topics: [] }),
});

async function serve(
  handlers: readonly AnyApiHandler[],
  limits: {
    maxConnections?: number;
    maxIdleMs?: number;
    quota?: number;
    connectionDelayMs?: number;
    maxRequestBytes?: number;
    receiveMaxMs?: number;
    ownListeners?: string[];
  } = {},
) {
  const { quota, connectionDelayMs = 0 } = limits;
  const server = new BrokerServer({
    listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0 }],
    backlog: 50,
    maxConnections: limits.maxConnections ?? 10,
    maxConnectionsPerIp: 10,
    maxIdleMs: limits.maxIdleMs ?? -1,
    ownListeners: new Set(limits.ownListeners),
    clock: systemClock,
    logger,
  });
  open.push(server);
  const [listener] = await server.listen();
  const image = { offset: 3, features: new Map([['metadata.version', 30]]) };
  const services = {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    metadata: { image: () => image },
    quotas: { areSet: quota !== undefined, charge: () => quota ?? 0, connected: () => connectionDelayMs },
    meter: new RequestMeter(),
    advertisedApis: { broker: [{ key: 18, versions: [0, 4] }], controller: [] },
  } as unknown as BrokerServices;
  server.serve([{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0 }], {
    listenerKind: 'broker',
    handlers: new Map(handlers.map((handler) => [handler.api.key, handler])),
    services,
    authorizer: allowAll,
    maxRequestBytes: limits.maxRequestBytes ?? 1000,
    maxQueuedRequests: 3,
    maxQueuedResponseBytes: 1000,
    memory: new FrameMemory({
      maxBytes: 2 * (limits.maxRequestBytes ?? 1000),
      receiveMaxMs: limits.receiveMaxMs ?? 60_000,
      timers: systemTimers,
    }),
  });
  return listener!.port;
}

/** A bare client: frames as they come, and whether the broker closed. */
async function client(port: number) {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  const frames: Buffer[] = [];
  let buffered = Buffer.alloc(0);
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
      frames.push(buffered.subarray(4, 4 + buffered.readInt32BE(0)));
      buffered = buffered.subarray(4 + buffered.readInt32BE(0));
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    send: (parts: readonly Buffer[]) => socket.write(Buffer.concat(parts)),
    correlationIds: () => frames.map((frame) => frame.readInt32BE(0)),
    frames,
    isClosed: () => isClosed,
  };
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 5000, interval: 2 }).toBe(true);
}

const beat = (correlationId: number) =>
  encodeRequest({
    api: heartbeat,
    version: 0,
    correlationId,
    clientId: 'test',
    body: { groupId: 'g', generationId: 1, memberId: 'm' },
  });

const produceNothing = (correlationId: number) =>
  encodeRequest({
    api: produce,
    version: 9,
    correlationId,
    clientId: 't',
    body: { transactionalId: null, acks: 0, timeoutMs: 1, topicData: [] },
  });

describe('a connection', () => {
  it('begins a request when the one before it is answered', async () => {
    const { begun, handler, answer } = gate();
    const { send, correlationIds } = await client(await serve([handler(false)]));
    send([...beat(1), ...beat(2)]);
    await until(() => begun.length === 1);
    answer(1);
    await until(() => begun.length === 2);
    await until(() => correlationIds().length === 1);
    expect(correlationIds()).toEqual([1]);
    answer(2);
    await until(() => correlationIds().length === 2);
  });

  it('answers pipelined requests in their order, whichever is done first', async () => {
    const { begun, handler, answer } = gate();
    const { send, correlationIds } = await client(await serve([handler(true)]));
    send([...beat(1), ...beat(2), ...beat(3)]);
    await until(() => begun.length === 3);
    answer(3);
    answer(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(correlationIds()).toEqual([]);
    answer(1);
    await until(() => correlationIds().length === 3);
    expect(correlationIds()).toEqual([1, 2, 3]);
  });

  it('begins nothing behind a pipelined request that holds it up', async () => {
    const { begun, handler, answer } = gate();
    const { promise, resolve } = Promise.withResolvers<void>();
    const gated = handler(true);
    const holding: AnyApiHandler = {
      ...gated,
      handle(context, request) {
        if (context.correlationId === 1) context.holdUp(promise);
        return gated.handle(context, request);
      },
    };
    const { send, correlationIds } = await client(await serve([holding]));
    send([...beat(1), ...beat(2)]);
    await until(() => begun.length === 1);
    await new Promise((done) => setImmediate(done));
    expect(begun).toEqual([1]);
    resolve();
    await until(() => begun.length === 2);
    answer(1);
    answer(2);
    await until(() => correlationIds().length === 2);
  });

  it('counts what a request keeps of its bytes, which the next one does not overwrite', async () => {
    const answered = Promise.withResolvers<void>();
    const kept: Buffer[] = [];
    const keeping = defineApi({
      api: produce,
      versions: [0, 13],
      access: 'open',
      pipelined: true,
      keepsNoBytes: true,
      async handle({ keep }, { topicData }) {
        const records = topicData[0]?.partitionData[0]?.records;
        if (records) kept.push(keep(records));
        await answered.promise;
        return { responses: [] };
      },
      refuse: () => ({ responses: [] }),
    });
    const { send, frames } = await client(await serve([keeping], { maxRequestBytes: 1000 }));
    const filled = (byte: number) => {
      const topicData = [{ name: 't', partitionData: [{ index: 0, records: Buffer.alloc(600, byte) }] }];
      const body = { transactionalId: null, acks: 1, timeoutMs: 1, topicData };
      send(encodeRequest({ api: produce, version: 9, correlationId: byte, clientId: 't', body }));
    };
    for (const byte of [1, 2]) {
      filled(byte);
      await until(() => kept.length === byte);
    }
    filled(3);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
    // The third waits until there is room.
    expect(kept).toEqual([1, 2].map((byte) => Buffer.alloc(600, byte)));
    answered.resolve();
    await until(() => frames.length === 3);
    expect(kept).toHaveLength(3);
  });

  it('stops reading when too many requests wait', async () => {
    const { begun, handler, answer } = gate();
    const { send, correlationIds } = await client(await serve([handler(true)]));
    for (let id = 1; id <= 40; id++) {
      send(beat(id));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => begun.length >= 3);
    expect(begun.length).toBe(3);
    for (let id = 1; id <= 40; id++) {
      await until(() => begun.includes(id));
      answer(id);
    }
    await until(() => correlationIds().length === 40);
  });

  it('takes no more requests than may wait, though one read brought them all', async () => {
    const { begun, handler, answer } = gate();
    const { send, correlationIds } = await client(await serve([handler(true)]));
    const ids = Array.from({ length: 40 }, (_, at) => at + 1);
    send(ids.flatMap((id) => beat(id)));
    for (const id of ids) {
      await until(() => begun.includes(id));
      expect(begun.length).toBeLessThanOrEqual(id + 2);
      answer(id);
    }
    await until(() => correlationIds().length === 40);
    expect(correlationIds()).toEqual(ids);
  });

  it('leaves the loop to others although it sends requests by the thousand', async () => {
    let [inTurn, most] = [0, 0];
    const quick = defineApi({
      api: heartbeat,
      versions: [0, 4],
      access: 'open',
      handle: () => {
        inTurn += 1;
        most = Math.max(most, inTurn);
        if (inTurn === 1)
          setImmediate(() => {
            inTurn = 0;
          });
        return { errorCode: 0 };
      },
      refuse: () => ({ errorCode: -1 }),
    });
    const { send, correlationIds } = await client(await serve([quick]));
    const ids = Array.from({ length: 5000 }, (_, at) => at);
    send(ids.flatMap((id) => beat(id)));
    await until(() => correlationIds().length === ids.length);
    expect(correlationIds()).toEqual(ids);
    expect(most).toBeLessThan(200);
  });

  it('is served while others say that they will send more than there is room for', async () => {
    const maxRequestBytes = 1_000_000;
    const accepting = defineApi({
      api: produce,
      versions: [0, 13],
      access: 'open',
      handle: () => ({ responses: [] }),
      refuse: () => ({ responses: [] }),
    });
    const port = await serve([accepting], { maxRequestBytes });
    const size = Buffer.alloc(4);
    size.writeInt32BE(maxRequestBytes);
    for (let i = 0; i < 5; i++) (await client(port)).send([size, Buffer.from([0, 0, 0, 9])]);
    const { send, frames } = await client(port);
    const records = Buffer.alloc(900_000);
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
    const body = { transactionalId: null, acks: 1, timeoutMs: 1, topicData };
    send(encodeRequest({ api: produce, version: 9, correlationId: 1, clientId: 't', body }));
    await until(() => frames.length === 1);
  });

  it('is closed when a request that has begun does not come', async () => {
    const { send, isClosed } = await client(await serve([throwing], { receiveMaxMs: 1 }));
    send([Buffer.from([0, 0, 0, 100, 0, 12])]);
    await until(isClosed);
  });

  it('answers a request whose handler throws, logs it and goes on', async () => {
    lines.length = 0;
    const { send, frames } = await client(await serve([throwing]));
    send([...beat(7), ...beat(8)]);
    await until(() => frames.length === 2);
    const { correlationId, body } = decodeResponse(heartbeat, 0, new Reader(frames[0]!));
    expect([correlationId, body.errorCode]).toEqual([7, -1]);
    expect(lines.join('')).toContain('a request failed');
  });

  it('sends nothing where there is no answer', async () => {
    const { handler, answer, begun } = gate();
    const silent = defineApi({
      api: produce,
      versions: [0, 13],
      access: 'open',
      handle: () => null,
      refuse: () => ({ responses: [] }),
    });
    const { send, correlationIds } = await client(await serve([silent, handler(false)]));
    send([...produceNothing(1), ...beat(2)]);
    await until(() => begun.length === 1);
    answer(2);
    await until(() => correlationIds().length === 1);
    expect(correlationIds()).toEqual([2]);
  });

  it('is closed where the handler says so', async () => {
    const closing = defineApi({
      api: produce,
      versions: [0, 13],
      access: 'open',
      handle: () => CLOSE_CONNECTION,
      refuse: () => ({ responses: [] }),
    });
    const { send, isClosed } = await client(await serve([closing]));
    send(produceNothing(1));
    await until(isClosed);
  });

  it.each([
    ['an oversized frame', Buffer.from([0, 0, 4, 0])],
    ['a negative size', Buffer.from([0xff, 0, 0, 0])],
    ['an unknown API key', Buffer.from([0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff])],
    ['an unknown version', Buffer.from([0, 0, 0, 10, 0, 12, 0, 99, 0, 0, 0, 1, 0xff, 0xff])],
    ['a body that is cut short', Buffer.from([0, 0, 0, 10, 0, 12, 0, 0, 0, 0, 0, 1, 0xff, 0xff])],
    ['an empty frame', Buffer.from([0, 0, 0, 0])],
  ])('is closed by %s, and others are not', async (_what, bytes) => {
    const { handler, answer, begun } = gate();
    const port = await serve([handler(false)]);
    const [bad, good] = [await client(port), await client(port)];
    bad.send([bytes]);
    await until(bad.isClosed);
    good.send(beat(5));
    await until(() => begun.length === 1);
    answer(5);
    await until(() => good.frames.length === 1);
  });

  it('is told in version 0 which versions of ApiVersions there are', async () => {
    const { send, frames } = await client(await serve([apiVersionsHandler]));
    send([Buffer.from([0, 0, 0, 11, 0, 18, 0, 99, 0, 0, 0, 1, 0xff, 0xff, 0])]);
    await until(() => frames.length === 1);
    const { body } = decodeResponse(apiVersions, 0, new Reader(frames[0]!));
    expect(body).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] });
  });

  it('that has used more than its quota is answered at once, and waits with its next request', async () => {
    const { handler, answer, begun } = gate();
    const { send, correlationIds } = await client(await serve([handler(true)], { quota: 300 }));
    send(beat(1));
    await until(() => begun.length === 1);
    answer(1);
    await until(() => correlationIds().length === 1);
    const answeredMs = performance.now();
    send(beat(2));
    await until(() => begun.length === 2);
    expect(performance.now() - answeredMs).toBeGreaterThan(200);
  });

  it('is asked before it is given records, and waits where it may have none', async () => {
    const offering = defineApi({
      api: heartbeat,
      versions: [0, 4],
      access: 'open',
      handle: ({ offerRecords }) => ({ errorCode: offerRecords(100) }),
      refuse: () => ({ errorCode: -1 }),
    });
    const { send, frames } = await client(await serve([offering], { quota: 250 }));
    send(beat(1));
    await until(() => frames.length === 1);
    const answeredMs = performance.now();
    expect(decodeResponse(heartbeat, 0, new Reader(frames[0]!)).body.errorCode).toBe(250);
    send(beat(2));
    await until(() => frames.length === 2);
    expect(performance.now() - answeredMs).toBeGreaterThan(150);
  });

  it('from an address that makes too many is closed after a while, unread', async () => {
    const { handler, begun } = gate();
    const { send, isClosed } = await client(await serve([handler(false)], { connectionDelayMs: 50 }));
    send(beat(1));
    await until(isClosed);
    expect(begun).toEqual([]);
  });

  it('is closed when it is idle, and refused when there are too many', async () => {
    const idle = await client(await serve([throwing], { maxIdleMs: 20 }));
    await until(idle.isClosed);
    const port = await serve([throwing], { maxConnections: 1 });
    const first = await client(port);
    const second = await client(port);
    await until(second.isClosed);
    expect(first.isClosed()).toBe(false);
  });

  it('of another node is taken however many clients there are', async () => {
    const limits = { maxConnections: 1, ownListeners: ['PLAINTEXT'] };
    const { begun, handler } = gate();
    const port = await serve([handler(false)], limits);
    for (let id = 1; id <= 2; id++) (await client(port)).send(beat(id));
    await until(() => begun.length === 2);
  });

  it('is closed by arrays that would keep the loop busy', async () => {
    const { handler } = gate();
    const { send, isClosed } = await client(
      await serve([handler(false), topics], { maxRequestBytes: 4_000_000 }),
    );
    // Metadata v1 of so many empty names.
    const count = 600_000;
    const request = Buffer.alloc(18 + 2 * count);
    request.writeInt32BE(request.length - 4, 0);
    request.set([0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff], 4);
    request.writeInt32BE(count, 14);
    send([request]);
    await until(isClosed);
    expect(lines.join('')).toContain('elements');
  });

  it('is heard before its next request where that cannot be read', async () => {
    const { handler, answer, begun } = gate();
    const { send, frames, isClosed } = await client(await serve([handler(false)]));
    send([...beat(1), Buffer.from([0, 0, 0, 10, 0, 12, 0, 0, 0, 0, 0, 2, 0xff, 0xff])]);
    await until(() => begun.length === 1);
    answer(1);
    await until(isClosed);
    expect(frames.length).toBe(1);
  });
});

describe('a port that is in use', () => {
  it('is named with a hint', async () => {
    const port = await serve([throwing]);
    const server = new BrokerServer({
      listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port }],
      backlog: 5,
      maxConnections: 1,
      maxConnectionsPerIp: 1,
      maxIdleMs: -1,
      ownListeners: new Set(),
      clock: systemClock,
      logger,
    });
    await expect(server.listen()).rejects.toMatchObject({ code: 'PORT_IN_USE', class: 'config' });
  });
});
