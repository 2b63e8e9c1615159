import { Consumer, Producer } from '@platformatic/kafka';
import { type LoadClient, sendAll } from './load-client.ts';

/** https://github.com/platformatic/kafka */
export const platformatic: LoadClient = {
  async produce(load) {
    const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [load.bootstrap] });
    const message = { topic: load.topic, value: Buffer.alloc(load.recordBytes, 'x') };
    await sendAll(load, (count) =>
      producer.send({ messages: Array.from({ length: count }, () => message), acks: -1 }),
    );
    await producer.close();
  },
  async consume(load) {
    const consumer = new Consumer({
      clientId: 'bench',
      groupId: `bench-${performance.now()}`,
      bootstrapBrokers: [load.bootstrap],
    });
    const stream = await consumer.consume({ topics: [load.topic], mode: 'earliest', autocommit: true });
    let read = 0;
    for await (const _message of stream) {
      read += 1;
      if (read >= load.records) break;
    }
  },
};
