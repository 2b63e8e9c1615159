import { assert, unreachable } from '@millrace/foundation/assert';
import type { Now } from '@millrace/foundation/types';
import type { GroupMetadataValue } from '@millrace/protocol/internal';
import type { CoordinatorState } from '../coordinator/effects.ts';
import type { MetadataImage } from '../metadata/image.ts';
import { ShareGroup } from '../share/share-group.ts';
import { dropGoneShareTopics } from '../share/share-group-offsets.ts';
import type { ShareGroupRecord } from '../share/share-group-records.ts';
import { reviveShareGroup } from '../share/share-members.ts';
import { ClassicGroup } from './classic-group.ts';
import { ConsumerGroup } from './consumer/consumer-group.ts';
import { resumeTimers } from './consumer/consumer-timers.ts';
import type { ConsumerProtocolCodec } from './consumer/named-partitions.ts';
import type { ConsumerGroupRecord } from './consumer/records.ts';
import type { TopicPattern } from './consumer/subscriptions.ts';
import { collect, type GroupEffect, type Outbox } from './effects.ts';
import type { Group } from './group.ts';
import { OffsetTable } from './offset-table.ts';
import { PendingOffsets } from './pending-offsets.ts';
import { prepareRebalance, type RebalanceRules, refreshSubscription, touchSession } from './rebalance.ts';
import type { ClassicGroupRecord, GroupRecord, OffsetRecord } from './records.ts';

export interface GroupRules extends RebalanceRules {
  /** Members of a classic group, and of one of the consumer protocol. */
  readonly maxSize: number;
  readonly consumerMaxSize: number;
  readonly offsetMetadataMaxBytes: number;
  readonly offsetsRetentionMs: number;
  /** Of the consumer protocol, by Kafka's names; the first one is taken where members ask for none. */
  readonly assignors: readonly string[];
  /** Whether groups with members may go over to the consumer protocol, and back. */
  readonly migrationPolicy: 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';
  readonly consumerProtocol: ConsumerProtocolCodec;
  /** What a regular expression means that a member reads topics by, in the syntax of RE2. */
  readonly topicPattern: (regex: string) => TopicPattern;
  /** The end of a new member's id: unlike any other. */
  readonly newMemberSuffix: () => string;
  /** The cluster's metadata as it is now, with the topics that groups read. */
  readonly metadata: () => MetadataImage;
  /** A config of a group (`consumer.session.timeout.ms`), its own or what holds for all: Kafka's names and texts. */
  readonly setting: (group: string, name: string) => string;
}

/**
 * The groups of one partition of `__consumer_offsets`, of all kinds: a group's id is one of them alone. What must survive
 * changes by replay alone. Classic groups live on top of what is stored of them and hold who is joining and syncing, which a
 * restart forgets, as in Kafka; other kinds are what their records say.
 */
export class GroupShard implements CoordinatorState<GroupRecord> {
  readonly rules: GroupRules;
  readonly groups = new Map<string, Group>();
  readonly offsets = new OffsetTable();
  readonly pendingOffsets = new PendingOffsets();
  /** The last record of each classic group. */
  readonly stored = new Map<string, GroupMetadataValue>();
  /** Of all share groups that there have been, those among them that are deleted. */
  newestShareStateEpoch = 0;
  #loaded = false;

  constructor(rules: GroupRules) {
    this.rules = rules;
  }

  replay(record: GroupRecord, at: { readonly offset: number; readonly producerId: number | null }): void {
    switch (record.kind) {
      case 'offset':
        this.#replayOffset(record, at);
        return;
      case 'group':
        this.#replayClassic(record);
        return;
      case 'consumer-group':
      case 'consumer-member':
      case 'consumer-target':
      case 'consumer-target-member':
      case 'consumer-current':
      case 'consumer-regex':
        this.#replayConsumer(record);
        return;
      case 'share-group':
      case 'share-member':
      case 'share-target-epoch':
      case 'share-target':
      case 'share-current':
      case 'share-partitions':
        this.#replayShare(record);
        return;
      default:
        unreachable(record);
    }
  }

  /** What was committed in the transaction counts, but where a later commit was quicker; or it is dropped. */
  replayMarker(producerId: number, isAbort: boolean): void {
    for (const { group, topic, partition, value } of this.pendingOffsets.take(producerId)) {
      const known = this.offsets.get(group, topic, partition);
      if (!isAbort && (known === undefined || known.recordOffset < value.recordOffset))
        this.offsets.set(group, topic, partition, value);
    }
  }

  /** The log is replayed to its end: groups come to life, and their members have their sessions from now on. */
  loaded(now: Now): readonly GroupEffect[] {
    this.#loaded = true;
    return collect((out) => {
      for (const [id, value] of this.stored)
        if (!this.groups.has(id)) this.groups.set(id, ClassicGroup.fromRecord(id, value));
      for (const group of this.groups.values()) this.#revive(group, now, out);
      dropGoneShareTopics(this, out);
      // Offsets without a group were committed by consumers that take no part in one.
      for (const id of this.offsets.groups())
        if (!this.groups.has(id)) this.groups.set(id, new ClassicGroup(id, null));
    });
  }

  get isLoaded(): boolean {
    return this.#loaded;
  }

  /** The classic group of that name, where that is what it is. */
  classic(id: string): ClassicGroup | undefined {
    const group = this.groups.get(id);
    return group?.type === 'classic' ? group : undefined;
  }

  /** The group of the consumer protocol of that name, where that is what it is. */
  consumer(id: string): ConsumerGroup | undefined {
    const group = this.groups.get(id);
    return group?.type === 'consumer' ? group : undefined;
  }

  /** A classic group, where there is none of any kind. */
  createClassic(id: string, now: Now): ClassicGroup {
    assert(!this.groups.has(id), `there is no group ${id} yet`);
    const group = new ClassicGroup(id, now.wallMs);
    this.groups.set(id, group);
    return group;
  }

  #revive(group: Group, now: Now, out: Outbox): void {
    switch (group.type) {
      case 'classic':
        refreshSubscription(this, group);
        for (const member of group.members.values()) touchSession(this, group, member, now, out);
        if (group.members.size > this.rules.maxSize) prepareRebalance(this, group, now, out);
        return;
      case 'consumer':
        resumeTimers(this, group, out);
        return;
      case 'share':
        reviveShareGroup(this, group, out);
        return;
      default:
        unreachable(group);
    }
  }

  #replayShare(record: ShareGroupRecord): void {
    const known = this.groups.get(record.group);
    if (record.value === null && known?.type !== 'share') return;
    if (record.kind === 'share-group' && record.value === null) {
      this.groups.delete(record.group);
      return;
    }
    const group = known?.type === 'share' ? known : new ShareGroup(record.group);
    this.groups.set(record.group, group);
    group.replay(record);
    this.newestShareStateEpoch = Math.max(this.newestShareStateEpoch, group.stateEpoch);
  }

  #replayOffset(
    { group, topic, partition, value }: OffsetRecord,
    at: { readonly offset: number; readonly producerId: number | null },
  ): void {
    if (value === null) {
      this.offsets.delete(group, topic, partition);
      this.pendingOffsets.delete(group, topic, partition);
      return;
    }
    const stored = { ...value, recordOffset: at.offset };
    if (at.producerId === null) this.offsets.set(group, topic, partition, stored);
    else this.pendingOffsets.set(at.producerId, { group, topic, partition, value: stored });
  }

  /** A classic group that only stands for committed offsets gives way: nothing is stored of it. */
  #replayConsumer(record: ConsumerGroupRecord): void {
    let group = this.consumer(record.group);
    if (group === undefined) {
      if (record.value === null) return;
      group = new ConsumerGroup(record.group);
      this.groups.set(record.group, group);
    }
    if (record.kind === 'consumer-group' && record.value === null) this.groups.delete(record.group);
    else group.replay(record);
  }

  #replayClassic({ group, value }: ClassicGroupRecord): void {
    if (value) {
      this.stored.set(group, value);
      // A group of the consumer protocol has gone back: its tombstones stand before this one.
      if (this.#loaded && !this.groups.has(group))
        this.groups.set(group, ClassicGroup.fromRecord(group, value));
    } else {
      this.stored.delete(group);
      if (this.classic(group)) this.groups.delete(group);
    }
  }
}
