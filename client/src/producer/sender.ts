import { MillraceError, toMillraceError } from '@millrace/foundation';
import { kafkaError } from '@millrace/protocol';
import { type ProduceResponse, produce } from '@millrace/protocol/messages';
import { retryPauseMs } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { isRetriable } from '../cluster/retry.ts';
import { NO_LEADER } from '../cluster/topic-metadata.ts';
import type { Connection } from '../connection/index.ts';
import type { TopicPartition } from '../types.ts';
import { NodeLoad } from './node-load.ts';
import type { PartitionQueue } from './partition-queue.ts';
import {
  PRODUCE_MAX_VERSION,
  PRODUCE_WITHOUT_ADDING_MAX_VERSION,
  produceRequest,
  readProduceResponse,
  type Shipment,
} from './produce-request.ts';
import type { ProducerBatch } from './producer-batch.ts';
import type { ProducerConfig } from './producer-config.ts';
import { type Identity, ProducerIdentity } from './producer-identity.ts';
import type { Transactions } from './transactions.ts';

/** What the sender tells the producer. */
export interface SenderEvents {
  /** The batch has had its last word: acknowledged or failed. */
  settled(batch: ProducerBatch): void;
  /** Others go in the batch's place. */
  replaced(batch: ProducerBatch, by: readonly ProducerBatch[]): void;
  /** The topic's metadata is missing or out of date. */
  staleTopic(topic: string): void;
  /** Nothing that waits can be sent: no producer id was given. The next record asks for one again. */
  failed(error: MillraceError): void;
}

interface NodeRequest {
  readonly node: number;
  readonly connection: Connection;
  readonly shipments: Shipment[];
  bytes: number;
}

/** Bytes without an answer to wait for that a socket may hold before the sender pauses. */
const UNSENT_MAX_BYTES = 4 * 1024 * 1024;
const UNSENT_PAUSE_MS = 5;

/** Takes batches out of the queues when they are due, one request per broker with many partitions, and deals with the answers. */
export class Sender {
  readonly #cluster: Cluster;
  readonly #config: ProducerConfig;
  readonly #events: SenderEvents;
  readonly #transactions: Transactions | null;
  readonly #identity: ProducerIdentity;
  readonly #nodes: NodeLoad;
  readonly #active = new Set<PartitionQueue>();
  #acquiring = false;
  #scheduled = false;
  #flushes = 0;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(
    cluster: Cluster,
    config: ProducerConfig,
    transactions: Transactions | null,
    events: SenderEvents,
  ) {
    this.#transactions = transactions;
    this.#cluster = cluster;
    this.#config = config;
    this.#events = events;
    this.#identity = new ProducerIdentity(cluster);
    this.#nodes = new NodeLoad(cluster, config.maxInFlightRequests, () => this.wake());
  }

  /** The queue has something new. `dueMs`: when it should be looked at, monotonic ms. */
  feed(queue: PartitionQueue, dueMs: number): void {
    this.#active.add(queue);
    this.wakeAt(dueMs);
  }

  /** Looks at the queues once the caller's turn is over. */
  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#stopped) this.#drain();
    });
  }

  wakeAt(atMs: number): void {
    if (atMs >= this.#timerAtMs || this.#stopped) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#timerAtMs = Number.POSITIVE_INFINITY;
        this.wake();
      },
      Math.max(0, atMs - performance.now()),
    );
  }

  /** While a flush is under way nothing lingers. */
  beginFlush(): void {
    this.#flushes += 1;
    this.wake();
  }

  endFlush(): void {
    this.#flushes -= 1;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #drain(): void {
    const nowMs = performance.now();
    let wakeAtMs = this.#expire(nowMs);
    for (;;) {
      const { requests, nextMs } = this.#collect(nowMs);
      wakeAtMs = Math.min(wakeAtMs, nextMs);
      if (requests.length === 0) break;
      for (const request of requests) this.#send(request);
    }
    if (wakeAtMs < Number.POSITIVE_INFINITY) this.wakeAt(Math.max(wakeAtMs, nowMs + 1));
  }

  /** Fails what is overdue; gives when the next will be. */
  #expire(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#active) {
      if (queue.expiresAtMs <= nowMs) {
        for (const batch of queue.expired(nowMs)) this.#fail(batch, this.#timedOut(queue, batch));
      }
      nextMs = Math.min(nextMs, queue.expiresAtMs);
    }
    return nextMs;
  }

  /** One pass over the queues: at most one batch of each, one request to each broker. */
  #collect(nowMs: number): { readonly requests: readonly NodeRequest[]; readonly nextMs: number } {
    const requests = new Map<number, NodeRequest>();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const queue of [...this.#active]) {
      if (queue.isIdle) {
        this.#active.delete(queue);
        continue;
      }
      const dueMs = queue.readyAtMs(this.#flushes > 0);
      if (dueMs > nowMs) {
        nextMs = Math.min(nextMs, dueMs);
        continue;
      }
      const request = this.#requestFor(queue, requests, nowMs);
      if (request === null) continue;
      const identity = this.#identityFor(queue);
      if (identity === undefined) continue;
      const batch = queue.take(request.node, identity);
      if (batch === null) continue;
      request.bytes += batch.bytes.length;
      request.shipments.push({ topic: queue.topic, partition: queue.partition, queue, batch });
      // To the end of the line: the next request begins with those that found no room in this one.
      this.#active.delete(queue);
      this.#active.add(queue);
    }
    return { requests: [...requests.values()].filter(({ shipments }) => shipments.length > 0), nextMs };
  }

  /** The request that the queue's next batch can go with; null where it must wait. */
  #requestFor(queue: PartitionQueue, requests: Map<number, NodeRequest>, nowMs: number): NodeRequest | null {
    const leader = this.#leaderOf(queue);
    if (leader === NO_LEADER) {
      this.#events.staleTopic(queue.topic);
      return null;
    }
    if (!queue.mayGoTo(leader)) return null;
    const known = requests.get(leader);
    if (known !== undefined) {
      return known.bytes + queue.nextBytes <= this.#config.maxRequestBytes ? known : null;
    }
    const connection = this.#nodes.free(leader, nowMs);
    if (connection === null) {
      const retryAtMs = this.#nodes.retryAtMs(leader, nowMs);
      if (retryAtMs < Number.POSITIVE_INFINITY) {
        this.#events.staleTopic(queue.topic);
        this.wakeAt(retryAtMs);
      }
      return null;
    }
    if (this.#config.acks === 0 && connection.unsentBytes > UNSENT_MAX_BYTES) {
      this.wakeAt(nowMs + UNSENT_PAUSE_MS);
      return null;
    }
    const request = { node: leader, connection, shipments: [], bytes: 0 };
    requests.set(leader, request);
    return request;
  }

  #leaderOf({ topic, partition }: TopicPartition): number {
    return this.#cluster.cache.topic(topic)?.partitions[partition]?.leader ?? NO_LEADER;
  }

  /** Null without idempotence; undefined while it must be acquired first. */
  #identityFor(queue: PartitionQueue): Identity | null | undefined {
    if (!this.#config.idempotent) return null;
    if (this.#transactions !== null) {
      const admitted = this.#transactions.admits(queue.topic, queue.partition);
      return admitted ? (this.#transactions.identity ?? undefined) : undefined;
    }
    const used = queue.identity;
    const identity =
      queue.needsNewEpoch && used !== null ? this.#identity.after(used) : this.#identity.current;
    if (identity !== null) return identity;
    this.#acquire();
    return undefined;
  }

  #acquire(): void {
    if (this.#acquiring) return;
    this.#acquiring = true;
    this.#identity
      .acquire()
      .catch((error: unknown) => {
        if (!isRetriable(error))
          this.#events.failed(toMillraceError(error, { code: 'NO_PRODUCER_ID', class: 'bug' }));
      })
      .finally(() => {
        this.#acquiring = false;
        this.wake();
      });
  }

  #send({ node, connection, shipments }: NodeRequest): void {
    const timeoutMs = this.#cluster.config.requestTimeoutMs;
    const body = produceRequest(shipments, this.#config, timeoutMs);
    const adds = this.#transactions?.addsItself ?? true;
    const options = { maxVersion: adds ? PRODUCE_MAX_VERSION : PRODUCE_WITHOUT_ADDING_MAX_VERSION };
    if (this.#config.acks === 0) {
      this.#sendUnanswered(() => connection.sendWithoutAnswer(produce, body, options), shipments);
      return;
    }
    this.#nodes.sent(node);
    connection.send(produce, body, options, (error, response) => {
      this.#nodes.answered(node);
      if (response === null) this.#lost(shipments, error);
      else this.#answered(node, shipments, response);
      this.wake();
    });
  }

  #sendUnanswered(send: () => void, shipments: readonly Shipment[]): void {
    try {
      send();
      for (const { queue, batch } of shipments) {
        queue.acknowledged(batch);
        batch.acknowledge(-1, -1);
        this.#events.settled(batch);
      }
    } catch (error) {
      this.#lost(shipments, toMillraceError(error, { code: 'REQUEST_FAILED', class: 'bug' }));
    }
  }

  #answered(node: number, shipments: readonly Shipment[], response: ProduceResponse): void {
    const outcomes = readProduceResponse(shipments, response);
    shipments.forEach((shipment, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) return;
      const { queue, batch } = shipment;
      if (outcome.kind === 'acknowledged') {
        queue.acknowledged(batch);
        batch.acknowledge(outcome.baseOffset, outcome.logAppendTime);
        this.#events.settled(batch);
      } else if (outcome.kind === 'out-of-order' && this.#mayComeAgain(shipment, outcome.error)) {
        batch.lastError = outcome.error;
        queue.outOfOrder(batch, performance.now());
      } else if (outcome.kind === 'moved') {
        this.#cluster.cache.leaderTold(shipment, outcome.leader, response.nodeEndpoints);
        // Another leader that is known by now is asked at once.
        const leader = this.#leaderOf(shipment);
        const pauseMs = leader === node || leader === NO_LEADER ? undefined : 0;
        this.#retryOrFail(shipment, outcome.error, pauseMs);
      } else {
        this.#retryOrFail(shipment, outcome.error);
      }
      this.#active.add(queue);
    });
  }

  /** Within a transaction no new epoch can begin: only a batch that came before those ahead of it is worth another try. */
  #mayComeAgain({ queue, batch }: Shipment, error: MillraceError): boolean {
    if (this.#transactions === null) return this.#config.idempotent;
    const isGap = error.code === 'OUT_OF_ORDER_SEQUENCE_NUMBER';
    return isGap && this.#transactions.maySend && !queue.isOldest(batch);
  }

  /** Nobody knows whether the broker took them: with sequences a repeat does no harm, without it may double them (acks=1). */
  #lost(shipments: readonly Shipment[], error: MillraceError | null): void {
    for (const shipment of shipments) {
      if (error !== null) this.#retryOrFail(shipment, error);
      this.#active.add(shipment.queue);
    }
  }

  #retryOrFail(
    { queue, batch, topic }: Shipment,
    error: MillraceError,
    pauseMs = retryPauseMs(this.#cluster.config, batch.tries - 1),
  ): void {
    batch.lastError = error;
    const isDoomed = this.#transactions !== null && !this.#transactions.maySend;
    if (!isDoomed && error.code === 'MESSAGE_TOO_LARGE' && batch.recordCount > 1) {
      this.#events.replaced(batch, queue.split(batch));
      return;
    }
    if (isDoomed || !isRetriable(error)) {
      queue.refused(batch);
      this.#fail(batch, error.code === 'MESSAGE_TOO_LARGE' ? tooLarge(batch) : error);
      return;
    }
    this.#events.staleTopic(topic);
    queue.retry(batch, performance.now() + pauseMs);
  }

  #fail(batch: ProducerBatch, error: MillraceError): void {
    const told = this.#transactions?.translated(error) ?? error;
    batch.fail(told);
    this.#events.settled(batch);
    this.#transactions?.failed(told);
  }

  #timedOut({ topic, partition }: PartitionQueue, batch: ProducerBatch): MillraceError {
    const cause = batch.lastError ?? this.#nodes.lastError;
    const why = cause === null ? '' : `: ${cause.message}`;
    return new MillraceError(
      `${batch.recordCount} records for ${topic}-${partition} were not acknowledged within ${this.#config.deliveryTimeoutMs} ms${why}`,
      {
        code: 'DELIVERY_TIMED_OUT',
        class: 'transient',
        hint: 'Check that the partition has a leader and enough in-sync replicas; they may have been written all the same.',
        ...(cause === null ? {} : { cause }),
      },
    );
  }
}

function tooLarge({ topic, partition, recordCount, sizeBytes }: ProducerBatch): MillraceError {
  const what = recordCount === 1 ? 'a record' : `${recordCount} records`;
  return kafkaError(
    'MESSAGE_TOO_LARGE',
    `${topic}-${partition} takes no batch as large as that of ${what}, ${sizeBytes} bytes`,
  ).with({ hint: "Raise the topic's max.message.bytes, or make the record smaller." });
}
