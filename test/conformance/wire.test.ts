import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipping } from '../support/index.ts';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { startApacheKafka, startOurs } from './peer.ts';
import { adminScenarios } from './wire/admin-scenarios.ts';
import { configScenarios } from './wire/config-scenarios.ts';
import { consumerGroupScenarios } from './wire/consumer-group-scenarios.ts';
import { fetchSessionScenarios } from './wire/fetch-session-scenarios.ts';
import { frameScenarios } from './wire/frame-scenarios.ts';
import { groupScenarios } from './wire/group-scenarios.ts';
import { quotaScenarios } from './wire/quota-scenarios.ts';
import { recordScenarios } from './wire/record-scenarios.ts';
import type { Scenario } from './wire/scenario.ts';
import { shareScenarios } from './wire/share-scenarios.ts';
import { shareStateScenarios } from './wire/share-state-scenarios.ts';
import { sizeScenarios } from './wire/size-scenarios.ts';
import { topicConfigScenarios } from './wire/topic-config-scenarios.ts';
import { topicScenarios } from './wire/topic-scenarios.ts';
import { transactionScenarios } from './wire/transaction-scenarios.ts';
import { versionScenarios } from './wire/version-scenarios.ts';
import { warmUp } from './wire/warm-up.ts';
import { Wire } from './wire/wire.ts';

const reason = kafkaPeerSkipReason();
if (reason !== null) skipping(`the wire beside Apache Kafka's: ${reason}`);

const areas: readonly [string, readonly Scenario[]][] = [
  ['every version', versionScenarios],
  ['frames', frameScenarios],
  ['topics and configs', topicScenarios],
  ['configs', configScenarios],
  ['what topic configs do', topicConfigScenarios],
  ['cluster and logs', adminScenarios],
  ['quotas and features', quotaScenarios],
  ['records', recordScenarios],
  ['fetch sessions', fetchSessionScenarios],
  ['what stands twice, and what is too large', sizeScenarios],
  ['groups', groupScenarios],
  ['groups of the consumer protocol', consumerGroupScenarios],
  ['share groups', shareScenarios],
  ['what is stored of share groups', shareStateScenarios],
  ['transactions', transactionScenarios],
];

describe.skipIf(reason !== null)('our answers beside those of Apache Kafka', () => {
  let ours: Wire;
  let theirs: Wire;
  beforeAll(async () => {
    const [own, apache] = await Promise.all([startOurs(), startApacheKafka()]);
    ours = new Wire(own);
    theirs = new Wire(apache);
    await Promise.all([warmUp(ours), warmUp(theirs)]);
  }, 120_000);
  afterAll(async () => {
    ours?.close();
    theirs?.close();
    await Promise.all([ours?.peer.close(), theirs?.peer.close()]);
  });

  describe.each(areas)('%s', (_area, scenarios) => {
    it.each(scenarios)('$name', async ({ run }) => {
      const [own, apache] = await Promise.all([run(ours), run(theirs)]);
      expect(own).toEqual(apache);
    });
  });
});
