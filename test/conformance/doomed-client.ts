/**
 * A process to be killed, which says `holding` and waits. `transaction`: opens one and writes a record into it.
 * `share`: acquires records of a share group, and says nothing of them.
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
  while ((await consumer.poll(500)).length === 0);
}
console.log('holding');
setInterval(() => undefined, 1_000);
