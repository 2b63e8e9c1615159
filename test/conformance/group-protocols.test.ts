import { afterAll, beforeAll, describe, it } from 'vitest';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { groupLife, groupMigration } from './clients/client-suite.ts';
import { confluent } from './clients/confluent.ts';
import { java } from './clients/java.ts';
import { SESSION_TIMEOUT_MS } from './clients/kafka-client.ts';
import { type Peer, startApacheKafka, startOurs } from './peer.ts';

/** A member that crashed is missed soon. */
const CONFIG = {
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

const peers = [
  ['Millrace', () => startOurs(CONFIG)],
  ...(reason === null && isFull ? [['Apache Kafka', () => startApacheKafka(CONFIG)] as const] : []),
] as const;

describe.each(peers)('a group of the consumer protocol on %s', (_name, start) => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await start();
  }, 300_000);
  afterAll(() => peer?.close());

  for (const client of [confluent, java]) {
    if (isFull || client !== java)
      it.skipIf(client.unavailable() !== undefined)(
        `of ${client.name} shares six partitions among three members, hands over, and goes on where it left`,
        () => groupLife(client, peer, 'consumer'),
      );
    it.skipIf(client.unavailable() !== undefined)(
      `of ${client.name} comes from the classic protocol, and goes back to it`,
      () => groupMigration(client, peer),
    );
  }
});
