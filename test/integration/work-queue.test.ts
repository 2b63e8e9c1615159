import { expect, onTestFinished, test } from 'vitest';
import { startMillraceBroker } from '../support/millrace-broker.ts';
import { startMillraceCluster } from '../support/millrace-cluster.ts';
import { runQueue } from '../work-queue/queue-run.ts';

/** The short form of `npm run work-queue`. */
test('jobs on two partitions are accepted exactly once by share consumers that are killed at random', async () => {
  const broker = await startMillraceBroker();
  onTestFinished(() => broker.stop());
  const result = await runQueue({
    bootstrapServers: broker.bootstrapServers,
    jobs: 20_000,
    consumers: 8,
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

/** Every broker leads some of the jobs, of the groups and of what is stored of them: killed in turn, all of it moves. */
test('jobs on three brokers are accepted exactly once, though each broker is killed in turn', async () => {
  const cluster = await startMillraceCluster(3, { 'share.coordinator.state.topic.num.partitions': '6' });
  onTestFinished(() => cluster.close());
  const jobs = 6_000;
  const result = await runQueue({
    bootstrapServers: cluster.bootstrapServers,
    jobs,
    consumers: 3,
    killEveryMs: 1_000,
    workMs: 50,
    seed: 1,
    timeoutMs: 200_000,
    say: () => undefined,
    strikes: cluster.nodes.map((node) => async () => {
      await node.kill();
      await node.start();
    }),
  });
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({ isDone: true });
  expect(result.accepted + result.unheard).toBe(jobs);
});
