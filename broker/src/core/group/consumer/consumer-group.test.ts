import { describe, expect, it } from 'vitest';
import { GroupDriver } from '../../../testing/group-driver.ts';
import { testGroupRules } from '../../../testing/group-rules.ts';
import { imageWithTopics, topicIdOf } from '../../../testing/sample-topics.ts';
import { type CommitResult, commitOffsets } from '../commit-offsets.ts';
import { deleteGroup } from '../delete-group.ts';
import { fetchOffsets } from '../fetch-offsets.ts';
import type { GroupRules } from '../group-shard.ts';
import { joinGroup } from '../join-group.ts';
import type { JoinResult } from '../results.ts';
import { consumerHeartbeat } from './consumer-heartbeat.ts';
import { describeConsumerGroup } from './describe-consumer-group.ts';
import type { ConsumerHeartbeatCommand, ConsumerHeartbeatResult } from './heartbeat-command.ts';

const topics = { orders: 4, 'pay-in': 2, 'pay-out': 1 };

function newDriver(more: Partial<GroupRules> = {}): GroupDriver {
  return new GroupDriver(rules(more));
}

function rules(more: Partial<GroupRules> = {}): GroupRules {
  const image = imageWithTopics(topics);
  const setting = (_group: string, name: string): string =>
    name === 'consumer.assignment.interval.ms'
      ? '0'
      : name === 'consumer.session.timeout.ms'
        ? '45000'
        : '5000';
  return testGroupRules({ metadata: () => image, setting, ...more });
}

type Said = Partial<Omit<ConsumerHeartbeatCommand, 'reply'>>;

function beat(
  driver: GroupDriver,
  memberId: string,
  epoch: number,
  said: Said = {},
): ConsumerHeartbeatResult {
  const reply = driver.submit<ConsumerHeartbeatResult>((shard, to, now) =>
    consumerHeartbeat(
      shard,
      {
        reply: to,
        group: 'g',
        memberId,
        memberEpoch: epoch,
        instanceId: null,
        rackId: null,
        clientId: 'client',
        clientHost: '/127.0.0.1',
        rebalanceTimeoutMs: epoch === 0 ? 60_000 : null,
        subscribedTopics: epoch === 0 && said.subscribedRegex === undefined ? ['orders'] : null,
        subscribedRegex: null,
        serverAssignor: null,
        owned: epoch === 0 ? [] : null,
        requiresMemberId: true,
        mayDescribe: () => true,
        ...said,
      },
      now,
    ),
  );
  return driver.answer(reply)!;
}

/** Epoch and what was assigned as `topic-partition`, or the error. */
function told(result: ConsumerHeartbeatResult): readonly [number, readonly string[] | null] | string {
  if (result.error !== null) return result.error;
  const { memberEpoch, assignment } = result;
  const names = assignment?.flatMap(({ topicId, partitions }) =>
    partitions.map((partition) => `${topicId.slice('id-of-'.length)}-${partition}`),
  );
  return [memberEpoch, names ?? null];
}

const orders = (...partitions: number[]) => [{ topicId: topicIdOf('orders'), partitions }];

describe('a group of the consumer protocol', () => {
  it('gives the first member everything', () => {
    expect(told(beat(newDriver(), 'a', 0))).toEqual([2, ['orders-0', 'orders-1', 'orders-2', 'orders-3']]);
  });

  it('gives a partition to its next owner only after the last one said that it gave it up', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    expect(told(beat(driver, 'b', 0))).toEqual([3, []]);
    expect(told(beat(driver, 'a', 2))).toEqual([2, ['orders-0', 'orders-1']]);
    expect(told(beat(driver, 'b', 3))).toEqual([3, null]);
    expect(told(beat(driver, 'a', 2, { owned: orders(0, 1) }))).toEqual([3, null]);
    expect(told(beat(driver, 'b', 3))).toEqual([3, ['orders-2', 'orders-3']]);
    expect(driver.shard.groups.get('g')?.state).toBe('Stable');
  });

  it('takes the epoch before the last one from a member that has only what it was given', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    beat(driver, 'b', 0);
    beat(driver, 'a', 2);
    beat(driver, 'a', 2, { owned: orders(0, 1) });
    expect(told(beat(driver, 'a', 2, { owned: orders(0, 1) }))).toEqual([3, null]);
    expect(told(beat(driver, 'a', 2, { owned: orders(0, 1, 2) }))).toBe('FENCED_MEMBER_EPOCH');
    expect(told(beat(driver, 'a', 2))).toBe('FENCED_MEMBER_EPOCH');
    expect(told(beat(driver, 'a', 8))).toBe('FENCED_MEMBER_EPOCH');
    expect(told(beat(driver, 'c', 3))).toBe('UNKNOWN_MEMBER_ID');
  });

  it('assigns a member that has left to the others', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    beat(driver, 'b', 0);
    expect(told(beat(driver, 'a', -1))).toEqual([-1, null]);
    expect(told(beat(driver, 'b', 3))).toEqual([4, ['orders-0', 'orders-1', 'orders-2', 'orders-3']]);
  });

  it('ends the session of a member that is not heard of', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    beat(driver, 'b', 0);
    driver.advance(44_000);
    beat(driver, 'b', 3);
    driver.advance(2_000);
    expect(told(beat(driver, 'a', 2))).toBe('UNKNOWN_MEMBER_ID');
    expect(told(beat(driver, 'b', 3))).toEqual([4, ['orders-0', 'orders-1', 'orders-2', 'orders-3']]);
  });

  it('puts out a member that beats but keeps what it was told to give up', () => {
    const driver = newDriver();
    beat(driver, 'a', 0, { rebalanceTimeoutMs: 10_000 });
    beat(driver, 'b', 0);
    beat(driver, 'a', 2);
    driver.advance(9_000);
    expect(told(beat(driver, 'a', 2, { owned: orders(0, 1, 2, 3) }))).toEqual([2, null]);
    driver.advance(1_001);
    expect(told(beat(driver, 'a', 2))).toBe('UNKNOWN_MEMBER_ID');
  });

  it('takes at once what a member does not read any more', () => {
    const driver = newDriver();
    beat(driver, 'a', 0, { subscribedTopics: ['orders', 'pay-in'] });
    const changed = beat(driver, 'a', 2, { subscribedTopics: ['pay-in'], owned: null });
    expect(told(changed)).toEqual([2, ['pay-in-0', 'pay-in-1']]);
  });

  it('assigns anew when a topic gets partitions, and when one comes into being', () => {
    let image = imageWithTopics({ orders: 1 });
    const driver = newDriver({ metadata: () => image });
    beat(driver, 'a', 0, { subscribedTopics: ['later', 'orders'] });
    image = imageWithTopics({ orders: 2 });
    expect(told(beat(driver, 'a', 2))).toEqual([3, ['orders-0', 'orders-1']]);
    image = imageWithTopics({ orders: 2, later: 1 });
    expect(told(beat(driver, 'a', 3))).toEqual([4, ['later-0', 'orders-0', 'orders-1']]);
    expect(told(beat(driver, 'a', 4))).toEqual([4, null]);
  });

  it.each<Said>([{ subscribedTopics: ['late'] }, { subscribedRegex: 'la.*' }])(
    'sees a topic that comes while its records are being committed: %o',
    (said) => {
      let image = imageWithTopics(topics);
      const driver = newDriver({ metadata: () => image });
      driver.holdCommits = true;
      beat(driver, 'a', 0, said);
      image = imageWithTopics({ ...topics, late: 2 });
      driver.commit();
      driver.holdCommits = false;
      expect(told(beat(driver, 'a', 2))).toEqual([3, ['late-0', 'late-1']]);
    },
  );

  it('refuses members beyond the limit', () => {
    const driver = newDriver({ consumerMaxSize: 1 });
    beat(driver, 'a', 0);
    expect(told(beat(driver, 'b', 0))).toBe('GROUP_MAX_SIZE_REACHED');
    expect(told(beat(driver, 'a', 0))).toEqual([2, ['orders-0', 'orders-1', 'orders-2', 'orders-3']]);
  });

  it('assigns by what most members ask for, else uniformly', () => {
    const driver = newDriver();
    beat(driver, 'a', 0, { serverAssignor: 'range' });
    expect(described(driver)).toMatchObject({ assignor: 'range' });
    expect(told(beat(driver, 'b', 0, { serverAssignor: 'sticky' }))).toBe('UNSUPPORTED_ASSIGNOR');
    expect(described(newDriverWith((one) => beat(one, 'a', 0)))).toMatchObject({ assignor: 'uniform' });
  });

  it('assigns members that come together at once', () => {
    const setting = (_group: string, name: string) =>
      name === 'consumer.assignment.interval.ms' ? '1000' : '45000';
    const driver = newDriver({ setting });
    beat(driver, 'a', 0);
    beat(driver, 'b', 0);
    beat(driver, 'c', 0);
    expect(described(driver)).toMatchObject({ epoch: 4, assignmentEpoch: 2, state: 'Assigning' });
    driver.advance(1_000);
    beat(driver, 'a', 2);
    expect(described(driver)).toMatchObject({ epoch: 4, assignmentEpoch: 4 });
  });

  it('changes nothing where its records are refused', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    driver.refuseAppends = 'NOT_ENOUGH_REPLICAS';
    expect(told(beat(driver, 'b', 0))).toBe('COORDINATOR_NOT_AVAILABLE');
    driver.refuseAppends = null;
    expect(described(driver)).toMatchObject({ epoch: 2, members: [{ member: { id: 'a' } }] });
  });

  it('answers only from what is committed', () => {
    const driver = newDriver();
    driver.holdCommits = true;
    expect(beat(driver, 'a', 0)).toBeUndefined();
    expect(beat(driver, 'a', 2)).toBeUndefined();
    driver.commit();
    expect(driver.replies.size).toBe(2);
  });

  it('is what it was after a restart', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    beat(driver, 'b', 0, { subscribedRegex: 'pay-.*', instanceId: 'i' });
    beat(driver, 'a', 2, { owned: orders(0, 1, 2, 3) });
    const restarted = new GroupDriver(rules(), driver.log);
    expect(described(restarted)).toEqual(described(driver));
    driver.advance(44_000);
    expect(told(beat(restarted, 'a', 3))).toEqual([3, null]);
  });

  it('is deleted only while nobody is in it', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    const remove = () =>
      driver.answer(
        driver.submit<{ error: unknown }>((shard, reply) => deleteGroup(shard, { reply, group: 'g' })),
      );
    expect(remove()).toEqual({ error: 'NON_EMPTY_GROUP' });
    beat(driver, 'a', -1);
    expect(remove()).toEqual({ error: null });
    expect(driver.shard.groups.size).toBe(0);
    expect(new GroupDriver(rules(), driver.log).shard.groups.size).toBe(0);
  });
});

describe('a request that is none', () => {
  it.each([
    [{ memberId: '' }, 'INVALID_REQUEST'],
    [{ rebalanceTimeoutMs: null }, 'INVALID_REQUEST'],
    [{ owned: orders(0) }, 'INVALID_REQUEST'],
    [{ owned: null }, 'INVALID_REQUEST'],
    [{ subscribedTopics: null }, 'INVALID_REQUEST'],
    [{ memberEpoch: -3 }, 'INVALID_REQUEST'],
    [{ memberEpoch: -2 }, 'INVALID_REQUEST'],
    [{ instanceId: '' }, 'INVALID_REQUEST'],
    [{ rackId: '' }, 'INVALID_REQUEST'],
    [{ memberEpoch: 5 }, 'GROUP_ID_NOT_FOUND'],
    [{ memberEpoch: -1 }, 'GROUP_ID_NOT_FOUND'],
  ] as const)('is refused: %j', (said, error) => {
    expect(told(beat(newDriver(), 'a', 0, said))).toBe(error);
  });
});

describe('a static member', () => {
  it('comes back to what it had, under a new id', () => {
    const driver = newDriver();
    beat(driver, 'a', 0, { instanceId: 'i' });
    expect(told(beat(driver, 'a2', 0, { instanceId: 'i' }))).toBe('UNRELEASED_INSTANCE_ID');
    expect(told(beat(driver, 'a', -2, { instanceId: 'i' }))).toEqual([-2, null]);
    expect(told(beat(driver, 'a2', 0, { instanceId: 'i' }))).toEqual([
      2,
      ['orders-0', 'orders-1', 'orders-2', 'orders-3'],
    ]);
    expect(told(beat(driver, 'a', 2, { instanceId: 'i' }))).toBe('FENCED_INSTANCE_ID');
    expect(described(driver)).toMatchObject({ epoch: 2, members: [{ member: { id: 'a2' } }] });
  });

  it('is out when it does not come back within its session', () => {
    const driver = newDriver();
    beat(driver, 'a', 0, { instanceId: 'i' });
    beat(driver, 'a', -2, { instanceId: 'i' });
    driver.advance(45_001);
    expect(described(driver)).toMatchObject({ state: 'Empty', members: [] });
  });
});

describe('a regular expression', () => {
  it('stands for the topics that there are, and for new ones as they come', () => {
    let image = imageWithTopics(topics);
    const driver = newDriver({ metadata: () => image });
    expect(told(beat(driver, 'a', 0, { subscribedRegex: 'pay-.*' }))).toEqual([
      2,
      ['pay-in-0', 'pay-in-1', 'pay-out-0'],
    ]);
    image = imageWithTopics({ 'pay-in': 1, 'pay-back': 1, orders: 1 });
    expect(told(beat(driver, 'a', 2))).toEqual([2, ['pay-in-0']]);
    const kept = [{ topicId: topicIdOf('pay-in'), partitions: [0] }];
    expect(told(beat(driver, 'a', 2, { owned: kept }))).toEqual([3, ['pay-back-0', 'pay-in-0']]);
    expect(told(beat(driver, 'a', 3))).toEqual([3, null]);
  });

  it('shows nobody a topic that he may not describe', () => {
    const said = { subscribedRegex: 'pay-.*', mayDescribe: (topic: string) => topic !== 'pay-out' };
    expect(told(beat(newDriver(), 'a', 0, said))).toEqual([2, ['pay-in-0', 'pay-in-1']]);
  });

  it('is tried on all topics again after a while: what its first reader could not describe is found then', () => {
    const driver = newDriver();
    let hidden = 'pay-out';
    const mayDescribe = (topic: string) => topic !== hidden;
    beat(driver, 'a', 0, { subscribedRegex: 'pay-.*', mayDescribe });
    hidden = '';
    const beatFor = (ms: number) => {
      for (let leftMs = ms; leftMs > 0; leftMs -= 30_000) {
        driver.advance(Math.min(leftMs, 30_000));
        const epoch = driver.shard.consumer('g')?.members.get('a')?.epoch ?? 0;
        expect(beat(driver, 'a', epoch, { mayDescribe }).error).toBeNull();
      }
    };
    beatFor(599_000);
    expect(described(driver)).toMatchObject({ epoch: 2 });
    driver.advance(1_000);
    expect(told(beat(driver, 'a', 2, { mayDescribe }))).toEqual([3, ['pay-in-0', 'pay-in-1', 'pay-out-0']]);
    hidden = 'pay-in';
    beatFor(600_000);
    expect([...(driver.shard.consumer('g')?.subscribedTopics() ?? [])]).toEqual(['pay-out']);
  });

  it('is not looked for on behalf of a member of the classic protocol', () => {
    let image = imageWithTopics(topics);
    const subscription = () => ({ topics: ['orders'], owned: [], rackId: null });
    const driver = newDriver({
      metadata: () => image,
      consumerProtocol: { ...testGroupRules().consumerProtocol, subscription },
    });
    const said = { subscribedRegex: 'pay-.*', mayDescribe: (topic: string) => topic !== 'pay-back' };
    beat(driver, 'a', 0, said);
    image = imageWithTopics({ ...topics, 'pay-back': 1, 'pay-up': 1 });
    driver.submit<JoinResult>((shard, reply, now) =>
      joinGroup(
        shard,
        {
          reply,
          group: 'g',
          memberId: '',
          instanceId: null,
          clientId: 'client',
          clientHost: '/127.0.0.1',
          sessionTimeoutMs: 45_000,
          rebalanceTimeoutMs: 60_000,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
          requiresKnownMemberId: false,
          canSkipAssignment: true,
        },
        now,
      ),
    );
    expect(driver.shard.consumer('g')?.subscribedTopics()).toEqual(new Set(['pay-in', 'pay-out', 'orders']));
    beat(driver, 'a', 2, { mayDescribe: said.mayDescribe });
    expect(driver.shard.consumer('g')?.subscribedTopics()).toEqual(
      new Set(['pay-in', 'pay-out', 'pay-up', 'orders']),
    );
  });

  it('is refused where it is none', () => {
    const driver = newDriver({ topicPattern: () => ({ problem: 'missing )' }) });
    expect(told(beat(driver, 'a', 0, { subscribedRegex: '(' }))).toBe('INVALID_REGULAR_EXPRESSION');
  });
});

describe('offsets of a consumer group', () => {
  const commit = (driver: GroupDriver, memberId: string, epoch: number, ...partitions: number[]) =>
    driver.answer(
      driver.submit<CommitResult>((shard, reply, now) =>
        commitOffsets(
          shard,
          {
            reply,
            group: 'g',
            generation: epoch,
            memberId,
            instanceId: null,
            retentionMs: -1,
            knowsGroupIdNotFound: true,
            offsets: partitions.map((partition) => ({
              topic: 'orders',
              topicId: topicIdOf('orders'),
              partition,
              offset: 5,
              leaderEpoch: -1,
              metadata: null,
            })),
          },
          now,
        ),
      ),
    )?.error;

  it('are committed by members in their epoch, or in one in which they had the partition already', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    beat(driver, 'b', 0);
    beat(driver, 'a', 2);
    beat(driver, 'a', 2, { owned: orders(0, 1) });
    beat(driver, 'b', 3);
    expect(commit(driver, 'a', 3, 0)).toBeNull();
    expect(commit(driver, 'a', 2, 0, 1)).toBeNull();
    expect(commit(driver, 'a', 2, 2)).toBe('STALE_MEMBER_EPOCH');
    expect(commit(driver, 'b', 2, 2)).toBe('STALE_MEMBER_EPOCH');
    expect(commit(driver, 'a', 4, 0)).toBe('STALE_MEMBER_EPOCH');
    expect(commit(driver, 'c', 3, 0)).toBe('UNKNOWN_MEMBER_ID');
    expect(commit(driver, '', -1, 0)).toBe('UNKNOWN_MEMBER_ID');
  });

  it('are committed from outside while nobody is in the group', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    beat(driver, 'a', -1);
    expect(commit(driver, '', -1, 0)).toBeNull();
  });

  it('are told to members in their epoch, and to who is none', () => {
    const driver = newDriver();
    beat(driver, 'a', 0);
    const fetch = (memberId: string | null, memberEpoch: number) =>
      fetchOffsets(driver.shard, { group: 'g', memberId, memberEpoch, topics: null, requireStable: false })
        .error;
    expect(fetch('a', 2)).toBeNull();
    expect(fetch('a', 1)).toBe('STALE_MEMBER_EPOCH');
    expect(fetch('b', 2)).toBe('UNKNOWN_MEMBER_ID');
    expect(fetch(null, -1)).toBeNull();
  });
});

function newDriverWith(act: (driver: GroupDriver) => unknown): GroupDriver {
  const driver = newDriver();
  act(driver);
  return driver;
}

function described(driver: GroupDriver) {
  const result = describeConsumerGroup(driver.shard, 'g');
  return result.error === null ? result.group : result.error;
}
