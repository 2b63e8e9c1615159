import { expect, test } from 'vitest';
import type { ConfigStore } from '../storage/config-store.ts';
import { GroupCommands } from './group-commands.ts';
import type { WorkerGroup } from './worker-group.ts';

function commandsOf(workers: readonly { readonly id: string; readonly draining: boolean }[]) {
  const drained: string[] = [];
  const group = {
    loop: { joined: true, isLeader: true },
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
])('the last worker that takes tasks is not drained', (workers) => {
  const { commands, drained } = commandsOf(workers);
  expect(() => commands.drainWorker('a:1')).toThrow(expect.objectContaining({ code: 'NOBODY_TAKES_TASKS' }));
  expect(drained).toEqual([]);
});

test('a worker beside others is drained; one that nobody knows is answered with where they are listed', () => {
  const { commands, drained } = commandsOf([
    { id: 'a:1', draining: false },
    { id: 'b:1', draining: false },
  ]);
  commands.drainWorker('a:1');
  expect(drained).toEqual(['a:1']);
  expect(() => commands.drainWorker('c:1')).toThrow(
    expect.objectContaining({
      code: 'NOT_FOUND',
      details: expect.objectContaining({ hint: expect.stringContaining('/api/v1/workers') }),
    }),
  );
});
