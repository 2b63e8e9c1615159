import type { Admin } from '@millrace/client';
import { isMillraceError, MillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import type { SinkOffset } from '../core/offsets/sink-offset.ts';
import type { StoredOffset } from '../storage/offset-store.ts';
import { type GroupPosition, type GroupPositions, sinkPositions } from './group-positions.ts';

/** Where a sink stands: positions of its consumer group, or of its share group (`consumer.protocol=share`). */
export class SinkOffsets {
  readonly #admin: Admin;
  readonly #group: GroupPositions;

  constructor(admin: Admin, connector: string, config: ConnectorConfig) {
    this.#admin = admin;
    this.#group = sinkPositions(admin, connector, config);
  }

  /** Sorted by topic and partition. */
  async read(): Promise<readonly StoredOffset[]> {
    const positions = await this.#group.all();
    return positions
      .toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
      .map(({ topic, partition, offset }) => ({
        partition: { kafka_topic: topic, kafka_partition: partition },
        offset: { kafka_offset: offset },
      }));
  }

  /** All or nothing is checked first, by `mustExist`. @throws {MillraceError} NON_EMPTY_GROUP, what the brokers answer */
  async alter(offsets: readonly SinkOffset[]): Promise<void> {
    const wanted = offsets.filter(isSet);
    const gone = offsets.filter((each) => !isSet(each));
    if (gone.length > 0) await this.#group.forget(gone);
    if (wanted.length > 0) await this.#group.set(wanted);
  }

  reset(): Promise<void> {
    return this.#group.remove();
  }

  /**
   * Brokers differ in whether they take offsets of partitions that are not there; a typing error must not be lost either way.
   * @throws {MillraceError} BAD_REQUEST
   */
  async mustExist(offsets: readonly SinkOffset[]): Promise<void> {
    const positions = offsets.filter(isSet);
    const names = [...new Set(positions.map(({ topic }) => topic))];
    const topics = names.length === 0 ? [] : await this.#describe(names);
    for (const { topic, partition } of positions) {
      const known = topics.find(({ name }) => name === topic);
      if (!known) throw badOffset(`There is no topic "${topic}".`);
      if (partition < 0 || partition >= known.partitions.length)
        throw badOffset(`Topic "${topic}" has no partition ${partition}.`);
    }
  }

  async #describe(names: readonly string[]) {
    try {
      return await this.#admin.describeTopics(names);
    } catch (error) {
      if (!isMillraceError(error) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
      throw badOffset(`One of these topics is not there: ${names.join(', ')}.`);
    }
  }
}

const isSet = (each: SinkOffset): each is GroupPosition => each.offset !== null;

/** An offset that cannot be taken as it was sent. */
export function badOffset(message: string): MillraceError {
  return new MillraceError(message, { code: 'BAD_REQUEST', class: 'config', path: 'offsets' });
}
