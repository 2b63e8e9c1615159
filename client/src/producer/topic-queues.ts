import type { Random } from '@millrace/foundation';
import { kafkaError } from '@millrace/protocol';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import type { BatchMemory } from './batch-memory.ts';
import { partitionOfKey } from './murmur2.ts';
import { type AppendOutcome, PartitionQueue } from './partition-queue.ts';
import type { Arrival } from './producer-batch.ts';
import type { ProducerConfig } from './producer-config.ts';
import { StickyPartition } from './sticky-partition.ts';

/** An arrival whose partition cannot be told yet. */
export interface Parked extends Arrival {
  readonly bytes: number;
  /** Monotonic ms. */
  readonly arrivedMs: number;
}

/** What was done with a record: put into a queue, or parked until the topic's metadata is there. */
export type Placement = { readonly queue: PartitionQueue; readonly outcome: AppendOutcome } | null;

/** The queues of one topic, and what waits to be told apart by partition. */
export class TopicQueues {
  readonly name: string;
  readonly #config: ProducerConfig;
  readonly #memory: BatchMemory;
  readonly #sticky: StickyPartition;
  readonly #queues: PartitionQueue[] = [];
  #parked: Parked[] = [];
  #topic: TopicMetadata | null = null;

  constructor(name: string, config: ProducerConfig, memory: BatchMemory, random: Random) {
    this.name = name;
    this.#config = config;
    this.#memory = memory;
    this.#sticky = new StickyPartition(config.batchBytes, () => random.float());
  }

  get isParking(): boolean {
    return this.#parked.length > 0;
  }

  get queues(): readonly PartitionQueue[] {
    return this.#queues;
  }

  /** Null: parked; {@link unpark} when newer metadata is there. */
  place(arrival: Arrival, bytes: number, now: () => number): Placement {
    const partition = this.#parked.length > 0 ? null : this.#partitionOf(arrival, bytes);
    if (partition === null) {
      this.#parked.push({ ...arrival, bytes, arrivedMs: now() });
      return null;
    }
    const queue = this.#queue(partition);
    return { queue, outcome: queue.append(arrival, bytes, now) };
  }

  /** Takes metadata in. Gives the queues that got something, and what asks for a partition that is not there. */
  unpark(topic: TopicMetadata): {
    readonly fed: ReadonlySet<PartitionQueue>;
    readonly refused: readonly Parked[];
  } {
    this.#topic = topic;
    const fed = new Set<PartitionQueue>();
    const refused: Parked[] = [];
    const parked = this.#parked;
    this.#parked = [];
    for (const arrival of parked) {
      const partition = this.#partitionOf(arrival, arrival.bytes);
      if (partition === null) {
        refused.push(arrival);
        continue;
      }
      const queue = this.#queue(partition);
      queue.append(arrival, arrival.bytes, () => arrival.arrivedMs);
      fed.add(queue);
    }
    return { fed, refused };
  }

  /** Takes out what has been parked since before `beforeMs`. */
  takeParked(beforeMs = Number.POSITIVE_INFINITY): readonly Parked[] {
    const from = this.#parked.findIndex(({ arrivedMs }) => arrivedMs > beforeMs);
    return this.#parked.splice(0, from < 0 ? this.#parked.length : from);
  }

  noSuchPartition(partition: number | null | undefined) {
    const count = this.#topic?.partitions.length ?? 0;
    return kafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `topic ${this.name} has ${count} partitions, none is ${partition}`,
    );
  }

  #partitionOf({ record }: Arrival, bytes: number): number | null {
    const topic = this.#topic;
    if (topic === null || topic.partitions.length === 0) return null;
    const { partition, key } = record;
    if (partition === undefined || partition === null) {
      return key === null ? this.#sticky.take(topic, bytes) : partitionOfKey(key, topic.partitions.length);
    }
    return topic.partitions[partition] === undefined ? null : partition;
  }

  #queue(partition: number): PartitionQueue {
    const known = this.#queues[partition];
    if (known !== undefined) return known;
    for (let i = this.#queues.length; i <= partition; i++) {
      this.#queues.push(new PartitionQueue(this.name, i, this.#config, this.#memory));
    }
    return this.#queues[partition] as PartitionQueue;
  }
}
