import { describe, expect, it } from 'vitest';
import { GroupDriver } from '../../testing/group-driver.ts';
import { testGroupRules } from '../../testing/group-rules.ts';
import { describeGroup } from './describe-group.ts';
import type { ReplyTo } from './effects.ts';
import { heartbeat } from './heartbeat.ts';
import { type JoinCommand, joinGroup } from './join-group.ts';
import { leaveGroup } from './leave-group.ts';
import type { JoinResult, SyncResult } from './results.ts';
import { syncGroup } from './sync-group.ts';

function join(driver: GroupDriver, more: Partial<JoinCommand> = {}): ReplyTo<JoinResult> {
  return driver.submit<JoinResult>((shard, reply, now) =>
    joinGroup(
      shard,
      {
        reply,
        group: 'g',
        memberId: '',
        instanceId: null,
        clientId: 'client',
        clientHost: '/127.0.0.1',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from('orders') }],
        requiresKnownMemberId: false,
        canSkipAssignment: true,
        ...more,
      },
      now,
    ),
  );
}

function sync(
  driver: GroupDriver,
  member: JoinResult,
  assignments: Record<string, string> = {},
  instanceId: string | null = null,
): ReplyTo<SyncResult> {
  return driver.submit<SyncResult>((shard, reply) =>
    syncGroup(shard, {
      reply,
      group: 'g',
      generation: member.generationId,
      memberId: member.memberId,
      instanceId,
      protocolType: 'consumer',
      protocolName: member.protocolName,
      assignments: new Map(Object.entries(assignments).map(([id, text]) => [id, Buffer.from(text)])),
    }),
  );
}

function beat(driver: GroupDriver, memberId: string, generation: number, instanceId: string | null = null) {
  const reply = driver.submit<{ error: string | null }>((shard, to, now) =>
    heartbeat(shard, { reply: to, group: 'g', generation, memberId, instanceId }, now),
  );
  return driver.answer(reply)?.error;
}

function leave(driver: GroupDriver, memberId: string, groupInstanceId: string | null = null) {
  const reply = driver.submit<{ members: readonly { error: string | null }[] }>((shard, to, now) =>
    leaveGroup(shard, { reply: to, group: 'g', members: [{ memberId, groupInstanceId }] }, now),
  );
  return driver.answer(reply)?.members[0]?.error;
}

/** Two members through join and sync; the first one leads. */
function stablePair(driver: GroupDriver, more: Partial<JoinCommand> = {}) {
  const joins = [join(driver, more), join(driver, more)];
  driver.advance(6_000);
  const [leader, follower] = joins.map((reply) => driver.answer(reply)!);
  const syncs = [
    sync(driver, follower!),
    sync(driver, leader!, { [leader!.memberId]: 'A', [follower!.memberId]: 'B' }),
  ];
  return { leader: leader!, follower: follower!, syncs };
}

describe('joining', () => {
  it('gives a new member its id first, and lets it in with that', () => {
    const driver = new GroupDriver(testGroupRules());
    const refused = driver.answer(join(driver, { requiresKnownMemberId: true }))!;
    expect(refused).toMatchObject({ error: 'MEMBER_ID_REQUIRED', memberId: 'client-1' });
    const joined = join(driver, { requiresKnownMemberId: true, memberId: 'client-1' });
    driver.advance(3_000);
    expect(driver.answer(joined)).toMatchObject({ error: null, generationId: 1, leader: 'client-1' });
  });

  it('forgets an id that nobody joined with, after the session timeout', () => {
    const driver = new GroupDriver(testGroupRules());
    join(driver, { requiresKnownMemberId: true });
    driver.advance(10_000);
    expect(driver.answer(join(driver, { memberId: 'client-1' }))?.error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('waits for more members while they come, up to their rebalance timeout', () => {
    const driver = new GroupDriver(testGroupRules());
    const first = join(driver, { rebalanceTimeoutMs: 7_000 });
    driver.advance(2_000);
    const second = join(driver, { rebalanceTimeoutMs: 7_000 });
    driver.advance(2_000);
    expect(driver.answer(first)).toBeUndefined();
    driver.advance(2_000);
    expect(driver.answer(first)).toMatchObject({ generationId: 1, protocolName: 'range' });
    expect(driver.answer(first)?.members.map((member) => member.metadata.toString())).toEqual([
      'orders',
      'orders',
    ]);
    expect(driver.answer(second)?.members).toEqual([]);
  });

  it('selects the protocol that most members prefer among those that all offer', () => {
    const driver = new GroupDriver(testGroupRules());
    const offer = (...names: string[]) => ({
      protocols: names.map((name) => ({ name, metadata: Buffer.from(name) })),
    });
    const replies = [
      join(driver, offer('own', 'range', 'sticky')),
      join(driver, offer('sticky', 'range')),
      join(driver, offer('sticky', 'range')),
    ];
    driver.advance(6_000);
    expect(driver.answer(replies[0]!)).toMatchObject({ protocolName: 'sticky' });
    expect(driver.answer(join(driver, offer('own')))?.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(driver.answer(join(driver, { protocolType: 'connect' }))?.error).toBe(
      'INCONSISTENT_GROUP_PROTOCOL',
    );
  });

  it('has room for so many members and no more', () => {
    const driver = new GroupDriver(testGroupRules({ maxSize: 2 }));
    stablePair(driver);
    expect(driver.answer(join(driver))?.error).toBe('GROUP_MAX_SIZE_REACHED');
  });

  it('refuses an unknown member, also of a group that does not exist', () => {
    const driver = new GroupDriver(testGroupRules());
    expect(driver.answer(join(driver, { memberId: 'nobody' }))?.error).toBe('UNKNOWN_MEMBER_ID');
    stablePair(driver);
    expect(driver.answer(join(driver, { memberId: 'nobody' }))?.error).toBe('UNKNOWN_MEMBER_ID');
  });

  it('drops members that do not rejoin in time, and goes on without them', () => {
    const driver = new GroupDriver(testGroupRules());
    const { leader, follower } = stablePair(driver, { sessionTimeoutMs: 300_000 });
    const rejoin = join(driver, { memberId: leader.memberId, sessionTimeoutMs: 300_000 });
    expect(beat(driver, follower.memberId, 1)).toBe('REBALANCE_IN_PROGRESS');
    driver.advance(60_000);
    expect(driver.answer(rejoin)).toMatchObject({ generationId: 2, leader: leader.memberId });
    expect(driver.answer(rejoin)?.members).toHaveLength(1);
    expect(beat(driver, follower.memberId, 1)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('answers a member that repeats its join while others sync, and one that joins a stable group unchanged', () => {
    const driver = new GroupDriver(testGroupRules());
    const reply = join(driver);
    driver.advance(3_000);
    const member = driver.answer(reply)!;
    const again = driver.answer(join(driver, { memberId: member.memberId }));
    expect(again).toMatchObject({ error: null, generationId: 1 });
    expect(again?.members).toHaveLength(1);
  });

  it('never leaves a join parked for ever that its client has repeated', () => {
    const driver = new GroupDriver(testGroupRules());
    const { leader } = stablePair(driver);
    const first = join(driver, { memberId: leader.memberId });
    join(driver, { memberId: leader.memberId });
    expect(driver.answer(first)?.error).toBe('REBALANCE_IN_PROGRESS');
  });
});

describe('syncing', () => {
  it('gives each member its assignment only when that is committed', () => {
    const driver = new GroupDriver(testGroupRules());
    driver.holdCommits = true;
    const { syncs, leader } = stablePair(driver);
    expect(syncs.map((reply) => driver.answer(reply))).toEqual([undefined, undefined]);
    driver.commit();
    expect(syncs.map((reply) => driver.answer(reply)?.assignment.toString())).toEqual(['B', 'A']);
    expect(driver.answer(sync(driver, leader))?.assignment.toString()).toBe('A');
  });

  it('tells everybody to rejoin where the assignment could not be stored', () => {
    const driver = new GroupDriver(testGroupRules());
    const joins = [join(driver), join(driver)];
    driver.advance(6_000);
    const [leader, follower] = joins.map((reply) => driver.answer(reply)!);
    driver.refuseAppends = 'NOT_ENOUGH_REPLICAS';
    const syncs = [sync(driver, follower!), sync(driver, leader!)];
    expect(syncs.map((reply) => driver.answer(reply)?.error)).toEqual([
      'COORDINATOR_NOT_AVAILABLE',
      'COORDINATOR_NOT_AVAILABLE',
    ]);
    expect(driver.shard.groups.get('g')?.state).toBe('PreparingRebalance');
  });

  it('checks generation, protocol and member', () => {
    const driver = new GroupDriver(testGroupRules());
    const { leader } = stablePair(driver);
    const error = (member: Partial<JoinResult>) =>
      driver.answer(sync(driver, { ...leader, ...member }))?.error;
    expect(error({ generationId: 9 })).toBe('ILLEGAL_GENERATION');
    expect(error({ protocolName: 'sticky' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
    expect(error({ memberId: 'nobody' })).toBe('UNKNOWN_MEMBER_ID');
  });

  it('drops members that never sync and rebalances the rest', () => {
    const driver = new GroupDriver(testGroupRules());
    const joins = [join(driver, { sessionTimeoutMs: 300_000 }), join(driver, { sessionTimeoutMs: 300_000 })];
    driver.advance(6_000);
    const [leader, follower] = joins.map((reply) => driver.answer(reply)!);
    sync(driver, leader!, {});
    driver.advance(60_000);
    expect([...driver.shard.groups.get('g')!.members.keys()]).toEqual([leader!.memberId]);
    expect(beat(driver, leader!.memberId, 1)).toBe('REBALANCE_IN_PROGRESS');
    expect(beat(driver, follower!.memberId, 1)).toBe('UNKNOWN_MEMBER_ID');
  });
});

describe('staying and leaving', () => {
  it('keeps a member as long as it sends heartbeats', () => {
    const driver = new GroupDriver(testGroupRules());
    const { leader, follower } = stablePair(driver);
    for (let round = 0; round < 5; round += 1) {
      driver.advance(9_000);
      expect(beat(driver, leader.memberId, 1)).toBe(round < 1 ? null : 'REBALANCE_IN_PROGRESS');
    }
    expect(beat(driver, follower.memberId, 1)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('checks the generation of a heartbeat', () => {
    const driver = new GroupDriver(testGroupRules());
    const { leader } = stablePair(driver);
    expect(beat(driver, leader.memberId, 0)).toBe('ILLEGAL_GENERATION');
    expect(beat(driver, leader.memberId, 1)).toBeNull();
  });

  it('is empty at once when the last member leaves, though somebody was given an id', () => {
    const driver = new GroupDriver(testGroupRules());
    const reply = join(driver);
    driver.advance(3_000);
    join(driver, { requiresKnownMemberId: true });
    leave(driver, driver.answer(reply)!.memberId);
    expect(driver.shard.groups.get('g')?.state).toBe('Empty');
  });

  it('rebalances when a member leaves and is empty, and stored so, when the last one has', () => {
    const driver = new GroupDriver(testGroupRules());
    const { leader, follower } = stablePair(driver);
    expect(leave(driver, leader.memberId)).toBeNull();
    expect(beat(driver, follower.memberId, 1)).toBe('REBALANCE_IN_PROGRESS');
    expect(leave(driver, follower.memberId)).toBeNull();
    expect(driver.shard.groups.get('g')).toMatchObject({ state: 'Empty', generation: 2 });
    expect(driver.shard.stored.get('g')).toMatchObject({ generation: 2, members: [] });
    expect(leave(driver, follower.memberId)).toBe('UNKNOWN_MEMBER_ID');
    expect(driver.armedTimers).toEqual([]);
  });
});

describe('static members', () => {
  const instanceId = 'i-1';

  function stableStatic(driver: GroupDriver) {
    const reply = join(driver, { instanceId });
    driver.advance(3_000);
    const member = driver.answer(reply)!;
    sync(driver, member, { [member.memberId]: 'A' }, instanceId);
    return member;
  }

  it('come back under their instance id without a rebalance, and fence who had it', () => {
    const driver = new GroupDriver(testGroupRules());
    const before = stableStatic(driver);
    const after = driver.answer(join(driver, { instanceId }))!;
    expect(after).toMatchObject({
      error: null,
      generationId: 1,
      skipAssignment: true,
      leader: after.memberId,
    });
    expect(after.memberId).not.toBe(before.memberId);
    expect(beat(driver, before.memberId, 1, instanceId)).toBe('FENCED_INSTANCE_ID');
    expect(driver.answer(sync(driver, after, {}, instanceId))?.assignment.toString()).toBe('A');
    expect(driver.shard.stored.get('g')?.members[0]?.memberId).toBe(after.memberId);
  });

  it('keep their old id where the new one could not be stored', () => {
    const driver = new GroupDriver(testGroupRules());
    const before = stableStatic(driver);
    driver.refuseAppends = 'KAFKA_STORAGE_ERROR';
    expect(driver.answer(join(driver, { instanceId }))?.error).toBe('NOT_COORDINATOR');
    expect(beat(driver, before.memberId, 1, instanceId)).toBeNull();
  });

  it('are removed by an administrator by the instance id alone', () => {
    const driver = new GroupDriver(testGroupRules());
    stableStatic(driver);
    expect(leave(driver, '', instanceId)).toBeNull();
    expect(leave(driver, '', instanceId)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('stay through a rebalance that they miss', () => {
    const driver = new GroupDriver(testGroupRules());
    const before = driver.answer(
      (() => {
        const reply = join(driver, { instanceId, sessionTimeoutMs: 200_000 });
        driver.advance(3_000);
        return reply;
      })(),
    )!;
    sync(driver, before, { [before.memberId]: 'A' }, instanceId);
    const other = join(driver, { sessionTimeoutMs: 200_000 });
    driver.advance(60_000);
    expect(driver.answer(other)).toMatchObject({ generationId: 2 });
    expect(driver.answer(other)?.members.map((member) => member.groupInstanceId)).toContain(instanceId);
  });
});

describe('a restart', () => {
  it('brings a stable group back: members go on with heartbeats and syncs', () => {
    const driver = new GroupDriver(testGroupRules());
    const { leader, follower } = stablePair(driver);
    const after = new GroupDriver(testGroupRules(), driver.log, driver.now.monoMs);
    expect(beat(after, leader.memberId, 1)).toBeNull();
    expect(beat(after, follower.memberId, 1)).toBeNull();
    expect(after.answer(sync(after, follower))?.assignment.toString()).toBe('B');
    expect(describeGroup(after.shard, 'g')).toMatchObject({
      state: 'Stable',
      protocolType: 'consumer',
      protocolName: 'range',
      members: [{ clientId: 'client' }, { clientId: 'client' }],
    });
  });

  it('ends the sessions of members that do not come back', () => {
    const driver = new GroupDriver(testGroupRules());
    stablePair(driver);
    const after = new GroupDriver(testGroupRules(), driver.log, driver.now.monoMs);
    after.advance(10_000);
    expect(after.shard.groups.get('g')?.state).toBe('Empty');
  });
});
