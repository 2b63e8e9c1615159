import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '@millrace/broker';
import { createLogger } from '@millrace/foundation';
import { inject } from 'vitest';
import type {} from './kafka-setup.ts';
import { skipping } from './service.ts';

/** The log below a test. */
export interface TestBroker {
  readonly bootstrapServers: readonly string[];
  close(): Promise<void>;
}

/**
 * Why there is no broker for the tests of a file, for `describe.skipIf`; printed once. Undefined where there is one: always, but in
 * the project `kafka` on a machine without Apache Kafka.
 */
export function brokerUnavailable(): string | undefined {
  const reason = inject('apacheKafka')?.skipReason ?? null;
  return reason === null ? undefined : skipping(reason);
}

/**
 * The broker that tests of workers run on: in the project `kafka` Apache Kafka, which all files of it share; the one of
 * `TEST_BOOTSTRAP_SERVERS`; otherwise one of ours, of this file alone, on free ports of loopback.
 */
export async function startTestBroker(): Promise<TestBroker> {
  const shared = inject('apacheKafka')?.bootstrapServers ?? process.env.TEST_BOOTSTRAP_SERVERS?.split(',');
  if (shared) return { bootstrapServers: shared, close: async () => undefined };
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
