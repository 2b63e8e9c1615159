import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningBroker, startBroker } from '@millrace/broker';
import { silentLogger } from '@millrace/foundation';
import { afterAll, beforeAll, describe } from 'vitest';
import { type KafkaPeer, kafkaPeerSkipReason, startKafkaPeer } from '../support/kafka-peer.ts';
import { clientScenarios } from './client-scenarios.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason !== null) console.warn(`skipped: client on Apache Kafka: ${skipReason}`);

describe.each(['segments', 'memory'])('client on our broker, its logs in %s', (engine) => {
  let broker: RunningBroker | undefined;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-client-'));
    const config = {
      'node.id': '1',
      'log.dirs': folder,
      'log.storage.engine': engine,
      'group.initial.rebalance.delay.ms': '0',
      listeners: 'PLAINTEXT://127.0.0.1:0',
    };
    broker = await startBroker(config, { logger: silentLogger });
  });
  afterAll(async () => {
    await broker?.close();
    await rm(folder, { recursive: true, force: true });
  });

  clientScenarios({
    bootstrapServers: () =>
      [...(broker?.addresses.values() ?? [])].map(({ host, port }) => `${host}:${port}`),
  });
});

describe.skipIf(skipReason !== null)('client on Apache Kafka', () => {
  let peer: KafkaPeer | undefined;
  beforeAll(async () => {
    peer = await startKafkaPeer();
  }, 120_000);
  afterAll(() => peer?.stop());

  clientScenarios({ bootstrapServers: () => peer?.bootstrapServers ?? [] });
});
