import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStandaloneConnect } from '../support/connect-peer.ts';
import { type MillraceWorker, skipping, startMillraceWorker, startServing } from '../support/index.ts';
import {
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
import type { Mode, Scenario } from './connect-rest/scenario.ts';
import { serverScenarios } from './connect-rest/server.ts';
import { Side } from './connect-rest/side.ts';
import { allowedBy, documentedIds, ruleIds } from './connect-rest/table.ts';

const SCENARIOS: readonly Scenario[] = [
  ...connectorScenarios,
  ...pluginVersionScenarios,
  ...frameworkKeyScenarios,
  ...lifecycleScenarios,
  ...offsetScenarios,
  ...serverScenarios,
];

const skipReason = kafkaPeerSkipReason();
if (skipReason) skipping(skipReason);

interface Pair {
  readonly kafka: { readonly url: string; stop(): Promise<void> };
  readonly ours: MillraceWorker;
}

let folder: string;
let broker: KafkaPeer;
const found: { readonly difference: Difference; readonly id: string | null }[] = [];

// Both workers on the same broker, Apache Kafka's, with the same converters.
const CONFIG = { 'offset.flush.interval.ms': '500' };
const CONVERTERS = { 'key.converter': 'StringConverter', 'value.converter': 'StringConverter' };
const FROM_THE_BEGINNING = { 'consumer.auto.offset.reset': 'earliest' };

const START: Readonly<Record<Mode, () => Promise<Pair>>> = {
  distributed: async () => {
    const { bootstrapServers } = broker;
    const ours = startMillraceWorker({
      bootstrapServers,
      group: 'ours',
      config: { ...CONFIG, ...CONVERTERS },
    });
    const kafka = startKafkaConnect({
      bootstrapServers,
      group: 'kafka',
      config: { ...CONFIG, ...FROM_THE_BEGINNING, 'scheduled.rebalance.max.delay.ms': '0' },
    });
    return { kafka: await kafka, ours: await ours };
  },
  standalone: async () => {
    const { bootstrapServers } = broker;
    const file = join(folder, 'worker.json');
    const config = {
      'bootstrap.servers': bootstrapServers.join(','),
      listeners: 'http://127.0.0.1:0',
      'offset.storage.file.filename': join(folder, 'offsets'),
    };
    writeFileSync(file, JSON.stringify({ ...config, ...CONFIG, ...CONVERTERS }));
    const ours = startServing(['standalone', file]);
    const kafka = startStandaloneConnect({ bootstrapServers, config: { ...CONFIG, ...FROM_THE_BEGINNING } });
    return { kafka: await kafka, ours: await ours };
  },
};

beforeAll(async () => {
  if (skipReason) return;
  folder = mkdtempSync(join(tmpdir(), 'connect-rest-'));
  broker = await startKafkaPeer();
}, 180_000);

afterAll(async () => {
  await broker?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe.skipIf(skipReason !== null)('the REST API is that of Kafka Connect', () => {
  // Both modes at once, the scenarios of each in turn: a change of one connector makes a group refuse those of others for a moment.
  describe.each(['distributed', 'standalone'] as const)('%s', { concurrent: true }, (mode) => {
    let pair: Pair;

    beforeAll(async () => {
      pair = await START[mode]();
    }, 180_000);

    afterAll(async () => {
      await Promise.all([pair?.ours.close(), pair?.kafka.stop()]);
    }, 60_000);

    const scenarios = SCENARIOS.filter(({ only }) => only === undefined || only === mode);
    test.each(scenarios.map((each, number) => [each.name, each, number] as const))(
      '%s',
      { concurrent: false },
      async (scenario, { run }, number) => {
        const sides = [
          new Side(`kfk${mode[0]}${number}`, pair.kafka.url, folder),
          new Side(`mlr${mode[0]}${number}`, pair.ours.url, folder),
        ] as const;
        await Promise.all(sides.map((side) => run(side)));
        const differences = differencesOf({ mode, scenario }, sides[0].exchanges, sides[1].exchanges);
        expect(sides[0].exchanges.length).toBeGreaterThan(0);
        const judged = differences.map((difference) => ({ difference, id: allowedBy(difference) }));
        found.push(...judged);
        expect(judged.filter(({ id }) => id === null).map(({ difference }) => difference)).toEqual([]);
      },
    );
  });

  test('the differences are those of the table, and all of them', () => {
    const ids = [...new Set(found.map(({ id }) => id))];
    expect(documentedIds()).toEqual(ruleIds());
    expect(ids.toSorted()).toEqual(documentedIds().toSorted());
  });
});
