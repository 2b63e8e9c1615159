import type { Now } from '@millrace/foundation/types';
import { classicHeartbeat } from './consumer/classic-members.ts';
import { collect, type GroupEffect, type ReplyTo } from './effects.ts';
import type { GroupShard } from './group-shard.ts';
import { touchSession } from './rebalance.ts';
import type { HeartbeatResult } from './results.ts';

export interface HeartbeatCommand {
  readonly reply: ReplyTo<HeartbeatResult>;
  readonly group: string;
  readonly generation: number;
  readonly memberId: string;
  readonly instanceId: string | null;
}

/** Heartbeat: keeps the session, and tells the member to join again while the group rebalances. */
export function heartbeat(shard: GroupShard, command: HeartbeatCommand, now: Now): readonly GroupEffect[] {
  return collect((out) => {
    const consumer = shard.consumer(command.group);
    if (consumer) {
      classicHeartbeat(shard, consumer, command, out);
      return;
    }
    const group = shard.classic(command.group);
    const problem = group?.memberProblem(command.memberId, command.instanceId) ?? null;
    const member = group?.members.get(command.memberId);
    if (!group || !member || problem !== null) {
      out.reply(command.reply, { error: problem ?? 'UNKNOWN_MEMBER_ID' });
      return;
    }
    if (command.generation !== group.generation) {
      out.reply(command.reply, { error: 'ILLEGAL_GENERATION' });
      return;
    }
    touchSession(shard, group, member, now, out);
    const error = group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : null;
    out.reply(command.reply, { error });
  });
}
