import { expect, test } from 'vitest';
import { clusterHealth } from './cluster-health.ts';

const health = (answers: boolean, up: number, total: number, ...silent: string[]) => ({
  atMs: 1,
  kafka: { answers, asOfMs: 1, brokers: { up, total } },
  silentWorkers: silent.map((id) => ({ id, asOfMs: null })),
});

test.each([
  [null, null, true, 'live', 'Connected'],
  [health(true, 1, 1), ['a', 'b'], true, '3/3 up', '1 of 1 broker, 2 of 2 workers up'],
  [health(true, 2, 3), ['a'], false, '3/4 up', '2 of 3 brokers, 1 of 1 worker up'],
  [health(false, 3, 3), ['a'], false, '1/4 up', '0 of 3 brokers, 1 of 1 worker up'],
  [health(true, 1, 1, 'b'), ['a', 'b'], false, '2/3 up', '1 of 1 broker, 1 of 2 workers up'],
  [null, ['a'], true, '1/1 up', '1 of 1 worker up'],
] as const)('%j with workers %j', (told, workers, well, text, sentence) => {
  expect(clusterHealth(told, workers)).toEqual({ well, text, sentence });
});
