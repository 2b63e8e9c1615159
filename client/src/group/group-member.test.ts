import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Api, decodeRequestHeader, encodeResponse, Reader } from '@millrace/protocol';
import { apiVersions, findCoordinator, heartbeat, joinGroup, syncGroup } from '@millrace/protocol/messages';
import { expect, onTestFinished, test } from 'vitest';
import { FrameSplitter } from '../connection/frame-splitter.ts';
import { createGroupMember } from './group-member.ts';

type Answer = () => object | null;

/** A broker that answers what it is told to; nothing to what is null. */
async function broker(answers: Readonly<Record<number, Answer>>): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const splitter = new FrameSplitter(1024 * 1024, (frame) => {
      const { api, version, correlationId } = decodeRequestHeader(new Reader(frame));
      if (api === undefined) throw new Error('a request of an unknown API came');
      const body = answers[api.key]?.() ?? null;
      if (body === null) return;
      const any = api as Api<unknown, unknown, unknown, unknown>;
      for (const part of encodeResponse({ api: any, version, correlationId, body })) socket.write(part);
    });
    socket.on('data', (chunk: Buffer) => splitter.push(chunk));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const served = {
  errorCode: 0,
  apiKeys: [apiVersions, findCoordinator, joinGroup, syncGroup, heartbeat].map(
    ({ key: apiKey, minVersion, maxVersion }) => ({ apiKey, minVersion, maxVersion }),
  ),
};
const generation = { errorCode: 0, generationId: 1, protocolType: 'p', protocolName: 'x', leader: 'other' };

test('a join that a frozen coordinator holds is tried elsewhere long before the rebalance timeout', async () => {
  const ports = { first: 0, second: 0 };
  let isFrozen = false;
  const coordinator = () => {
    const port = isFrozen ? ports.second : ports.first;
    return {
      coordinators: [{ key: 'g', nodeId: port, host: '127.0.0.1', port, errorCode: 0, errorMessage: null }],
    };
  };
  ports.first = await broker({
    [apiVersions.key]: () => (isFrozen ? null : served),
    [findCoordinator.key]: () => (isFrozen ? null : coordinator()),
    [joinGroup.key]: () => {
      isFrozen = true;
      return null;
    },
  });
  ports.second = await broker({
    [apiVersions.key]: () => served,
    [findCoordinator.key]: coordinator,
    [joinGroup.key]: () => ({ ...generation, memberId: 'm', members: [] }),
    [syncGroup.key]: () => ({ ...generation, assignment: Buffer.from('yours') }),
    [heartbeat.key]: () => ({ errorCode: 0 }),
  });
  const joined = Promise.withResolvers<string>();
  const member = createGroupMember({
    bootstrapServers: Object.values(ports).map((port) => `127.0.0.1:${port}`),
    groupId: 'g',
    protocolType: 'p',
    rebalanceTimeoutMs: 3_600_000,
    requestTimeoutMs: 200,
    connectionTimeoutMs: 200,
    leaveOnClose: false,
    callbacks: {
      protocols: () => [{ name: 'x', metadata: Buffer.alloc(0) }],
      assign: () => Promise.resolve(new Map()),
      joined: async ({ assignment }) => joined.resolve(String(assignment)),
      rejoining: () => Promise.resolve(),
      lost: () => Promise.resolve(),
    },
  });
  onTestFinished(() => member.close());
  member.start();
  expect(await joined.promise).toBe('yours');
  expect(isFrozen).toBe(true);
});

test('a join that a coordinator holds is waited for as long as it answers other questions', async () => {
  let port = 0;
  let questions = 0;
  let joins = 0;
  port = await broker({
    [apiVersions.key]: () => {
      questions += 1;
      return served;
    },
    [findCoordinator.key]: () => ({
      coordinators: [{ key: 'g', nodeId: 1, host: '127.0.0.1', port, errorCode: 0, errorMessage: null }],
    }),
    [joinGroup.key]: () => {
      joins += 1;
      return null;
    },
  });
  const member = createGroupMember({
    bootstrapServers: [`127.0.0.1:${port}`],
    groupId: 'g',
    protocolType: 'p',
    rebalanceTimeoutMs: 3_600_000,
    requestTimeoutMs: 1_000,
    leaveOnClose: false,
    callbacks: {
      protocols: () => [{ name: 'x', metadata: Buffer.alloc(0) }],
      assign: () => Promise.resolve(new Map()),
      joined: () => Promise.resolve(),
      rejoining: () => Promise.resolve(),
      lost: () => Promise.resolve(),
    },
  });
  onTestFinished(() => member.close());
  member.start();
  // Two connections ask when they are made; the others are signs of life.
  await expect.poll(() => questions, { timeout: 20_000 }).toBeGreaterThan(4);
  expect(joins).toBe(1);
});
