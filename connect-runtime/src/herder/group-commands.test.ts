import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { ConfigStore } from '../storage/config-store.ts';
import { GroupCommands } from './group-commands.ts';
import type { WorkerGroup } from './worker-group.ts';

type Workers = readonly { readonly id: string; readonly draining: boolean }[];

/** On the leader, or where `leaderUrl` is given on another worker. */
function commandsOf(workers: Workers, leaderUrl = '') {
  const drained: string[] = [];
  const group = {
    loop: { joined: true, isLeader: leaderUrl === '', leaderUrl },
    workers: workers.map(({ id, draining }) => ({ url: `http://${id}/`, draining, tasks: [] })),
    drain: async () => drained.push('a:1') > 0,
  } as unknown as WorkerGroup;
  return { commands: new GroupCommands('a:1', group, {} as ConfigStore), drained };
}

test.each([
  [[{ id: 'a:1', draining: false }]],
  [
    [
      { id: 'a:1', draining: false },
      { id: 'b:1', draining: true },
    ],
  ],
])('the last worker that takes tasks is not drained', async (workers) => {
  const { commands, drained } = commandsOf(workers);
  await expect(commands.drainWorker('a:1')).rejects.toMatchObject({ code: 'NOBODY_TAKES_TASKS' });
  expect(drained).toEqual([]);
});

/** A leader that answers every question so, while `use` runs. */
async function withLeader(status: number, body: unknown, use: (url: string) => Promise<void>): Promise<void> {
  const leader = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  leader.listen(0, '127.0.0.1');
  await once(leader, 'listening');
  try {
    await use(`http://127.0.0.1:${(leader.address() as AddressInfo).port}/`);
  } finally {
    leader.close();
  }
}

test('a worker that does not lead asks the leader whether it is the last one', async () => {
  const workers = (draining: boolean) => [
    { id: 'a:1', draining: false },
    { id: 'b:1', draining },
  ];
  await withLeader(200, workers(true), async (url) => {
    const { commands, drained } = commandsOf([], url);
    await expect(commands.drainWorker('a:1')).rejects.toMatchObject({ code: 'NOBODY_TAKES_TASKS' });
    expect(drained).toEqual([]);
  });
  await withLeader(200, workers(false), async (url) => {
    const { commands, drained } = commandsOf([], url);
    await commands.drainWorker('a:1');
    expect(drained).toEqual(['a:1']);
  });
});

test('a leader in Java does not tell, and a worker is drained all the same', async () => {
  await withLeader(404, { error_code: 404, message: 'HTTP 404 Not Found' }, async (url) => {
    const { commands, drained } = commandsOf([], url);
    await commands.drainWorker('a:1');
    expect(drained).toEqual(['a:1']);
  });
});

test('a worker beside others is drained; one that nobody knows is answered with where they are listed', async () => {
  const { commands, drained } = commandsOf([
    { id: 'a:1', draining: false },
    { id: 'b:1', draining: false },
  ]);
  await commands.drainWorker('a:1');
  expect(drained).toEqual(['a:1']);
  await expect(commands.drainWorker('c:1')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { hint: expect.stringContaining('/api/v1/workers') },
  });
});
