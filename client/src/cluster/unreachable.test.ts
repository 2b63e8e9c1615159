import { expect, onTestFinished, test } from 'vitest';
import { createConsumer } from '../consumer/consumer.ts';
import { createShareConsumer } from '../share/share-consumer.ts';

/** Port 1 of the loopback: nobody listens there. */
const options = { bootstrapServers: ['127.0.0.1:1'], groupId: 'g', requestTimeoutMs: 300 };

async function failure(poll: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      await poll();
    } catch (error) {
      return error;
    }
  }
}

test.each(['classic', 'consumer'] as const)(
  'a consumer of the %s protocol says that no bootstrap server is there',
  async (groupProtocol) => {
    const consumer = createConsumer({ ...options, groupProtocol });
    onTestFinished(() => consumer.close());
    consumer.subscribe(['t']);
    expect(await failure(() => consumer.poll(50))).toMatchObject({
      code: 'CONNECTION_REFUSED',
      class: 'transient',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  },
);

test('a share consumer says that no bootstrap server is there', async () => {
  const consumer = createShareConsumer(options);
  onTestFinished(() => consumer.close());
  consumer.subscribe(['t']);
  expect(await failure(() => consumer.poll(50))).toMatchObject({ code: 'CONNECTION_REFUSED' });
});
