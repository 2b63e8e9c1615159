import { NO_LEADER, type TopicMetadata } from '../cluster/topic-metadata.ts';

/**
 * Where records without a key go: one partition until `switchBytes` went there, then another one by chance, so that
 * batches fill up and the load still spreads (KIP-794). Partitions without a leader are passed over while others have one.
 */
export class StickyPartition {
  readonly #switchBytes: number;
  readonly #chance: () => number;
  #partition = -1;
  #leftBytes = 0;

  constructor(switchBytes: number, chance: () => number) {
    this.#switchBytes = switchBytes;
    this.#chance = chance;
  }

  take(topic: TopicMetadata, bytes: number): number {
    if (this.#leftBytes <= 0 || this.#partition >= topic.partitions.length) {
      this.#partition = this.#choose(topic);
      this.#leftBytes = this.#switchBytes;
    }
    this.#leftBytes -= bytes;
    return this.#partition;
  }

  #choose({ partitions }: TopicMetadata): number {
    const led = partitions.filter(({ leader }) => leader !== NO_LEADER);
    const from = led.length > 0 ? led : partitions;
    return from[Math.floor(this.#chance() * from.length)]?.partition ?? 0;
  }
}
