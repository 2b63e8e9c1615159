import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '@millrace/broker';
import { type Logger, silentLogger } from '@millrace/foundation';
import { startKafkaPeer } from '../support/kafka-peer.ts';

/** A single broker under test, ours or Apache Kafka, on the loopback. */
export interface Peer {
  readonly name: 'Millrace' | 'Apache Kafka';
  readonly host: string;
  readonly port: number;
  /** Where its controller listens; 0 where it has no listener of its own. */
  readonly controllerPort: number;
  /** `host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/** As the scripts of Apache Kafka's single node have it, so that answers can be compared. */
const CONFIG = {
  'node.id': '1',
  'process.roles': 'broker,controller',
  listeners: 'PLAINTEXT://127.0.0.1:0',
  'num.partitions': '1',
  'auto.create.topics.enable': 'true',
  'offsets.topic.num.partitions': '8',
  'offsets.topic.replication.factor': '1',
  'group.initial.rebalance.delay.ms': '0',
};

/** Our broker in this process, with a data folder of its own. */
export async function startOurs(
  config: Readonly<Record<string, string>> = {},
  logger: Logger = silentLogger,
): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-conformance-'));
  const broker = await startBroker({ ...CONFIG, 'log.dirs': folder, ...config }, { logger });
  const [address] = broker.addresses.values();
  if (!address) throw new Error('the broker has no listener');
  return {
    name: 'Millrace',
    ...address,
    controllerPort: broker.boundAddresses.get('CONTROLLER')?.port ?? 0,
    address: `${address.host}:${address.port}`,
    async close() {
      await broker.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Apache Kafka's single node; `kafkaPeerSkipReason` says whether it can be had. */
export async function startApacheKafka(properties: Readonly<Record<string, string>> = {}): Promise<Peer> {
  const peer = await startKafkaPeer({ properties });
  const [address = ''] = peer.bootstrapServers;
  const [host = '', port = ''] = address.split(':');
  return {
    name: 'Apache Kafka',
    host,
    port: Number(port),
    // As its scripts have it.
    controllerPort: Number(port) + 1,
    address,
    close: () => peer.stop(),
  };
}
