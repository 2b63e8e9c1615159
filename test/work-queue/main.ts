/**
 * `npm run work-queue -- [--jobs 100000] [--consumers 8] [--kill-every-ms 400] [--seed 1] [--broker millrace|kafka]
 * [--brokers 3 --rounds 1]`: jobs on two partitions, worked off by share consumers that are killed at random; each must be accepted exactly
 * once. With several brokers each of them is killed too, in turn and as often as there are rounds, and started again.
 */
import { parseArgs } from 'node:util';
import { startKafkaPeer } from '../support/kafka-peer.ts';
import { startMillraceBroker } from '../support/millrace-broker.ts';
import { startMillraceCluster } from '../support/millrace-cluster.ts';
import { runQueue } from './queue-run.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    consumers: { type: 'string', default: '8' },
    'kill-every-ms': { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    broker: { type: 'string', default: 'millrace' },
    brokers: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '1' },
    'work-ms': { type: 'string', default: '0' },
    'timeout-s': { type: 'string', default: '900' },
  },
});

const { bootstrapServers, strikes, stop } = await start();
try {
  const result = await runQueue({
    bootstrapServers,
    strikes,
    jobs: Number(values.jobs),
    consumers: Number(values.consumers),
    killEveryMs: Number(values['kill-every-ms']),
    workMs: Number(values['work-ms']),
    seed: Number(values.seed),
    timeoutMs: Number(values['timeout-s']) * 1000,
    say: (line) => console.log(line),
  });
  const { violations, ...rest } = result;
  console.log(JSON.stringify(rest));
  for (const violation of violations.slice(0, 20)) console.log(violation);
  console.log(result.isDone && violations.length === 0 ? 'ok' : `failed: ${violations.length} violations`);
  process.exitCode = result.isDone && violations.length === 0 ? 0 : 1;
} finally {
  await stop();
}

async function start() {
  if (values.brokers === '1') {
    const broker =
      values.broker === 'kafka' ? await startKafkaPeer({ longRun: true }) : await startMillraceBroker();
    return { bootstrapServers: broker.bootstrapServers, strikes: [], stop: () => broker.stop() };
  }
  if (values.broker !== 'millrace') throw new Error('Several brokers are ours: leave --broker out.');
  const { nodes, bootstrapServers, close } = await startMillraceCluster(Number(values.brokers));
  const turns = Array.from({ length: Number(values.rounds) }, () => nodes).flat();
  const strikes = turns.map((node) => async () => {
    console.log(`broker ${node.nodeId} is killed`);
    await node.kill();
    await node.start();
  });
  return { bootstrapServers, strikes, stop: close };
}
