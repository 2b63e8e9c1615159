import { ZERO_UUID } from '@millrace/foundation/types';
import { describe, expect, it } from 'vitest';
import { GroupDriver } from '../../testing/group-driver.ts';
import { testGroupRules } from '../../testing/group-rules.ts';
import { type CommitCommand, type CommitResult, commitOffsets } from './commit-offsets.ts';
import { deleteGroup } from './delete-group.ts';
import { dropTopics, expireOffsets } from './expire-offsets.ts';
import { joinGroup } from './join-group.ts';
import type { JoinResult, SyncResult } from './results.ts';
import { syncGroup } from './sync-group.ts';

const rules = testGroupRules({
  initialRebalanceDelayMs: 0,
  offsetMetadataMaxBytes: 5,
  offsetsRetentionMs: 100_000,
});

function commit(driver: GroupDriver, more: Partial<CommitCommand> = {}): CommitResult | undefined {
  const reply = driver.submit<CommitResult>((shard, to, now) =>
    commitOffsets(
      shard,
      {
        reply: to,
        group: 'g',
        generation: -1,
        memberId: '',
        instanceId: null,
        retentionMs: -1,
        knowsGroupIdNotFound: true,
        offsets: [
          { topic: 'orders', topicId: ZERO_UUID, partition: 0, offset: 7, leaderEpoch: 1, metadata: 'm' },
        ],
        ...more,
      },
      now,
    ),
  );
  return driver.answer(reply);
}

function member(driver: GroupDriver, topics = 'orders'): JoinResult {
  const reply = driver.submit<JoinResult>((shard, to, now) =>
    joinGroup(
      shard,
      {
        reply: to,
        group: 'g',
        memberId: '',
        instanceId: null,
        clientId: 'c',
        clientHost: '/h',
        sessionTimeoutMs: 1_000_000,
        rebalanceTimeoutMs: 1_000_000,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from(topics) }],
        requiresKnownMemberId: false,
        canSkipAssignment: true,
      },
      now,
    ),
  );
  driver.advance(0);
  return driver.answer(reply)!;
}

function sync(driver: GroupDriver, { memberId, generationId }: JoinResult): void {
  driver.submit<SyncResult>((shard, reply) =>
    syncGroup(shard, {
      reply,
      group: 'g',
      generation: generationId,
      memberId,
      instanceId: null,
      protocolType: null,
      protocolName: null,
      assignments: new Map(),
    }),
  );
}

const offsetOf = (driver: GroupDriver, topic = 'orders') => driver.shard.offsets.get('g', topic, 0)?.offset;

describe('committing offsets', () => {
  it('is answered when the offsets are committed, and survives a restart', () => {
    const driver = new GroupDriver(rules);
    driver.holdCommits = true;
    expect(commit(driver)).toBeUndefined();
    driver.commit();
    expect(driver.replies.get(1)).toEqual({ error: null, offsets: [null] });
    const after = new GroupDriver(rules, driver.log);
    expect(offsetOf(after)).toBe(7);
    expect(after.shard.groups.get('g')).toMatchObject({ state: 'Empty', protocolType: null });
  });

  it('checks the member, its generation and the state of the group', () => {
    const driver = new GroupDriver(rules);
    expect(commit(driver, { generation: 3, memberId: 'm' })).toEqual({ error: 'GROUP_ID_NOT_FOUND' });
    expect(commit(driver, { generation: 3, memberId: 'm', knowsGroupIdNotFound: false })).toEqual({
      error: 'ILLEGAL_GENERATION',
    });
    const joined = member(driver);
    const as = { generation: joined.generationId, memberId: joined.memberId };
    expect(commit(driver, as)).toEqual({ error: 'REBALANCE_IN_PROGRESS' });
    sync(driver, joined);
    expect(commit(driver, as)).toEqual({ error: null, offsets: [null] });
    expect(commit(driver, { ...as, generation: 9 })).toEqual({ error: 'ILLEGAL_GENERATION' });
    expect(commit(driver, { ...as, memberId: 'other' })).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
    expect(commit(driver, { ...as, instanceId: 'i' })).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
    expect(commit(driver)).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
  });

  it('refuses metadata that is too long for that partition alone', () => {
    const driver = new GroupDriver(rules);
    const offset = { topicId: ZERO_UUID, partition: 0, offset: 1, leaderEpoch: -1 };
    const result = commit(driver, {
      offsets: [
        { ...offset, topic: 'a', metadata: 'toolong' },
        { ...offset, topic: 'b', metadata: null },
      ],
    });
    expect(result).toEqual({ error: null, offsets: ['OFFSET_METADATA_TOO_LARGE', null] });
    expect([offsetOf(driver, 'a'), offsetOf(driver, 'b')]).toEqual([undefined, 1]);
  });

  it.each([
    ['NOT_ENOUGH_REPLICAS', 'COORDINATOR_NOT_AVAILABLE'],
    ['NOT_LEADER_OR_FOLLOWER', 'NOT_COORDINATOR'],
    // As Kafka's coordinator has it since 4.0; before, it was INVALID_COMMIT_OFFSET_SIZE.
    ['MESSAGE_TOO_LARGE', 'UNKNOWN_SERVER_ERROR'],
  ] as const)('answers a failed append %s as %s', (refusal, error) => {
    const driver = new GroupDriver(rules);
    driver.refuseAppends = refusal;
    expect(commit(driver)).toEqual({ error });
    expect(offsetOf(driver)).toBeUndefined();
  });
});

describe('offsets that go', () => {
  it('expire after their retention, and take an empty group with them', () => {
    const driver = new GroupDriver(rules);
    commit(driver);
    driver.advance(99_999);
    driver.run(expireOffsets);
    expect(offsetOf(driver)).toBe(7);
    driver.advance(1);
    driver.run(expireOffsets);
    expect(offsetOf(driver)).toBeUndefined();
    expect(driver.shard.groups.has('g')).toBe(false);
    expect(new GroupDriver(rules, driver.log).shard.groups.size).toBe(0);
  });

  it('stay while the group has members, but for topics that it no longer reads', () => {
    const driver = new GroupDriver(rules);
    const joined = member(driver);
    sync(driver, joined);
    const as = { generation: joined.generationId, memberId: joined.memberId };
    commit(driver, as);
    const old = { topic: 'old', topicId: ZERO_UUID, partition: 0, offset: 1, leaderEpoch: -1, metadata: '' };
    commit(driver, { ...as, offsets: [old] });
    driver.advance(200_000);
    driver.run(expireOffsets);
    expect([offsetOf(driver), offsetOf(driver, 'old')]).toEqual([7, undefined]);
  });

  it('obey a retention of their own', () => {
    const driver = new GroupDriver(rules);
    commit(driver, { retentionMs: 10 });
    driver.advance(10);
    driver.run(expireOffsets);
    expect(offsetOf(driver)).toBeUndefined();
  });

  it('stay where their retention ends later than time does', () => {
    const driver = new GroupDriver(rules);
    commit(driver, { retentionMs: Number.MAX_SAFE_INTEGER });
    expect(driver.shard.offsets.get('g', 'orders', 0)?.expireTimestamp).toBe(Number.MAX_SAFE_INTEGER);
    driver.advance(200_000);
    driver.run(expireOffsets);
    expect(offsetOf(driver)).toBe(7);
  });

  it('go with their topic', () => {
    const driver = new GroupDriver(rules);
    commit(driver);
    driver.run((shard) => dropTopics(shard, new Set(['orders'])));
    expect(offsetOf(driver)).toBeUndefined();
  });

  it('go with their group, which must be empty', () => {
    const driver = new GroupDriver(rules);
    const remove = () => {
      const reply = driver.submit<{ error: string | null }>((shard, to) =>
        deleteGroup(shard, { reply: to, group: 'g' }),
      );
      return driver.answer(reply)?.error;
    };
    expect(remove()).toBe('GROUP_ID_NOT_FOUND');
    commit(driver);
    expect(remove()).toBeNull();
    expect(offsetOf(driver)).toBeUndefined();
    member(driver);
    expect(remove()).toBe('NON_EMPTY_GROUP');
  });
});
