import type { Uuid } from '@millrace/foundation';
import type { Cluster, TopicSelection } from '../cluster/cluster.ts';
import type { TopicPartition } from '../types.ts';
import type { MembershipEvents } from './membership.ts';

export interface TopicIdPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

/** Between two looks for the name of a topic that is assigned and not known. */
const NAME_PAUSE_MS = 200;

/** From what a member has to what it was told to have: first what goes, then what comes, always towards the newest. */
export class AssignedPartitions {
  readonly #cluster: Cluster;
  readonly #topics: () => TopicSelection;
  readonly #events: MembershipEvents;
  readonly #changed: () => void;
  #held: readonly TopicIdPartitions[] = [];
  #target: readonly TopicIdPartitions[] | null = null;
  #isRunning = false;
  /** What is on its way to being held. */
  #taking: readonly TopicIdPartitions[] = [];
  #saidLast = '';
  /** Why this membership was lost: what it had begun is not gone on with. */
  #loss: { reason: Error | null } = { reason: null };

  constructor(cluster: Cluster, topics: () => TopicSelection, events: MembershipEvents, changed: () => void) {
    this.#cluster = cluster;
    this.#topics = topics;
    this.#events = events;
    this.#changed = changed;
  }

  /**
   * What is held, where the coordinator has to hear of it; null where it has. What will be held counts: else the coordinator
   * would take it for free, and give it to somebody else while it is being taken.
   */
  news(saysAll: boolean): readonly TopicIdPartitions[] | null {
    const claimed = union([...this.#held, ...this.#taking, ...(this.#target ?? [])]);
    return saysAll || textOf(claimed) !== this.#saidLast ? claimed : null;
  }

  /** The coordinator has heard of it. */
  said(claimed: readonly TopicIdPartitions[] | null): void {
    if (claimed !== null) this.#saidLast = textOf(claimed);
  }

  /** The coordinator's newest word. */
  told(target: readonly TopicIdPartitions[]): void {
    this.#target = target;
    if (!this.#isRunning) void this.#run();
  }

  /** The membership is lost, and everything with it. */
  async lose(reason: Error): Promise<void> {
    this.#loss.reason = reason;
    this.#loss = { reason: null };
    this.#target = null;
    const hadSome = this.#held.length > 0;
    this.#held = [];
    this.#taking = [];
    this.#saidLast = '';
    if (hadSome) await this.#events.revoked(null, () => reason);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#target !== null) {
        const target = this.#target;
        const isWhole = await this.#step(target);
        if (this.#target === target && isWhole) this.#target = null;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** @returns false where the names of some topics are not known yet */
  async #step(target: readonly TopicIdPartitions[]): Promise<boolean> {
    const loss = this.#loss;
    this.#taking = target;
    const isOver = () => loss.reason !== null || this.#cluster.closing.aborted;
    const going = without(this.#held, target);
    if (going.length > 0) {
      await this.#events.revoked(this.#named(going), () => loss.reason);
      if (isOver()) return true;
      this.#keep(without(this.#held, going));
    }
    const hasNames = await this.#learnNames(target);
    if (isOver()) return true;
    const known = target.filter(({ topicId }) => this.#cluster.cache.nameOf(topicId) !== undefined);
    if (without(known, this.#held).length > 0) {
      await this.#events.assigned(this.#named(known));
      if (isOver()) return true;
    }
    this.#taking = [];
    this.#keep(known);
    return hasNames;
  }

  #keep(held: readonly TopicIdPartitions[]): void {
    this.#held = held;
    this.#changed();
  }

  async #learnNames(target: readonly TopicIdPartitions[]): Promise<boolean> {
    const areKnown = () => target.every(({ topicId }) => this.#cluster.cache.nameOf(topicId) !== undefined);
    if (areKnown()) return true;
    await this.#cluster.refresh(this.#topics()).catch(() => undefined);
    if (!areKnown()) await new Promise((resolve) => setTimeout(resolve, NAME_PAUSE_MS).unref());
    return areKnown();
  }

  #named(lists: readonly TopicIdPartitions[]): readonly TopicPartition[] {
    return lists.flatMap(({ topicId, partitions }) => {
      const topic = this.#cluster.cache.nameOf(topicId);
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }));
    });
  }
}

function union(lists: readonly TopicIdPartitions[]): readonly TopicIdPartitions[] {
  const byId = new Map<Uuid, Set<number>>();
  for (const { topicId, partitions } of lists)
    byId.set(topicId, new Set([...(byId.get(topicId) ?? []), ...partitions]));
  return [...byId]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([topicId, partitions]) => ({ topicId, partitions: [...partitions].sort((a, b) => a - b) }));
}

function textOf(lists: readonly TopicIdPartitions[]): string {
  return JSON.stringify(lists);
}

function without(
  lists: readonly TopicIdPartitions[],
  others: readonly TopicIdPartitions[],
): readonly TopicIdPartitions[] {
  const taken = new Map(others.map(({ topicId, partitions }) => [topicId, new Set(partitions)]));
  return lists
    .map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.filter((partition) => !taken.get(topicId)?.has(partition)),
    }))
    .filter(({ partitions }) => partitions.length > 0);
}
