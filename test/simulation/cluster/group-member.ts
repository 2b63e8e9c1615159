import type { SimulatedNode } from '@millrace/broker/testing/simulation';
import { offsetCommit } from '@millrace/protocol/messages';
import { committedOffset } from './committed-offset.ts';
import { fetchRecords } from './fetched-records.ts';
import type { GroupPromises } from './group-promises.ts';
import { errorOf, ignoreUnanswered, type SimulatedClient } from './simulated-client.ts';

export interface GroupMemberOptions {
  readonly client: SimulatedClient;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  readonly promises: GroupPromises;
}

/** A standing in a group, as one of the protocols gives it. */
export interface Standing {
  readonly memberId: string;
  /** Or member epoch. */
  readonly generation: number;
  readonly partitions: readonly number[];
}

/** One protocol's side of a member. */
export interface Protocol {
  /** One step: joins, or says that it is there. @returns null where it is no member now */
  step(coordinator: SimulatedNode, owned: readonly number[]): Promise<Standing | null>;
}

/** A consumer in a group: reads what it is given, commits, and goes on where the group stands. */
export class GroupMember {
  failure: string | null = null;
  standing: Standing | null = null;
  readonly client: SimulatedClient;
  readonly #options: GroupMemberOptions;
  readonly #protocol: Protocol;
  readonly #positions = new Map<number, number>();

  constructor(options: GroupMemberOptions, protocol: Protocol) {
    this.#options = options;
    this.client = options.client;
    this.#protocol = protocol;
    void this.#run().catch((error: unknown) => {
      if (this.client.isAlive) this.failure = `group ${options.group}: ${error}`;
    });
  }

  /** Up to where it has read what it owns. */
  get positions(): ReadonlyMap<number, number> {
    return this.#positions;
  }

  async #run(): Promise<void> {
    const { client, group, promises } = this.#options;
    for (;;) {
      await client.pause(100, 400);
      const coordinator = await client.coordinator(0, group).catch(() => null);
      if (coordinator === null) continue;
      const standing = await this.#protocol.step(coordinator, [...this.#positions.keys()]);
      this.standing = standing;
      const given = standing?.partitions ?? [];
      for (const partition of [...this.#positions.keys()])
        if (!given.includes(partition)) this.#positions.delete(partition);
      if (standing === null) continue;
      promises.assigned(standing.memberId, standing.generation, given);
      for (const partition of given)
        await this.#read(coordinator, standing, partition).catch(ignoreUnanswered);
    }
  }

  async #read(coordinator: SimulatedNode, standing: Standing, partition: number): Promise<void> {
    const { client, topic, promises } = this.#options;
    const from = this.#positions.get(partition) ?? (await this.#groupOffset(coordinator, partition));
    if (from === null) return;
    this.#positions.set(partition, from);
    const fetched = await fetchRecords(client, { topic, partition, offset: from }, { isCommittedOnly: true });
    if (fetched === null || fetched.nextOffset === from) return;
    this.#positions.set(partition, fetched.nextOffset);
    promises.hasRead(partition, fetched.nextOffset);
    await this.#commit(coordinator, standing, partition, fetched.nextOffset);
  }

  async #groupOffset(coordinator: SimulatedNode, partition: number): Promise<number | null> {
    const { client, group, topic, promises } = this.#options;
    const atLeast = promises.committedOffset(partition);
    const told = await committedOffset(client, coordinator, { group, topic, partition });
    if (told.error !== 'NONE') return null;
    const offset = Math.max(told.offset, 0);
    promises.told(partition, offset, atLeast);
    return offset;
  }

  async #commit(
    coordinator: SimulatedNode,
    { memberId, generation }: Standing,
    partition: number,
    offset: number,
  ): Promise<void> {
    const { client, group, topic, promises } = this.#options;
    const topicId = client.leaderOf(topic, partition)?.topicId;
    if (topicId === undefined) return;
    const committed = { partitionIndex: partition, committedOffset: offset, committedMetadata: null };
    const answer = await client.ask(coordinator, offsetCommit, {
      groupId: group,
      generationIdOrMemberEpoch: generation,
      memberId,
      topics: [{ name: topic, topicId, partitions: [committed] }],
    });
    if (errorOf(answer.topics[0]?.partitions[0]?.errorCode) === 'NONE') promises.committed(partition, offset);
  }
}
