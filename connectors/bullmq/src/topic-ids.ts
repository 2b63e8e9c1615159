import { answerOf } from '@millrace/connector-redis/client';
import { isOfAnotherTopic, type OpenedPartition } from '@millrace/sdk';
import type { Redis } from 'ioredis';

/**
 * Tells jobs of a topic that was made anew from those of the old one, whose records had the same offsets (KIP-516). The first topic of a name
 * that any sink wrote jobs of is kept at the server, in one hash beside the queues, and its jobs have ids without more; those of any other
 * topic of that name have the topic's id at their end.
 */
export class TopicIds {
  readonly #connected: () => Redis;
  readonly #key: string;
  /** By name, as the topics are now; their ids. */
  readonly #current = new Map<string, string>();
  /** By name: what stands at the end of ids. */
  readonly #suffixes = new Map<string, string>();

  /** @param prefix of all queues: no queue has an empty name, and so none has this key */
  constructor(connected: () => Redis, prefix: string) {
    this.#connected = connected;
    this.#key = `${prefix}::millrace:topics`;
  }

  /** Which topics there are; nothing is asked of the server yet. */
  note(partitions: readonly OpenedPartition[]): void {
    for (const { topic, topicId } of partitions) {
      if (topicId === null || this.#current.get(topic) === topicId) continue;
      this.#current.set(topic, topicId);
      this.#suffixes.delete(topic);
    }
  }

  /**
   * Learns of the noted topics which of them are the first of their names.
   * @returns whether that could be known: false where the user has no right to the key, and all count as the first
   * @throws what the connection fails with
   */
  async settle(): Promise<boolean> {
    let isKnown = true;
    for (const [topic, id] of this.#current) {
      if (this.#suffixes.has(topic)) continue;
      const first = await this.#firstOf(topic, id);
      isKnown &&= first !== null;
      this.#suffixes.set(topic, isOfAnotherTopic(first, id) ? `-${id}` : '');
    }
    return isKnown;
  }

  /** What stands at the end of the ids of a topic's jobs. */
  suffixOf(topic: string): string {
    return this.#suffixes.get(topic) ?? '';
  }

  get key(): string {
    return this.#key;
  }

  async #firstOf(topic: string, id: string): Promise<string | null> {
    try {
      await this.#connected().hsetnx(this.#key, topic, id);
      return await this.#connected().hget(this.#key, topic);
    } catch (error) {
      if (answerOf(error) === 'NOPERM') return null;
      throw error;
    }
  }
}
