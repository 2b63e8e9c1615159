import { afterAll, beforeAll, describe, it } from 'vitest';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { groupLife, groupMigration, groupPause } from './clients/client-suite.ts';
import { confluent } from './clients/confluent.ts';
import { franzGo } from './clients/go-clients.ts';
import { java } from './clients/java.ts';
import { type GroupProtocol, type KafkaClient, SESSION_TIMEOUT_MS } from './clients/kafka-client.ts';
import { millrace } from './clients/millrace.ts';
import { type Peer, startApacheKafka, startOurs } from './peer.ts';

/** A member that crashed is missed soon, and what is told with a heartbeat is told soon. */
const CONFIG = {
  'group.consumer.min.heartbeat.interval.ms': '500',
  'group.consumer.heartbeat.interval.ms': '1000',
  'group.consumer.min.session.timeout.ms': String(SESSION_TIMEOUT_MS),
  'group.consumer.session.timeout.ms': String(SESSION_TIMEOUT_MS),
};

const reason = kafkaPeerSkipReason();
for (const client of [confluent, java]) {
  const missing = client.unavailable();
  if (missing !== undefined) console.warn(`skipped: groups of ${client.name}: ${missing}`);
}

/** All of it, on Apache Kafka too; else on our broker, and Java only where it meets both protocols: each member starts a JVM. */
const isFull = process.env.GROUPS_FULL === '1';

/** Whose members are stopped for longer than their session. */
const paused: readonly (readonly [KafkaClient, GroupProtocol])[] = [
  [millrace, 'classic'],
  [millrace, 'consumer'],
  [confluent, 'classic'],
  [confluent, 'consumer'],
  [franzGo, 'classic'],
  ...(isFull
    ? ([
        [java, 'classic'],
        [java, 'consumer'],
      ] as const)
    : []),
];

const peers = [
  ['Millrace', () => startOurs(CONFIG)],
  ...(reason === null && isFull ? [['Apache Kafka', () => startApacheKafka(CONFIG)] as const] : []),
] as const;

describe.each(peers)('groups of both protocols on %s', (_name, start) => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await start();
  }, 300_000);
  afterAll(() => peer?.close());

  for (const client of [confluent, java]) {
    if (isFull || client !== java)
      it.skipIf(client.unavailable() !== undefined)(
        `of ${client.name} shares six partitions among three members, hands over, and goes on where it left`,
        { concurrent: true },
        () => groupLife(client, peer, 'consumer'),
      );
    it.skipIf(client.unavailable() !== undefined)(
      `of ${client.name} comes from the classic protocol, and goes back to it`,
      { concurrent: true },
      () => groupMigration(client, peer),
    );
  }

  for (const [client, protocol] of paused)
    it.skipIf(client.unavailable() !== undefined)(
      `a member of ${client.name} in the ${protocol} protocol is put out while it is paused, and comes back`,
      { concurrent: true },
      () => groupPause(client, peer, protocol),
    );
});
