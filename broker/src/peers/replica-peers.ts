import { type ErrorName, errorByCode } from '@millrace/protocol';
import { addPartitionsToTxn, fetch, writeTxnMarkers } from '@millrace/protocol/messages';
import type { MarkersOutcome, PartitionsByTopic, TransactionEnd } from '../core/coordinator/effects.ts';
import type { PartitionsQuery } from '../core/transaction/add-partitions.ts';
import { FENCED_MARKER_ERRORS } from '../runtime/marker-writer.ts';
import type { NodeEndpoint } from '../runtime/node-endpoint.ts';
import type { ReplicaFetch, ReplicaFetchedPartition, ReplicaPeers } from '../runtime/replica-peers.ts';
import type { PeerPool } from './peer-pool.ts';
import { peerRefused } from './peer-refused.ts';

/** Beyond what the asked broker may wait. */
const FETCH_GRACE_MS = 10_000;
const TIMEOUT_MS = 15_000;
const SESSIONLESS = -1;
const EMPTY = Buffer.alloc(0);

/** Brokers' requests to each other, over the wire. */
export class WireReplicaPeers implements ReplicaPeers {
  readonly #pool: PeerPool;

  constructor(pool: PeerPool) {
    this.#pool = pool;
  }

  async fetch(to: NodeEndpoint, request: ReplicaFetch): Promise<readonly ReplicaFetchedPartition[]> {
    const { replicaId, brokerEpoch, maxWaitMs, minBytes, maxBytes, partitions } = request;
    const topics = [...Map.groupBy(partitions, ({ topicId }) => topicId)].map(([topicId, wanted]) => ({
      topicId,
      partitions: wanted.map((one) => ({
        partition: one.partition,
        currentLeaderEpoch: one.leaderEpoch,
        fetchOffset: one.fetchOffset,
        lastFetchedEpoch: one.lastFetchedEpoch,
        logStartOffset: one.logStartOffset,
        partitionMaxBytes: one.maxBytes,
        highWatermark: one.highWatermark,
      })),
    }));
    const answer = await this.#pool.request(to, 'replica', {
      api: fetch,
      body: {
        replicaState: { replicaId, replicaEpoch: brokerEpoch },
        maxWaitMs,
        minBytes,
        maxBytes,
        sessionEpoch: SESSIONLESS,
        topics,
        forgottenTopicsData: [],
      },
      timeoutMs: maxWaitMs + FETCH_GRACE_MS,
    });
    if (answer.errorCode !== 0) throw peerRefused(fetch.name, nameOf(answer.errorCode));
    return answer.responses.flatMap(({ topicId, partitions: told }) =>
      told.map((one) => ({
        topicId,
        partition: one.partitionIndex,
        error: one.errorCode === 0 ? null : nameOf(one.errorCode),
        highWatermark: one.highWatermark,
        logStartOffset: one.logStartOffset,
        diverging: one.divergingEpoch.endOffset < 0 ? null : one.divergingEpoch,
        records: one.records ?? EMPTY,
      })),
    );
  }

  async writeMarkers(
    to: NodeEndpoint,
    end: TransactionEnd,
    partitions: PartitionsByTopic,
  ): Promise<MarkersOutcome> {
    const { isAbort, ...rest } = end;
    const topics = [...partitions].map(([name, ids]) => ({ name, partitionIndexes: [...ids] }));
    const body = { markers: [{ ...rest, transactionResult: !isAbort, topics }] };
    const answer = await this.#pool.request(to, 'markers', {
      api: writeTxnMarkers,
      body,
      timeoutMs: TIMEOUT_MS,
    });
    const left = new Map<string, Set<number>>();
    let isFenced = false;
    for (const { name, partitions: told } of answer.markers[0]?.topics ?? []) {
      for (const { partitionIndex, errorCode } of told) {
        const error = nameOf(errorCode);
        if (FENCED_MARKER_ERRORS.has(error)) isFenced = true;
        else if (error !== 'NONE') left.set(name, (left.get(name) ?? new Set()).add(partitionIndex));
      }
    }
    return { left, isFenced };
  }

  async addPartitions(
    to: NodeEndpoint,
    { transactionalId, producerId, producerEpoch, partitions }: PartitionsQuery,
    { isCheckOnly }: { readonly isCheckOnly: boolean },
  ): Promise<ErrorName | null> {
    const topics = [...partitions].map(([name, ids]) => ({ name, partitions: [...ids] }));
    const transaction = { transactionalId, producerId, producerEpoch, verifyOnly: isCheckOnly, topics };
    const answer = await this.#pool.request(to, 'markers', {
      api: addPartitionsToTxn,
      body: { transactions: [transaction] },
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.errorCode !== 0) return nameOf(answer.errorCode);
    const told = answer.resultsByTransaction.flatMap(({ topicResults }) =>
      topicResults.flatMap(({ resultsByPartition }) => resultsByPartition),
    );
    const failed = told.find(({ partitionErrorCode }) => partitionErrorCode !== 0);
    return failed === undefined ? null : nameOf(failed.partitionErrorCode);
  }
}

function nameOf(code: number): ErrorName {
  return errorByCode(code).name;
}
