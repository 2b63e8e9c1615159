import { connect, type Socket } from 'node:net';
import { createLogger, systemClock, systemRandom, systemTimers } from '@millrace/foundation';
import { decodeResponse, encodeRequest, Reader } from '@millrace/protocol';
import { apiVersions, heartbeat, produce } from '@millrace/protocol/messages';
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

async function serve(
  handlers: readonly AnyApiHandler[],
  limits: { maxConnections?: number; maxIdleMs?: number; quota?: number; connectionDelayMs?: number } = {},
) {
  const { quota, connectionDelayMs = 0 } = limits;
  const server = new BrokerServer({
    listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0 }],
    backlog: 50,
    maxConnections: limits.maxConnections ?? 10,
    maxConnectionsPerIp: 10,
    maxIdleMs: limits.maxIdleMs ?? -1,
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
    maxRequestBytes: 1000,
    maxQueuedRequests: 3,
    maxQueuedResponseBytes: 1000,
    memory: new FrameMemory(10_000),
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

  it('stops reading when too many requests wait', async () => {
    const { begun, handler, answer } = gate();
    const { send, correlationIds } = await client(await serve([handler(true)]));
    for (let id = 1; id <= 40; id++) {
      send(beat(id));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => begun.length >= 4);
    const before = begun.length;
    for (let id = 1; id <= 40; id++) {
      await until(() => begun.includes(id));
      answer(id);
    }
    await until(() => correlationIds().length === 40);
    expect(before).toBeLessThan(40);
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
      logger,
    });
    await expect(server.listen()).rejects.toMatchObject({ code: 'PORT_IN_USE', class: 'config' });
  });
});
