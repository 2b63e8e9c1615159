import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, skipping } from '../support/index.ts';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { startApacheKafka, startOurs } from './peer.ts';
import {
  alterPartitionScenarios,
  heartbeatScenarios,
  producerIdScenarios,
  registrationScenarios,
  unregisterScenarios,
} from './wire/controller-broker-scenarios.ts';
import { deposedScenarios } from './wire/controller-deposed-scenarios.ts';
import {
  describeQuorumScenarios,
  epochScenarios,
  metadataFetchScenarios,
  snapshotScenarios,
  voteScenarios,
} from './wire/controller-quorum-scenarios.ts';
import type { ControllerScenario } from './wire/controller-scenario.ts';
import { ControllerWire } from './wire/controller-wire.ts';

const reason = kafkaPeerSkipReason();
if (reason !== null) skipping(`controllers beside Apache Kafka's: ${reason}`);

/** Brokers that are not there beat once, and are to be taken for alive while they are spoken of. */
const PATIENT = { 'broker.session.timeout.ms': '60000' };

interface Cluster {
  readonly name: string;
  readonly scenarios: readonly ControllerScenario[];
  readonly properties?: Readonly<Record<string, string>>;
}

/** What disturbs a cluster has one of its own. */
const clusters: readonly Cluster[] = [
  {
    name: 'brokers',
    scenarios: [
      ...producerIdScenarios,
      ...registrationScenarios,
      ...heartbeatScenarios,
      ...unregisterScenarios,
    ],
  },
  { name: 'in-sync sets', scenarios: alterPartitionScenarios },
  // Epochs have come and gone when it is asked for older ones.
  {
    name: 'the quorum',
    scenarios: [
      ...deposedScenarios,
      ...describeQuorumScenarios,
      ...voteScenarios,
      ...epochScenarios,
      ...metadataFetchScenarios,
    ],
  },
  {
    name: 'snapshots',
    scenarios: snapshotScenarios,
    properties: { 'metadata.log.max.record.bytes.between.snapshots': '2000' },
  },
];

describe.skipIf(reason !== null).each(clusters)(
  'our controller beside that of Apache Kafka: $name',
  (cluster) => {
    const properties = { ...PATIENT, ...cluster.properties };
    let ours: ControllerWire;
    let theirs: ControllerWire;
    let close: () => Promise<unknown>;
    beforeAll(async () => {
      const controllerPort = await freePort();
      const [own, apache] = await Promise.all([
        startOurs({
          ...properties,
          listeners: `PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:${controllerPort}`,
          'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
        }),
        startApacheKafka(properties),
      ]);
      close = () => Promise.all([own.close(), apache.close()]);
      ours = await ControllerWire.of(own);
      theirs = await ControllerWire.of(apache);
    }, 120_000);
    afterAll(async () => {
      ours?.close();
      theirs?.close();
      await close?.();
    });

    it.each(cluster.scenarios)('$name', async ({ run }) => {
      const [own, apache] = await Promise.all([ours.now().then(run), theirs.now().then(run)]);
      expect(own).toEqual(apache);
    });
  },
);
