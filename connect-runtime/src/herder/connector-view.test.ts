import { expect, test } from 'vitest';
import type { ConfigStore } from '../storage/config-store.ts';
import { MemoryLog } from '../storage/memory-log.ts';
import { StatusStore } from '../storage/status-store.ts';
import { ConnectorView } from './connector-view.ts';

const config = {
  has: (name: string) => name === 'c',
  connector: () => ({ 'connector.class': 'X' }),
  taskConfigs: () => [{}, {}],
};

test('a task that failed tells how often it was tried again by itself, and when the next time is, or why there is none', async () => {
  const statuses = new StatusStore(
    (onRecord) => new MemoryLog('statuses', onRecord),
    () => undefined,
  );
  await statuses.start();
  const view = new ConnectorView({ config } as unknown as ConfigStore, statuses, () => 'sink');
  const at = { workerId: 'w', generation: 1 };
  const next = { attempts: 2, next_at_ms: 1_700_000_000_000 };
  const none = { attempts: 5, next_at_ms: null, reason: 'Gave up after 5 restarts in a row.' };
  await statuses.putTask({ connector: 'c', task: 0 }, { ...at, state: 'RESTARTING', restart: next });
  await statuses.putTask({ connector: 'c', task: 1 }, { ...at, state: 'FAILED', restart: none });
  expect(view.status('c').tasks.map(({ restart }) => restart)).toEqual([next, none]);
  await statuses.putTask({ connector: 'c', task: 0 }, { ...at, state: 'RUNNING' });
  expect(view.status('c').tasks[0]).toEqual({ id: 0, state: 'RUNNING', worker_id: 'w' });
});
