import { Kafka, logLevel } from 'kafkajs';
import { type Load, type LoadClient, sendAll } from './load-client.ts';

const kafkaOf = ({ bootstrap }: Load) => new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });

/** https://kafka.js.org */
export const kafkajs: LoadClient = {
  async produce(load) {
    const producer = kafkaOf(load).producer();
    await producer.connect();
    const message = { value: Buffer.alloc(load.recordBytes, 'x') };
    await sendAll(load, (count) =>
      producer.send({ topic: load.topic, messages: Array.from({ length: count }, () => message) }),
    );
    await producer.disconnect();
  },
  async consume(load) {
    const consumer = kafkaOf(load).consumer({ groupId: `bench-${performance.now()}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [load.topic], fromBeginning: true });
    let read = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    await consumer.run({
      eachBatch: async ({ batch }) => {
        read += batch.messages.length;
        if (read >= load.records) resolve();
      },
    });
    await promise;
  },
};
