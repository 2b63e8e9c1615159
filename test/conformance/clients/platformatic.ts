import {
  Consumer,
  type MessagesStream,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import {
  CLIENT_TIMEOUT_MS,
  type GroupMember,
  type KafkaClient,
  type ReceivedRecord,
  SESSION_TIMEOUT_MS,
} from './kafka-client.ts';

type Stream = MessagesStream<string, string, string, string>;

function consumerOf(address: string, groupId: string): Consumer<string, string, string, string> {
  return new Consumer({
    groupId,
    clientId: 'conformance-platformatic',
    bootstrapBrokers: [address],
    deserializers: stringDeserializers,
    autocommit: 100,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: 200,
    maxWaitTime: 100,
  });
}

export const platformatic: KafkaClient = {
  name: '@platformatic/kafka',
  unavailable: () => undefined,
  async produce(address, topic, codec, records) {
    const producer = new Producer({
      clientId: 'conformance-platformatic',
      bootstrapBrokers: [address],
      serializers: stringSerializers,
      idempotent: true,
    });
    const messages = records.map(({ key, value, headers }) => ({
      topic,
      ...(key === null ? {} : { key }),
      ...(value === null ? {} : { value }),
      headers: { ...headers },
    }));
    await producer.send({ messages, compression: codec });
    await producer.close();
  },
  async consume(address, topic, count) {
    const consumer = consumerOf(address, `platformatic-${topic}-${process.hrtime.bigint()}`);
    const stream: Stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
    const received: ReceivedRecord[] = [];
    const timer = setTimeout(
      () => stream.destroy(new Error(`only ${received.length} of ${count}`)),
      CLIENT_TIMEOUT_MS,
    );
    for await (const { partition, offset, timestamp, key, value, headers } of stream) {
      received.push({
        partition,
        offset: Number(offset),
        timestampMs: Number(timestamp),
        key: key ?? null,
        value: value ?? null,
        headers: Object.fromEntries(headers),
      });
      if (received.length >= count) break;
    }
    clearTimeout(timer);
    await consumer.close(true);
    return received;
  },
  async join(address, groupId, topic): Promise<GroupMember> {
    let assignment: readonly number[] = [];
    const values: string[] = [];
    const consumer = consumerOf(address, groupId);
    consumer.on('consumer:group:join', ({ assignments }) => {
      const own = assignments?.find((item) => item.topic === topic);
      assignment = (own?.partitions ?? []).toSorted((a, b) => a - b);
    });
    const stream: Stream = await consumer.consume({
      topics: [topic],
      mode: 'committed',
      fallbackMode: 'earliest',
    });
    stream.on('data', ({ value }: { value: string }) => values.push(value));
    return {
      assignment: () => assignment,
      seen: () => values,
      leave: () => consumer.close(true),
    };
  },
};
