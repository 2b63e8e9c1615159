import type { Uuid } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';
import type { MetadataResponse } from '@millrace/protocol/messages';
import { mergeTopic, readTopic, type TopicMetadata } from './topic-metadata.ts';

export interface Broker {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** What is known of the cluster. Only {@link update} changes it. */
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
