import type { Clock } from '@millrace/foundation';
import type { MetadataImage } from '../core/metadata/image.ts';
import { RateMeter } from '../core/quota/rate-meter.ts';
import type { BrokerConfig } from './broker-config.ts';
import { LONG_MAX } from './broker-config-keys.ts';
import type { MetadataAccess } from './services.ts';

export interface ReplicationQuotaOptions {
  /** Whose: what leaders here give out, or what followers here take. */
  readonly of: 'leader' | 'follower';
  readonly metadata: MetadataAccess;
  readonly config: BrokerConfig;
  readonly clock: Clock;
}

/**
 * What replication may take of those partitions that `leader.` or `follower.replication.throttled.replicas` of their topic names for this
 * broker (KIP-73). Only replicas that are out of sync are held up, which the caller sees to; so a replica that catches up leaves
 * the leader's clients their share.
 */
export class ReplicationQuota {
  readonly #options: ReplicationQuotaOptions;
  readonly #meter = new RateMeter({ spans: 'since-first-use' });
  /** Partitions by topic, under these configs. */
  #throttled: ReadonlyMap<string, ReadonlySet<number> | 'all'> = new Map();
  #readFrom: MetadataImage['configs'] | undefined;

  constructor(options: ReplicationQuotaOptions) {
    this.#options = options;
  }

  /** Whether the partition is among those that are slowed down, and nothing is left for them now. */
  holdsUp(topic: string, partition: number): boolean {
    const limit = this.#limit;
    if (limit >= LONG_MAX || !this.#isThrottled(topic, partition)) return false;
    return this.#meter.delayMs(limit, this.#options.clock.now().monoMs) > 0;
  }

  /** Counts what was replicated, where it is to be slowed down. */
  used(topic: string, partition: number, bytes: number): void {
    if (bytes === 0 || this.#limit >= LONG_MAX || !this.#isThrottled(topic, partition)) return;
    this.#meter.record(bytes, this.#options.clock.now().monoMs);
  }

  get #limit(): number {
    const { of, config } = this.#options;
    return config.values[`${of}.replication.throttled.rate`];
  }

  #isThrottled(topic: string, partition: number): boolean {
    const { configs } = this.#options.metadata.image();
    if (configs !== this.#readFrom) {
      this.#throttled = this.#read(configs);
      this.#readFrom = configs;
    }
    const partitions = this.#throttled.get(topic);
    return partitions === 'all' || partitions?.has(partition) === true;
  }

  #read(configs: MetadataImage['configs']): ReadonlyMap<string, ReadonlySet<number> | 'all'> {
    const { of, config } = this.#options;
    const throttled = new Map<string, ReadonlySet<number> | 'all'>();
    for (const { type, name, values } of configs.resources()) {
      const text = type === 'topic' ? values.get(`${of}.replication.throttled.replicas`)?.trim() : undefined;
      if (text === '*') throttled.set(name, 'all');
      else if (text !== undefined && text !== '') throttled.set(name, partitionsOf(text, config.nodeId));
    }
    return throttled;
  }
}

/** Of `partition:broker,partition:broker` those of this broker. */
function partitionsOf(text: string, nodeId: number): ReadonlySet<number> {
  const pairs = text.split(',').map((pair) => pair.split(':').map(Number));
  return new Set(
    pairs.flatMap(([partition, broker]) => (partition !== undefined && broker === nodeId ? [partition] : [])),
  );
}
