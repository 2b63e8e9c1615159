import { isMillraceError } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import { type BatchHeader, readBatchHeader } from '@millrace/protocol/records';
import type { AppendOptions, AppendOutcome, Partition } from '../runtime/partition.ts';
import type { RequestContext } from './api.ts';

const ABORTABLE_VERSION = 11;
/** From here on the producer leaves it to the broker to add partitions (KIP-890). */
const ADDS_VERSION = 12;

/** What older clients would not try again, they are told as something that they do. */
const TRIED_AGAIN: ReadonlySet<ErrorName> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
]);

export interface TransactionalAppend {
  readonly partition: Partition;
  readonly records: Buffer;
  readonly options: AppendOptions;
  readonly transactionalId: string | null;
}

/**
 * Appends a batch of a transaction once the partition is known to take part in it: at once where the log or the coordinator
 * says so, else when the coordinator has added it.
 */
export function appendInTransaction(
  context: RequestContext,
  append: TransactionalAppend,
): AppendOutcome | Promise<AppendOutcome> {
  const { partition, records, options, transactionalId } = append;
  const header = headerOf(records);
  // What is no batch is refused at the door.
  if (header === null) return partition.append(records, options);
  if (transactionalId === null || !mayWrite(context, transactionalId))
    return refused('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', partition);
  const { producerId, producerEpoch } = header;
  const adds = context.version >= ADDS_VERSION;
  const transaction = adds ? 'added' : 'verified';
  const { transactions, config } = context.services;
  const isOpen = partition.log.producers.hasOpenTransaction(producerId, producerEpoch);
  const isVerified = !adds && !config.values['transaction.partition.verification.enable'];
  // The request's memory may be that of the next one by the time that the coordinator answers.
  const kept = isVerified ? records : context.keep(records);
  const write = () => partition.append(kept, { ...options, transaction });
  if (isVerified) return write();
  const partitions = new Map([[partition.topic, new Set([partition.partition])]]);
  const query = { transactionalId, producerId, producerEpoch, partitions };
  const how = { adds, isOpen, known: () => partition.log.producers.get(producerId) };
  return transactions.within<AppendOutcome>(query, how, write, (error) =>
    refused(toldTo(context.version, error), partition),
  );
}

function mayWrite(context: RequestContext, name: string): boolean {
  return name !== '' && context.authorize('WRITE', { type: 'TRANSACTIONAL_ID', name });
}

function headerOf(records: Buffer): BatchHeader | null {
  try {
    return readBatchHeader(records);
  } catch (error) {
    if (isMillraceError(error)) return null;
    throw error;
  }
}

/** As Kafka words what the coordinator says, for producers. */
function toldTo(version: number, error: ErrorName): ErrorName {
  switch (error) {
    case 'PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH';
    case 'TRANSACTION_ABORTABLE':
      return version < ABORTABLE_VERSION ? 'INVALID_TXN_STATE' : error;
    case 'CONCURRENT_TRANSACTIONS':
      return version < ADDS_VERSION ? 'NOT_ENOUGH_REPLICAS' : error;
    default:
      return TRIED_AGAIN.has(error) ? 'NOT_ENOUGH_REPLICAS' : error;
  }
}

function refused(error: ErrorName, partition: Partition): AppendOutcome {
  const message =
    error === 'INVALID_TXN_STATE'
      ? 'the partition was not added to the transaction'
      : `the transaction does not take the batch: ${error}`;
  return { error, message, logStartOffset: partition.log.startOffset };
}
