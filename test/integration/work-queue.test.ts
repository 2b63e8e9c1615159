import { expect, onTestFinished, test } from 'vitest';
import { startMillraceBroker } from '../support/millrace-broker.ts';
import { runQueue } from '../work-queue/queue-run.ts';

/** The short form of `npm run work-queue`. */
test('jobs on two partitions are accepted exactly once by share consumers that are killed at random', async () => {
  const broker = await startMillraceBroker();
  onTestFinished(() => broker.stop());
  const result = await runQueue({
    bootstrap: broker.bootstrapServers[0] ?? '',
    jobs: 20_000,
    consumers: 4,
    killEveryMs: 500,
    seed: 1,
    timeoutMs: 200_000,
    say: () => undefined,
  });
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({ isDone: true });
  expect(result.accepted + result.unheard).toBe(20_000);
  expect(result.kills).toBeGreaterThan(1);
});
