/**
 * `npm run work-queue -- [--jobs 100000] [--consumers 8] [--kill-every-ms 400] [--seed 1] [--broker millrace|kafka]`: jobs on two partitions,
 * worked off by share consumers that are killed at random; each must be accepted exactly once.
 */
import { parseArgs } from 'node:util';
import { startKafkaPeer } from '../support/kafka-peer.ts';
import { startMillraceBroker } from '../support/millrace-broker.ts';
import { runQueue } from './queue-run.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '100000' },
    consumers: { type: 'string', default: '8' },
    'kill-every-ms': { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    broker: { type: 'string', default: 'millrace' },
    'timeout-s': { type: 'string', default: '900' },
  },
});

const broker = values.broker === 'kafka' ? await startKafkaPeer() : await startMillraceBroker();
try {
  const result = await runQueue({
    bootstrap: broker.bootstrapServers[0] ?? '',
    jobs: Number(values.jobs),
    consumers: Number(values.consumers),
    killEveryMs: Number(values['kill-every-ms']),
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
  await broker.stop();
}
