import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentOf, createTopic } from './clients/client-suite.ts';
import { confluent } from './clients/confluent.ts';
import { franzGo, sarama } from './clients/go-clients.ts';
import { java } from './clients/java.ts';
import { codecs } from './clients/kafka-client.ts';
import { kafkaJs } from './clients/kafkajs.ts';
import { kcat } from './clients/kcat.ts';
import { platformatic } from './clients/platformatic.ts';
import { sampleRecords } from './clients/sample-records.ts';
import { type Peer, startOurs } from './peer.ts';

const TOPIC = 'matrix';
const clients = [kcat, kafkaJs, platformatic, java, confluent, franzGo, sarama];
const here = clients.filter((client) => client.unavailable() === undefined);

/** All that was sent: each producer one after the other, each codec once. */
const sent = here.flatMap((client) => codecs.flatMap((codec) => sampleRecords(client.name, codec)));

describe('what one client produced with any codec', () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startOurs();
    await createTopic(peer, TOPIC, 1);
    for (const client of here)
      for (const codec of codecs)
        await client.produce(peer.address, TOPIC, codec, sampleRecords(client.name, codec));
  }, 180_000);
  afterAll(() => peer?.close());

  for (const client of clients) {
    it.skipIf(client.unavailable() !== undefined)(`is the same for ${client.name}`, async () => {
      const received = await client.consume(peer.address, TOPIC, sent.length);
      expect(received.map(({ offset }) => offset)).toEqual(sent.map((_, index) => index));
      expect(received.map(contentOf).map(digest)).toEqual(sent.map(digest));
    });
  }
});

/** A long value by its ends and its length, so that a failure can be read. */
function digest({ value, ...record }: { value: string | null }) {
  const isLong = value !== null && value.length > 1000;
  return { ...record, value: isLong ? `${value.slice(0, 50)}…${value.slice(-50)} ${value.length}` : value };
}
