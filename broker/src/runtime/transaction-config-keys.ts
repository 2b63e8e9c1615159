import { range } from '@millrace/foundation';
import { key } from './config-key.ts';

/** The broker's keys of transactions and their coordinator, as in Apache Kafka 4.3. */
export const transactionConfigKeys = {
  'transaction.max.timeout.ms': key(
    'int',
    900_000,
    'Longest timeout of a transaction that a producer may ask for.',
    range(1),
  ),
  'transactional.id.expiration.ms': key(
    'int',
    604_800_000,
    'A transactional id that was not used for so long is forgotten.',
    range(1),
  ),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': key(
    'int',
    10_000,
    'Time between two looks for transactions that are open for too long.',
    range(1),
  ),
  'transaction.remove.expired.transaction.cleanup.interval.ms': key(
    'int',
    3_600_000,
    'Time between two looks for transactional ids that may be forgotten.',
    range(1),
  ),
  'transaction.partition.verification.enable': key(
    'boolean',
    true,
    'Whether the first batch of a transaction in a partition is refused where its producer has not added the partition.',
  ),
  'add.partitions.to.txn.retry.backoff.max.ms': key(
    'int',
    100,
    'How long a partition that is added to a transaction waits for the transaction before to be complete.',
    range(0),
  ),
  'transaction.state.log.num.partitions': key(
    'int',
    50,
    'Partitions of __transaction_state; not to be changed once the topic exists.',
    range(1, 10_000),
  ),
  'transaction.state.log.replication.factor': key(
    'int',
    3,
    'Replication factor of __transaction_state; a smaller cluster takes as many as it has.',
    range(1, 32_767),
  ),
  'transaction.state.log.min.isr': key(
    'int',
    2,
    'min.insync.replicas of __transaction_state; no more than it has replicas.',
    range(1),
  ),
  'transaction.state.log.segment.bytes': key(
    'int',
    104_857_600,
    'Size of a segment of __transaction_state.',
    range(1_048_576),
  ),
};
