import type { Now } from '@millrace/foundation/types';
import type { GroupMetadataValue } from '@millrace/protocol/internal';
import type { CoordinatorState } from '../coordinator/effects.ts';
import { ClassicGroup } from './classic-group.ts';
import { collect, type GroupEffect } from './effects.ts';
import { OffsetTable } from './offset-table.ts';
import { PendingOffsets } from './pending-offsets.ts';
import { prepareRebalance, type RebalanceRules, refreshSubscription, touchSession } from './rebalance.ts';
import type { GroupRecord } from './records.ts';

export interface GroupRules extends RebalanceRules {
  readonly maxSize: number;
  readonly offsetMetadataMaxBytes: number;
  readonly offsetsRetentionMs: number;
  /** The end of a new member's id: unlike any other. */
  readonly newMemberSuffix: () => string;
}

/**
 * The groups of one partition of `__consumer_offsets`. What must survive (`stored`, `offsets`, `pendingOffsets`) changes by
 * replay alone; the live groups on top of it hold who is joining and syncing, which a restart forgets, as in Kafka.
 */
export class GroupShard implements CoordinatorState<GroupRecord> {
  readonly rules: GroupRules;
  readonly groups = new Map<string, ClassicGroup>();
  readonly offsets = new OffsetTable();
  readonly pendingOffsets = new PendingOffsets();
  /** The last record of each group. */
  readonly stored = new Map<string, GroupMetadataValue>();
  #loaded = false;

  constructor(rules: GroupRules) {
    this.rules = rules;
  }

  replay(record: GroupRecord, at: { readonly offset: number; readonly producerId: number | null }): void {
    const { group } = record;
    if (record.kind === 'group') {
      if (record.value) this.stored.set(group, record.value);
      else {
        this.stored.delete(group);
        this.groups.delete(group);
      }
      return;
    }
    const { topic, partition } = record;
    if (record.value === null) {
      this.offsets.delete(group, topic, partition);
      this.pendingOffsets.delete(group, topic, partition);
      return;
    }
    const value = { ...record.value, recordOffset: at.offset };
    if (at.producerId === null) this.offsets.set(group, topic, partition, value);
    else this.pendingOffsets.set(at.producerId, { group, topic, partition, value });
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
      for (const [id, value] of this.stored) {
        const group = ClassicGroup.fromRecord(id, value);
        this.groups.set(id, group);
        refreshSubscription(this, group);
        for (const member of group.members.values()) touchSession(this, group, member, now, out);
        if (group.members.size > this.rules.maxSize) prepareRebalance(this, group, now, out);
      }
      // Offsets without a group were committed by consumers that take no part in one.
      for (const id of this.offsets.groups()) this.#groupOf(id, null);
    });
  }

  get isLoaded(): boolean {
    return this.#loaded;
  }

  /** The group, made where there is none. */
  getOrCreate(id: string, now: Now): ClassicGroup {
    return this.#groupOf(id, now.wallMs);
  }

  #groupOf(id: string, wallMs: number | null): ClassicGroup {
    let group = this.groups.get(id);
    if (!group) {
      group = new ClassicGroup(id, wallMs);
      this.groups.set(id, group);
    }
    return group;
  }
}
