import { type Uuid, ZERO_UUID } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { MetadataResponse } from '@millrace/protocol/messages';
import type { TopicPartition } from '../types.ts';
import { mergeTopic, readTopic, type TopicMetadata } from './topic-metadata.ts';

export interface Broker {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** A leader as a broker tells it that does not lead (any more); -1 where it knows of none. */
export interface ToldLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** Where told leaders are reached. */
export interface ToldNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** What is known of the cluster. Only {@link update} and {@link leaderTold} change it. */
export class MetadataCache {
  #brokers = new Map<number, Broker>();
  #topics = new Map<string, TopicMetadata>();
  #names = new Map<Uuid, string>();
  #errors = new Map<string, ErrorName>();
  #controllerId = -1;

  get brokers(): ReadonlyMap<number, Broker> {
    return this.#brokers;
  }

  get controllerId(): number {
    return this.#controllerId;
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  topicNames(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** The id that a topic of this name has now; null where it is not known, or the broker has none. */
  idOf(name: string): Uuid | null {
    const topicId = this.#topics.get(name)?.topicId ?? ZERO_UUID;
    return topicId === ZERO_UUID ? null : topicId;
  }

  nameOf(topicId: Uuid): string | undefined {
    return this.#names.get(topicId);
  }

  /** Why the topic was not described when last asked for. */
  errorOf(name: string): ErrorName | undefined {
    return this.#errors.get(name);
  }

  /** Takes an answer in. `complete`: it was asked for all topics, so what is missing exists no more. */
  update(response: MetadataResponse, complete: boolean): void {
    if (response.brokers.length > 0) {
      this.#brokers = new Map(
        response.brokers.map(({ nodeId: id, host, port, rack }) => [id, { id, host, port, rack }]),
      );
    }
    this.#controllerId = response.controllerId;
    const before = this.#topics;
    if (complete) {
      this.#topics = new Map();
      this.#names.clear();
      this.#errors.clear();
    }
    for (const answer of response.topics) {
      const { name, error, topic } = readTopic(answer);
      const known = before.get(name);
      this.#forget(name);
      if (topic === null) {
        this.#errors.set(name, error);
        // A passing failure to describe it does not unmake what was known.
        if (known && error !== 'UNKNOWN_TOPIC_OR_PARTITION' && error !== 'UNKNOWN_TOPIC_ID')
          this.#keep(known);
      } else {
        this.#errors.delete(name);
        this.#keep(mergeTopic(known, topic));
      }
    }
  }

  /**
   * Takes in who leads a partition, as the answer of a broker says that does not (KIP-951): where it is news, of a newer epoch than is
   * known, and the leader's address is known or told. The topic's name must be that of the topic that was asked for.
   */
  leaderTold(
    { topic: name, partition }: TopicPartition,
    { leaderId, leaderEpoch }: ToldLeader,
    nodes: readonly ToldNode[],
  ): void {
    const topic = this.#topics.get(name);
    const known = topic?.partitions[partition];
    if (topic === undefined || known === undefined || leaderId < 0 || leaderEpoch <= known.leaderEpoch)
      return;
    const node = nodes.find(({ nodeId }) => nodeId === leaderId);
    if (node !== undefined) {
      const { host, port, rack } = node;
      this.#brokers = new Map(this.#brokers).set(leaderId, { id: leaderId, host, port, rack });
    }
    if (!this.#brokers.has(leaderId)) return;
    const partitions = topic.partitions.with(partition, { ...known, leader: leaderId, leaderEpoch });
    this.#topics.set(name, { ...topic, partitions });
  }

  #keep(topic: TopicMetadata): void {
    this.#topics.set(topic.name, topic);
    this.#names.set(topic.topicId, topic.name);
  }

  #forget(name: string): void {
    const known = this.#topics.get(name);
    if (known === undefined) return;
    this.#topics.delete(name);
    this.#names.delete(known.topicId);
  }
}
