import { assert } from '@millrace/foundation/assert';
import { withinMs } from '../cluster/within-ms.ts';
import type {
  ConsumerGroupMetadata,
  OffsetAndMetadata,
  Producer,
  TransactionalProducer,
  TransactionalProducerOptions,
} from '../types.ts';
import { BatchingProducer, CLOSE_TIMEOUT_MS } from './batching-producer.ts';

/** The producer with its transactions in front. */
export function transactionalProducer(options: TransactionalProducerOptions): TransactionalProducer {
  const producer: Producer & Pick<BatchingProducer, 'transactions'> = new BatchingProducer(options);
  const { transactions } = producer;
  assert(transactions !== null, 'a transactional id makes a producer of transactions');
  return {
    produce: (record, callback) => producer.produce(record, callback),
    ready: () => producer.ready(),
    send: (records) => producer.send(records),
    flush: () => producer.flush(),
    partitionsFor: (topic) => producer.partitionsFor(topic),
    initTransactions: () => transactions.init(),
    beginTransaction: () => transactions.begin(),
    sendOffsetsToTransaction: (offsets: readonly OffsetAndMetadata[], group: ConsumerGroupMetadata) =>
      transactions.sendOffsets(offsets, group),
    commitTransaction: () => transactions.commit(),
    abortTransaction: () => transactions.abort(),
    async close(timeoutMs = CLOSE_TIMEOUT_MS) {
      const startedMs = performance.now();
      // What nobody has committed would hold up its readers until the transaction times out.
      if (transactions.mayAbort)
        await withinMs(
          timeoutMs,
          transactions.abort().catch(() => undefined),
        );
      await producer.close(Math.max(0, timeoutMs - (performance.now() - startedMs)));
    },
  };
}
