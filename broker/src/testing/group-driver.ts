import { type GroupRules, GroupShard } from '../core/group/group-shard.ts';
import type { GroupRecord } from '../core/group/records.ts';
import { CoordinatorDriver, type LogEntry } from './coordinator-driver.ts';

/** The shell of one shard of groups, on virtual time. */
export class GroupDriver extends CoordinatorDriver<GroupRecord, GroupShard> {
  /** Replays the log, as after a restart. */
  constructor(rules: GroupRules, log: readonly LogEntry<GroupRecord>[] = [], nowMs?: number) {
    super(new GroupShard(rules), log, nowMs);
  }
}
