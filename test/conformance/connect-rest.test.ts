import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MillraceWorker, skipping, startMillraceWorker } from '../support/index.ts';
import {
  type KafkaConnectPeer,
  type KafkaPeer,
  kafkaPeerSkipReason,
  startKafkaConnect,
  startKafkaPeer,
} from '../support/kafka-peer.ts';
import { type Difference, differencesOf } from './connect-rest/comparison.ts';
import { connectorScenarios } from './connect-rest/connectors.ts';
import { frameworkKeyScenarios } from './connect-rest/framework-keys.ts';
import { lifecycleScenarios } from './connect-rest/lifecycle.ts';
import { offsetScenarios } from './connect-rest/offsets.ts';
import { pluginVersionScenarios } from './connect-rest/plugin-versions.ts';
import { serverScenarios } from './connect-rest/server.ts';
import { Side } from './connect-rest/side.ts';
import { allowedBy, documentedIds, ruleIds } from './connect-rest/table.ts';

const SCENARIOS = [
  ...connectorScenarios,
  ...pluginVersionScenarios,
  ...frameworkKeyScenarios,
  ...lifecycleScenarios,
  ...offsetScenarios,
  ...serverScenarios,
];

const skipReason = kafkaPeerSkipReason();
if (skipReason) skipping(skipReason);

let folder: string;
let broker: KafkaPeer;
let kafka: KafkaConnectPeer;
let ours: MillraceWorker;
const found: { readonly difference: Difference; readonly id: string | null }[] = [];

// Both workers on the same broker, Apache Kafka's, with the same converters.
const CONFIG = { 'offset.flush.interval.ms': '500' };

beforeAll(async () => {
  if (skipReason) return;
  folder = mkdtempSync(join(tmpdir(), 'connect-rest-'));
  broker = await startKafkaPeer();
  const { bootstrapServers } = broker;
  const converters = { 'key.converter': 'StringConverter', 'value.converter': 'StringConverter' };
  ours = await startMillraceWorker({ bootstrapServers, group: 'ours', config: { ...CONFIG, ...converters } });
  kafka = await startKafkaConnect({
    bootstrapServers,
    group: 'kafka',
    config: { ...CONFIG, 'scheduled.rebalance.max.delay.ms': '0', 'consumer.auto.offset.reset': 'earliest' },
  });
}, 120_000);

afterAll(async () => {
  await Promise.all([ours?.close(), kafka?.stop()]);
  await broker?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe.skipIf(skipReason !== null)('the REST API is that of Kafka Connect', () => {
  test.each(SCENARIOS.map((each, number) => [each.name, each, number] as const))(
    '%s',
    async (name, { run }, number) => {
      const sides = [
        new Side(`kfk${number}`, kafka.url, folder),
        new Side(`mlr${number}`, ours.url, folder),
      ] as const;
      await Promise.all(sides.map((side) => run(side)));
      const differences = differencesOf(name, sides[0].exchanges, sides[1].exchanges);
      expect(sides[0].exchanges.length).toBeGreaterThan(0);
      const judged = differences.map((difference) => ({ difference, id: allowedBy(difference) }));
      found.push(...judged);
      expect(judged.filter(({ id }) => id === null).map(({ difference }) => difference)).toEqual([]);
    },
  );

  test('the differences are those of the table, and all of them', () => {
    const ids = [...new Set(found.map(({ id }) => id))];
    expect(documentedIds()).toEqual(ruleIds());
    expect(ids.toSorted()).toEqual(documentedIds().toSorted());
  });
});
