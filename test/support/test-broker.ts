import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '@millrace/broker';
import { createLogger } from '@millrace/foundation';
import { startKafkaPeer } from './kafka-peer.ts';

/** The log below a test: ours, or Apache Kafka's. */
export interface TestBroker {
  readonly bootstrapServers: readonly string[];
  close(): Promise<void>;
}

/** Whether the tests of this run have Apache Kafka below them (`npm run test:kafka`). */
export const onApacheKafka = process.env.TEST_BROKER === 'kafka';

/** Starts a broker on free ports of loopback, with a data folder of its own. */
export async function startTestBroker(): Promise<TestBroker> {
  if (onApacheKafka) {
    const { bootstrapServers, stop } = await startKafkaPeer();
    return { bootstrapServers, close: stop };
  }
  const folder = await mkdtemp(join(tmpdir(), 'test-broker-'));
  const broker = await startBroker(
    {
      'node.id': 1,
      'log.dirs': join(folder, 'data'),
      listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
      'process.roles': 'broker,controller',
      'controller.listener.names': 'CONTROLLER',
      'group.initial.rebalance.delay.ms': 0,
    },
    { logger: createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'silent' }) },
  );
  const address = broker.addresses.get('PLAINTEXT');
  return {
    bootstrapServers: address ? [`${address.host}:${address.port}`] : [],
    async close() {
      await broker.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
