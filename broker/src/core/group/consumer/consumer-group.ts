import { unreachable } from '@millrace/foundation/assert';
import type { Uuid } from '@millrace/foundation/types';
import type { MetadataImage, TopicImage } from '../../metadata/image.ts';
import {
  type ConsumerMember,
  isReconciledTo,
  newMember,
  withMetadata,
  withProgress,
} from './consumer-member.ts';
import { type HeldPartitions, NO_PARTITIONS, partitionsOf, type TopicPartitions } from './partitions.ts';
import type { ConsumerGroupRecord } from './records.ts';

/** Kafka's names, as ListGroups and ConsumerGroupDescribe answer them. */
export type ConsumerGroupState = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable';

/**
 * One group by the consumer protocol (KIP-848), as its records say: `epoch` counts what it shall be assigned by, the
 * target assignment is computed for one such epoch, and each member goes towards it on its own, told by its epoch.
 */
export class ConsumerGroup {
  readonly type = 'consumer';
  readonly protocolType = 'consumer';
  readonly id: string;
  epoch = 0;
  /** Of the topics that are read, as of `epoch`. */
  metadataHash = 0;
  /** The epoch that the target assignment is of. */
  assignmentEpoch = 0;
  readonly members = new Map<string, ConsumerMember>();
  readonly #staticMembers = new Map<string, string>();
  readonly #targets = new Map<string, TopicPartitions>();
  /** The topics that regular expressions of members stand for. */
  readonly regexes = new Map<string, ReadonlySet<string>>();
  readonly #owners = new Map<Uuid, Map<number, string>>();
  /** Not stored: the metadata that `metadataHash` was last compared with. */
  checkedImage: MetadataImage | null = null;
  /** Not stored: the topics that the regular expressions were last compared with. */
  matchedTopics: ReadonlyMap<string, TopicImage> | null = null;
  /** Not stored: when that was done with all topics, not only with new ones, monotonic ms. */
  triedAllMonoMs: number | null = null;
  /** Not stored: members of the classic protocol that were told to join again, and have not. */
  readonly askedToRejoin = new Set<string>();
  /** Not stored: when the target assignment was computed, monotonic ms. */
  assignedMonoMs: number | null = null;

  constructor(id: string) {
    this.id = id;
  }

  /** The same group, to try records on. */
  copy(): ConsumerGroup {
    const copy = new ConsumerGroup(this.id);
    copy.epoch = this.epoch;
    copy.metadataHash = this.metadataHash;
    copy.assignmentEpoch = this.assignmentEpoch;
    for (const [id, member] of this.members) copy.members.set(id, member);
    for (const [instance, id] of this.#staticMembers) copy.#staticMembers.set(instance, id);
    for (const [id, target] of this.#targets) copy.#targets.set(id, target);
    for (const [regex, topics] of this.regexes) copy.regexes.set(regex, topics);
    for (const [topic, owners] of this.#owners) copy.#owners.set(topic, new Map(owners));
    copy.checkedImage = this.checkedImage;
    copy.matchedTopics = this.matchedTopics;
    copy.triedAllMonoMs = this.triedAllMonoMs;
    copy.assignedMonoMs = this.assignedMonoMs;
    return copy;
  }

  replay(record: ConsumerGroupRecord): void {
    switch (record.kind) {
      case 'consumer-group':
        if (record.value === null) return;
        this.epoch = record.value.epoch;
        this.metadataHash = record.value.metadataHash;
        return;
      case 'consumer-target':
        this.assignmentEpoch = record.value?.assignmentEpoch ?? 0;
        return;
      case 'consumer-regex':
        if (record.value === null) this.regexes.delete(record.regex);
        else this.regexes.set(record.regex, new Set(record.value.topics));
        return;
      case 'consumer-target-member':
        if (record.value === null) this.#targets.delete(record.member);
        else this.#targets.set(record.member, partitionsOf(record.value.topicPartitions));
        return;
      case 'consumer-member':
        if (record.value === null) this.#remove(record.member);
        else this.#put(withMetadata(this.#memberOr(record.member), record.value));
        return;
      case 'consumer-current':
        if (record.value === null) this.#disown(record.member);
        else this.#put(withProgress(this.#memberOr(record.member), record.value));
        return;
      default:
        unreachable(record);
    }
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty';
    if (this.epoch > this.assignmentEpoch) return 'Assigning';
    for (const member of this.members.values())
      if (!isReconciledTo(member, this.assignmentEpoch)) return 'Reconciling';
    return 'Stable';
  }

  /** Its epoch, and what its regular expressions stand for, are up to that metadata: newer metadata is looked at once more. */
  checkedAgainst(image: MetadataImage): void {
    this.checkedImage = image;
    this.matchedTopics = image.topicsByName;
  }

  target(memberId: string): TopicPartitions {
    return this.#targets.get(memberId) ?? NO_PARTITIONS;
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    return this.members.get(this.#staticMembers.get(instanceId) ?? '');
  }

  /** Who has the partition, or has not said that it gave it up. */
  owner(topicId: Uuid, partition: number): string | undefined {
    return this.#owners.get(topicId)?.get(partition);
  }

  /** The names of all topics that a member reads, those of its regular expression among them. */
  *topicsOf(member: ConsumerMember): Iterable<string> {
    yield* member.subscribedTopics;
    if (member.subscribedRegex === null) return;
    const named = new Set(member.subscribedTopics);
    for (const topic of this.regexes.get(member.subscribedRegex) ?? []) if (!named.has(topic)) yield topic;
  }

  /** Of all members. */
  subscribedTopics(): ReadonlySet<string> {
    const topics = new Set<string>();
    for (const member of this.members.values()) for (const topic of this.topicsOf(member)) topics.add(topic);
    return topics;
  }

  subscribersOfRegex(regex: string): number {
    let count = 0;
    for (const member of this.members.values()) if (member.subscribedRegex === regex) count += 1;
    return count;
  }

  #memberOr(id: string): ConsumerMember {
    return this.members.get(id) ?? newMember(id);
  }

  #put(member: ConsumerMember): void {
    const before = this.members.get(member.id);
    if (before?.assigned !== member.assigned || before.revoking !== member.revoking) {
      this.#disown(member.id);
      this.#own(member.id, member.assigned);
      this.#own(member.id, member.revoking);
    }
    this.members.set(member.id, member);
    if (member.instanceId !== null) this.#staticMembers.set(member.instanceId, member.id);
  }

  #remove(id: string): void {
    this.#disown(id);
    const instance = this.members.get(id)?.instanceId ?? null;
    if (instance !== null && this.#staticMembers.get(instance) === id) this.#staticMembers.delete(instance);
    this.members.delete(id);
  }

  #own(id: string, held: HeldPartitions): void {
    for (const [topicId, partitions] of held) {
      let owners = this.#owners.get(topicId);
      if (owners === undefined) {
        owners = new Map();
        this.#owners.set(topicId, owners);
      }
      for (const partition of partitions.keys()) owners.set(partition, id);
    }
  }

  #disown(id: string): void {
    const member = this.members.get(id);
    if (member === undefined) return;
    for (const held of [member.assigned, member.revoking]) {
      for (const [topicId, partitions] of held) {
        const owners = this.#owners.get(topicId);
        for (const partition of partitions.keys())
          if (owners?.get(partition) === id) owners.delete(partition);
        if (owners?.size === 0) this.#owners.delete(topicId);
      }
    }
  }
}
