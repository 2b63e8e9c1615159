/**
 * A process to be killed. `transaction`: opens one, writes a record into it, says `holding`, and waits.
 */
import { createProducer } from '@millrace/client';

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
console.log('holding');
setInterval(() => undefined, 1_000);
