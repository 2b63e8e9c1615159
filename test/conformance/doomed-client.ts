/**
 * A process to be killed, which says `holding` and waits. `transaction`: opens one and writes a record into it.
 * `share`: acquires records of a share group, and says nothing of them; accepts them when a line comes in, and prints what came of it.
 */
import { createProducer, createShareConsumer } from '@millrace/client';

const [kind, bootstrap = '', topic = '', id = '', timeoutMs = '60000'] = process.argv.slice(2);
const bootstrapServers = [bootstrap];

if (kind === 'transaction') {
  const producer = createProducer({
    bootstrapServers,
    transactionalId: id,
    transactionTimeoutMs: Number(timeoutMs),
  });
  await producer.initTransactions();
  producer.beginTransaction();
  await producer.send([{ topic, partition: 0, key: null, value: Buffer.from('of the dead') }]);
}
if (kind === 'share') {
  const consumer = createShareConsumer({ bootstrapServers, groupId: id, acknowledgementMode: 'explicit' });
  consumer.subscribe([topic]);
  let held = await consumer.poll(500);
  while (held.length === 0) held = await consumer.poll(500);
  process.stdin.once('data', async () => {
    for (const record of held) consumer.acknowledge(record);
    const errors = (await consumer.commit()).map(({ error }) => error?.code ?? 'NONE');
    console.log(`late: ${errors.join()}`);
  });
}
console.log('holding');
setInterval(() => undefined, 1_000);
