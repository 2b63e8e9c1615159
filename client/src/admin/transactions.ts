import { kafkaError } from '@millrace/protocol';
import {
  describeProducers,
  describeTransactions,
  endTxn,
  initProducerId,
  listTransactions,
  writeTxnMarkers,
} from '@millrace/protocol/messages';
import type { Cluster } from '../cluster/cluster.ts';
import { Coordinator } from '../cluster/coordinator.ts';
import { askCoordinator } from '../cluster/coordinator-requests.ts';
import { askLeaders } from '../cluster/leader-requests.ts';
import { errorOf, throwFirst, throwOnError } from '../cluster/outcome.ts';
import { retrying } from '../cluster/retry.ts';
import type { Connection } from '../connection/index.ts';
import { unsupportedError } from '../producer/transaction-errors.ts';
import type { ActiveProducer, TopicPartition, TransactionDescription, TransactionListing } from '../types.ts';

const NO_PRODUCER = { producerId: -1, producerEpoch: -1 };

/**
 * Moves the epoch of each transactional id on and aborts what is open: its producers are over (KIP-618 fences the tasks of a
 * connector's earlier generation so). An id that was never used becomes known.
 */
export async function fenceProducers(cluster: Cluster, transactionalIds: readonly string[]): Promise<void> {
  await Promise.all(
    transactionalIds.map((transactionalId) =>
      askTransaction(cluster, transactionalId, async (connection) => {
        const transactionTimeoutMs = cluster.config.requestTimeoutMs;
        const body = { transactionalId, transactionTimeoutMs, ...NO_PRODUCER };
        const { errorCode } = await connection.request(initProducerId, body);
        throwOnError(errorCode, `fencing transactional id ${transactionalId}`);
      }),
    ),
  );
}

/** Each broker lists the ids that it coordinates. */
export async function listAllTransactions(cluster: Cluster): Promise<readonly TransactionListing[]> {
  const options = { deadlineMs: cluster.deadline(), signal: cluster.closing };
  return retrying(cluster.config, options, async () => {
    await cluster.refresh([]);
    const lists = await Promise.all(
      [...cluster.cache.brokers.keys()].map(async (id) => {
        const connection = supporting(await cluster.connection(id));
        const body = { stateFilters: [], producerIdFilters: [] };
        const response = await connection.request(listTransactions, body);
        throwOnError(response.errorCode, `transactions of broker ${id}`);
        return response.transactionStates;
      }),
    );
    return lists
      .flat()
      .map(({ transactionalId, producerId, transactionState }) => ({
        transactionalId,
        producerId,
        state: transactionState,
      }))
      .sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1));
  });
}

export function describeTransactionsOf(
  cluster: Cluster,
  transactionalIds: readonly string[],
): Promise<readonly TransactionDescription[]> {
  return Promise.all(transactionalIds.map((transactionalId) => describeOne(cluster, transactionalId)));
}

function describeOne(cluster: Cluster, transactionalId: string): Promise<TransactionDescription> {
  return askTransaction(cluster, transactionalId, async (connection) => {
    const body = { transactionalIds: [transactionalId] };
    const { transactionStates } = await connection.request(describeTransactions, body);
    const known = transactionStates[0];
    if (known === undefined)
      throw kafkaError('TRANSACTIONAL_ID_NOT_FOUND', `transactional id ${transactionalId} is not known`);
    throwOnError(known.errorCode, `transactional id ${transactionalId}`);
    return {
      transactionalId,
      state: known.transactionState,
      producerId: known.producerId,
      producerEpoch: known.producerEpoch,
      timeoutMs: known.transactionTimeoutMs,
      startedAtMs: known.transactionStartTimeMs < 0 ? null : known.transactionStartTimeMs,
      partitions: known.topics.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
    };
  });
}

export async function describeProducersOf(
  cluster: Cluster,
  partition: TopicPartition,
): Promise<readonly ActiveProducer[]> {
  const { topic, partition: index } = partition;
  const [producers] = await askLeaders(cluster, [partition], cluster.deadline(), async (connection, led) => {
    const topics = [{ name: topic, partitionIndexes: [index] }];
    const response = await connection.request(describeProducers, { topics });
    const answer = response.topics[0]?.partitions[0];
    return led.map(({ index: place }) => {
      if (answer === undefined) return { index: place, value: [] };
      const error = errorOf(answer.errorCode, `producers of ${topic}-${index}`, answer.errorMessage);
      return error ? { index: place, error } : { index: place, value: answer.activeProducers };
    });
  });
  return (producers ?? []).map(({ currentTxnStartOffset, ...producer }) => ({
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    coordinatorEpoch: producer.coordinatorEpoch,
    lastTimestampMs: producer.lastTimestamp,
    openSinceOffset: currentTxnStartOffset < 0 ? null : currentTxnStartOffset,
  }));
}

/** Writes the abort marker itself, past the coordinator: for a transaction that its coordinator knows nothing of (KIP-664). */
export async function abortHangingTransaction(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  { producerId, producerEpoch, coordinatorEpoch }: ActiveProducer,
): Promise<void> {
  await askLeaders(cluster, [{ topic, partition }], cluster.deadline(), async (connection, led) => {
    const topics = [{ name: topic, partitionIndexes: [partition] }];
    const marker = { producerId, producerEpoch, coordinatorEpoch: Math.max(0, coordinatorEpoch), topics };
    const { markers } = await connection.request(writeTxnMarkers, {
      markers: [{ ...marker, transactionResult: false }],
    });
    throwFirst(
      markers.flatMap(({ topics: told }) =>
        told.flatMap(({ partitions }) =>
          partitions.flatMap(
            ({ errorCode }) => errorOf(errorCode, `aborting in ${topic}-${partition}`) ?? [],
          ),
        ),
      ),
    );
    return led.map(({ index }) => ({ index, value: null }));
  });
}

async function askTransaction<T>(
  cluster: Cluster,
  transactionalId: string,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  const options = { deadlineMs: cluster.deadline(), signal: cluster.closing };
  supporting(await retrying(cluster.config, options, () => cluster.anyConnection()));
  const coordinator = new Coordinator(cluster, 'transaction', transactionalId);
  return askCoordinator(cluster, coordinator, options.deadlineMs, ask);
}

/** @throws {MillraceError} TRANSACTIONS_UNSUPPORTED */
function supporting(connection: Connection): Connection {
  if (connection.versions.range(endTxn.key) === undefined) throw unsupportedError();
  return connection;
}
