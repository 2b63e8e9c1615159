import { afterAll, beforeAll, describe } from 'vitest';
import { type KafkaPeer, kafkaPeerSkipReason, startKafkaPeer } from '../support/kafka-peer.ts';
import { clientScenarios } from './client-scenarios.ts';

const skipReason = kafkaPeerSkipReason();
if (skipReason !== null) console.warn(`skipped: client on Apache Kafka: ${skipReason}`);

describe.skipIf(skipReason !== null)('client on Apache Kafka', () => {
  let peer: KafkaPeer | undefined;
  beforeAll(async () => {
    peer = await startKafkaPeer();
  }, 120_000);
  afterAll(() => peer?.stop());

  clientScenarios({ bootstrapServers: () => peer?.bootstrapServers ?? [] });
});
