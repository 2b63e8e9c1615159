import { assert } from '@millrace/foundation/assert';
import type { BrokerImage, PartitionImage } from '../metadata/image.ts';

/**
 * Places replicas in stripes over the racks, as Kafka's striped placer: each partition begins one rack further, so replicas are in as many
 * racks as can be. In a rack the broker has its turn that has led, or held, the fewest partitions of the topic so far; by chance where
 * several have, so that the same brokers do not always come together. Who is alive goes first, and only who is alive leads.
 * Brokers that say no rack are in one of their own.
 */
export class RackPlacement {
  readonly #random: () => number;
  readonly #racks: readonly (readonly BrokerImage[])[];
  readonly #led = new Map<number, number>();
  readonly #held = new Map<number, number>();
  #firstRack: number;

  /**
   * @param brokers at least one of them alive
   * @param existing what the topic has already
   * @param random a float in [0, 1) each time
   */
  constructor(brokers: readonly BrokerImage[], existing: readonly PartitionImage[], random: () => number) {
    const byId = brokers.toSorted((left, right) => left.id - right.id);
    const byRack = Map.groupBy(byId, ({ rack }) => rack ?? '');
    const names = [...byRack.keys()].sort();
    this.#random = random;
    this.#racks = names.map((name) => byRack.get(name) ?? []);
    for (const { replicas } of existing) this.#note(replicas);
    const lastLeader = existing.at(-1)?.replicas[0];
    const lastRack = this.#racks.findIndex((rack) => rack.some(({ id }) => id === lastLeader));
    this.#firstRack = (lastRack < 0 ? Math.floor(random() * names.length) : lastRack + 1) % names.length;
  }

  /** Different brokers for one partition. @param replicationFactor no more than there are brokers */
  place(replicationFactor: number): readonly number[] {
    const count = this.#racks.length;
    const row = this.#racks.map((_, index) => this.#racks[(this.#firstRack + index) % count] ?? []);
    const leaders = row.map((rack) =>
      this.#next(
        rack.filter(({ fenced }) => !fenced),
        this.#led,
      ),
    );
    const leaderAt = leaders.findIndex((id) => id !== undefined);
    const leader = leaders[leaderAt];
    assert(leader !== undefined, 'a broker is alive where replicas are placed');
    const placed = [leader];
    // The leader's rack has had its turn; after all the others it has another.
    const followers = [...row.slice(0, leaderAt), ...row.slice(leaderAt + 1), row[leaderAt] ?? []];
    for (let at = 0; placed.length < replicationFactor; at = (at + 1) % count) {
      const left = (followers[at] ?? []).filter(({ id }) => !placed.includes(id));
      const alive = left.filter(({ fenced }) => !fenced);
      const id = this.#next(alive.length > 0 ? alive : left, this.#held);
      if (id !== undefined) placed.push(id);
    }
    this.#note(placed);
    this.#firstRack = (this.#firstRack + 1) % count;
    return placed;
  }

  /** Who has the smallest count, by chance where several have. */
  #next(brokers: readonly BrokerImage[], counts: ReadonlyMap<number, number>): number | undefined {
    const drawn = brokers.map(({ id }) => ({ id, count: counts.get(id) ?? 0, draw: this.#random() }));
    return drawn.sort((left, right) => left.count - right.count || left.draw - right.draw)[0]?.id;
  }

  #note(replicas: readonly number[]): void {
    const [leader] = replicas;
    if (leader !== undefined) this.#led.set(leader, (this.#led.get(leader) ?? 0) + 1);
    for (const id of replicas) this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
  }
}
