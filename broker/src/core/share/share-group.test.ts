import { describe, expect, test } from 'vitest';
import { GroupDriver } from '../../testing/group-driver.ts';
import { testGroupRules } from '../../testing/group-rules.ts';
import { expireOffsets } from '../group/expire-offsets.ts';
import type { MetadataImage, TopicImage } from '../metadata/image.ts';
import { emptyImage } from '../metadata/replay.ts';
import { assignShareGroup } from './share-assignor.ts';
import { newShareMember } from './share-group.ts';
import {
  type ShareHeartbeatCommand,
  type ShareHeartbeatResult,
  shareGroupHeartbeat,
} from './share-group-heartbeat.ts';
import {
  alterShareOffsets,
  type DeleteShareGroupResult,
  deleteShareGroup,
  deleteShareOffsets,
  dropShareTopics,
  type ShareOffsetsResult,
  shareGroupBegun,
  shareGroupOf,
  shareOffsetsDeleted,
} from './share-group-offsets.ts';
import type { NamedTopicPartitions } from './topic-partitions.ts';

let image: MetadataImage = emptyImage;

function withTopics(...topics: readonly [name: string, partitions: number][]): void {
  const images = topics.map(
    ([name, count]): TopicImage => ({
      name,
      id: `id-${name}`,
      partitions: Array.from({ length: count }, (_, partition) => ({
        partition,
        replicas: [1],
        isr: [1],
        elr: [],
        adding: [],
        removing: [],
        directories: [],
        leader: 1,
        leaderEpoch: 0,
        partitionEpoch: 0,
      })),
    }),
  );
  image = {
    ...emptyImage,
    topicsByName: new Map(images.map((topic) => [topic.name, topic])),
    topicsById: new Map(images.map((topic) => [topic.id, topic])),
  };
}

const start = (log: GroupDriver['log'] = []) => {
  return new GroupDriver(testGroupRules({ metadata: () => image }), log);
};

function beat(driver: GroupDriver, memberId: string, more: Partial<ShareHeartbeatCommand> = {}) {
  const reply = driver.submit<ShareHeartbeatResult>((shard, to, now) =>
    shareGroupHeartbeat(
      shard,
      {
        reply: to,
        group: 'g',
        memberId,
        memberEpoch: 0,
        rackId: null,
        subscribedTopics: null,
        clientId: 'client',
        clientHost: '/host',
        maxSize: 3,
        ...more,
      },
      now,
    ),
  );
  return driver.answer(reply)!;
}

const begun = (driver: GroupDriver, topics: readonly NamedTopicPartitions[]) =>
  driver.answer(
    driver.submit<ShareOffsetsResult>((shard, reply) =>
      shareGroupBegun(shard, { reply, group: 'g', topics }),
    ),
  );

/** Joins and is told what it has, as the service does it. */
function join(driver: GroupDriver, memberId: string, topics: readonly string[] = ['jobs']) {
  const joined = beat(driver, memberId, { subscribedTopics: topics });
  if (joined.toBegin.length === 0) return joined;
  begun(driver, joined.toBegin);
  return beat(driver, memberId, { memberEpoch: joined.memberEpoch });
}

const assigned = ({ assignment }: ShareHeartbeatResult) => assignment && Object.fromEntries(assignment);

describe('a share group', () => {
  test('begins in its partitions before it gives them to a member, and again after a restart', () => {
    withTopics(['jobs', 2]);
    const driver = start();
    const joined = beat(driver, 'a', { subscribedTopics: ['jobs', 'nothing'] });
    expect(joined).toMatchObject({
      error: null,
      memberEpoch: 1,
      heartbeatIntervalMs: 5000,
      toBegin: [{ topicId: 'id-jobs', topicName: 'jobs', partitions: [0, 1] }],
    });
    expect(assigned(joined)).toEqual({});
    begun(driver, joined.toBegin);
    const told = beat(driver, 'a', { memberEpoch: 1 });
    expect(assigned(told)).toEqual({ 'id-jobs': [0, 1] });
    expect(told).toMatchObject({ memberEpoch: 2, toBegin: [] });
    expect(beat(driver, 'a', { memberEpoch: 2 })).toMatchObject({ memberEpoch: 2, assignment: null });
    const after = start(driver.log);
    expect(beat(after, 'a', { memberEpoch: 2 })).toMatchObject({
      memberEpoch: 2,
      assignment: null,
      toBegin: [],
    });
    after.run(expireOffsets);
    expect(after.shard.groups.get('g')?.state).toBe('Stable');
  });

  test('tells again what an answer said that was lost', () => {
    withTopics(['jobs', 1]);
    const driver = start();
    expect(join(driver, 'a')).toMatchObject({ memberEpoch: 2 });
    expect(assigned(beat(driver, 'a', { memberEpoch: 1 }))).toEqual({ 'id-jobs': [0] });
  });

  test('shares a partition where members are more, and spreads partitions where they are fewer', () => {
    withTopics(['jobs', 2]);
    const driver = start();
    join(driver, 'a');
    expect(assigned(join(driver, 'b'))).toEqual({ 'id-jobs': [1] });
    expect(assigned(beat(driver, 'a', { memberEpoch: 2 }))).toEqual({ 'id-jobs': [0] });
    expect(Object.keys(assigned(join(driver, 'c')) ?? {})).toEqual(['id-jobs']);
    expect(join(driver, 'd').error).toBe('GROUP_MAX_SIZE_REACHED');
  });

  test('takes in partitions and topics that come later, and gives up those that go', () => {
    withTopics(['jobs', 1]);
    const driver = start();
    const { memberEpoch } = join(driver, 'a', ['jobs', 'later']);
    withTopics(['jobs', 2], ['later', 1]);
    const more = beat(driver, 'a', { memberEpoch });
    expect(more.toBegin.map(({ topicName, partitions }) => [topicName, partitions])).toEqual([
      ['jobs', [1]],
      ['later', [0]],
    ]);
    begun(driver, more.toBegin);
    const told = beat(driver, 'a', { memberEpoch: more.memberEpoch });
    expect(assigned(told)).toEqual({ 'id-jobs': [0, 1], 'id-later': [0] });
    withTopics(['jobs', 2]);
    driver.run(dropShareTopics);
    expect(shareGroupOf(driver.shard, 'g')?.partitions.initialized).toHaveLength(1);
    expect(assigned(beat(driver, 'a', { memberEpoch: told.memberEpoch }))).toEqual({ 'id-jobs': [0, 1] });
  });

  test('drops members that leave or are not heard of', () => {
    withTopics(['jobs', 2]);
    const driver = start();
    join(driver, 'a');
    join(driver, 'b');
    expect(beat(driver, 'a', { memberEpoch: -1 })).toMatchObject({ error: null, memberEpoch: -1 });
    driver.advance(40_000);
    const b = shareGroupOf(driver.shard, 'g')?.members.get('b');
    expect(assigned(beat(driver, 'b', { memberEpoch: b?.epoch ?? -9 }))).toEqual({ 'id-jobs': [0, 1] });
    driver.advance(44_999);
    expect(driver.shard.groups.get('g')?.state).toBe('Stable');
    driver.advance(1);
    expect(driver.shard.groups.get('g')?.state).toBe('Empty');
    expect(beat(driver, 'b', { memberEpoch: b?.epoch ?? -9 }).error).toBe('UNKNOWN_MEMBER_ID');
  });

  test('refuses what makes no sense', () => {
    withTopics(['jobs', 1]);
    const driver = start();
    expect(beat(driver, 'a', { memberEpoch: 3 }).error).toBe('GROUP_ID_NOT_FOUND');
    join(driver, 'a');
    const errors = [
      beat(driver, ''),
      beat(driver, 'a', { memberEpoch: -2 }),
      beat(driver, 'x', { subscribedTopics: [] }),
      beat(driver, 'x', { subscribedTopics: ['jobs'], rackId: '' }),
      beat(driver, 'a', { memberEpoch: 9 }),
    ].map(({ error }) => error);
    expect(errors).toEqual([
      'INVALID_REQUEST',
      'INVALID_REQUEST',
      'INVALID_REQUEST',
      'INVALID_REQUEST',
      'FENCED_MEMBER_EPOCH',
    ]);
  });

  test('answers once what it answers is committed', () => {
    withTopics(['jobs', 1]);
    const driver = start();
    driver.holdCommits = true;
    // The second one changes nothing, and rests on the first.
    for (const _ of [1, 2]) expect(beat(driver, 'a', { subscribedTopics: ['jobs'] })).toBeUndefined();
  });
});

describe('offsets of a share group', () => {
  const topics = [{ topicId: 'id-jobs', topicName: 'jobs', partitions: [0] }];
  type Command = typeof alterShareOffsets | typeof deleteShareOffsets;
  const run = (driver: GroupDriver, command: Command) =>
    driver.answer(
      driver.submit<ShareOffsetsResult>((shard, reply, now) =>
        command(shard, { reply, group: 'g', topics }, now),
      ),
    );
  const remove = (driver: GroupDriver) =>
    driver.answer(
      driver.submit<DeleteShareGroupResult>((shard, reply) => deleteShareGroup(shard, { reply, group: 'g' })),
    );

  test('are given before there is a group: it is made', () => {
    withTopics(['jobs', 2]);
    const driver = start();
    driver.advance(1);
    const { stateEpoch } = run(driver, alterShareOffsets)!;
    expect(run(driver, shareGroupBegun)?.error).toBeNull();
    const made = shareGroupOf(start(driver.log).shard, 'g');
    expect(made).toMatchObject({ state: 'Empty', partitions: { initializing: [], initialized: topics } });
    // Whoever joins begins in the other partition alone.
    expect(beat(driver, 'a', { subscribedTopics: ['jobs'] }).toBegin).toEqual([
      { ...topics[0]!, partitions: [1] },
    ]);
    expect(shareGroupOf(driver.shard, 'g')!.stateEpoch).toBeGreaterThan(stateEpoch);
  });

  test('change only while nobody reads', () => {
    withTopics(['jobs', 2]);
    const driver = start();
    expect(run(driver, deleteShareOffsets)?.error).toBe('GROUP_ID_NOT_FOUND');
    join(driver, 'a');
    for (const command of [alterShareOffsets, deleteShareOffsets])
      expect(run(driver, command)?.error).toBe('NON_EMPTY_GROUP');
    const { partitions } = shareGroupOf(driver.shard, 'g')!;
    expect(remove(driver)?.error).toBe('NON_EMPTY_GROUP');
    expect(shareGroupOf(driver.shard, 'g')?.partitions).toBe(partitions);
    beat(driver, 'a', { memberEpoch: -1 });
    const { epoch } = shareGroupOf(driver.shard, 'g')!;
    expect(run(driver, alterShareOffsets)).toEqual({ error: null, stateEpoch: epoch + 1 });
    // It stands where it stood until the share coordinator knows, whatever crashes meanwhile.
    expect(shareGroupOf(driver.shard, 'g')?.partitions).toEqual(partitions);
    expect(run(driver, deleteShareOffsets)?.error).toBeNull();
    const deleting = [{ topicId: 'id-jobs', topicName: 'jobs' }];
    expect(shareGroupOf(driver.shard, 'g')?.partitions).toEqual({
      initializing: [],
      initialized: [],
      deleting,
    });
    expect(beat(driver, 'a', { subscribedTopics: ['jobs'] })).toMatchObject({
      toBegin: [],
      toForget: deleting,
    });
    // The answer of the share coordinator comes too late.
    begun(driver, topics);
    expect(shareGroupOf(driver.shard, 'g')?.partitions.initialized).toEqual([]);
    beat(driver, 'a', { memberEpoch: -1 });
    run(driver, shareOffsetsDeleted);
    expect(beat(driver, 'a', { subscribedTopics: ['jobs'] }).toBegin).toHaveLength(1);
    beat(driver, 'a', { memberEpoch: -1 });
    expect(remove(driver)).toEqual({ error: null, isGone: false });
    const { stateEpoch } = shareGroupOf(start(driver.log).shard, 'g')!;
    expect(shareGroupOf(driver.shard, 'g')).toMatchObject({ stateEpoch, partitions: { deleting } });
    expect(remove(driver)).toEqual({ error: null, isGone: false });
    run(driver, shareOffsetsDeleted);
    expect(remove(driver)).toEqual({ error: null, isGone: true });
    expect(driver.shard.groups.size).toBe(0);
    expect(start(driver.log).shard.groups.size).toBe(0);
  });

  test('have other epochs in a group that is made again, whose own epochs begin anew', () => {
    withTopics(['jobs', 1]);
    const driver = start();
    expect(join(driver, 'a').memberEpoch).toBe(2);
    beat(driver, 'a', { memberEpoch: -1 });
    remove(driver);
    const { stateEpoch } = shareGroupOf(driver.shard, 'g')!;
    run(driver, shareOffsetsDeleted);
    remove(driver);
    expect(beat(driver, 'a', { subscribedTopics: ['jobs'] }).memberEpoch).toBe(1);
    expect(shareGroupOf(driver.shard, 'g')?.stateEpoch).toBeGreaterThan(stateEpoch + 1);
    // What was compacted away is not remembered: the time tells them apart.
    const nowMs = Date.UTC(2026, 1, 1);
    const later = new GroupDriver(testGroupRules({ metadata: () => image }), [], nowMs);
    beat(later, 'a', { subscribedTopics: ['jobs'] });
    const inSeconds = (nowMs - Date.UTC(2020, 0, 1)) / 1000;
    expect(shareGroupOf(later.shard, 'g')?.stateEpoch).toBe(inSeconds + 1);
    expect(shareGroupOf(start(later.log).shard, 'g')?.stateEpoch).toBe(inSeconds + 1);
  });

  test('are not those of topics that were deleted while nobody had the log', () => {
    withTopics(['jobs', 1]);
    const driver = start();
    join(driver, 'a');
    withTopics();
    expect(shareGroupOf(start(driver.log).shard, 'g')?.partitions.initialized).toEqual([]);
  });
});

describe('the assignor', () => {
  const member = (id: string, subscribedTopics: readonly string[], assigned: number[] = []) => ({
    ...newShareMember(id),
    subscribedTopics,
    assigned: new Map(assigned.length === 0 ? [] : [['t', assigned]]),
  });
  const assign = (count: number, ...members: ReturnType<typeof member>[]) =>
    Object.fromEntries(
      [
        ...assignShareGroup(members, (name) =>
          name === 't'
            ? { topicId: 't', partitions: Array.from({ length: count }, (_, index) => index) }
            : null,
        ),
      ].map(([id, given]) => [id, given.get('t') ?? []]),
    );

  test('covers all partitions and all members, and keeps what fits', () => {
    expect(assign(4, member('a', ['t'], [2, 3]), member('b', ['t']))).toEqual({ a: [2, 3], b: [0, 1] });
    expect(assign(2, member('a', ['t'], [1]), member('b', ['t']), member('c', ['t']))).toMatchObject({
      a: [1],
      b: [0],
    });
    for (const [partitions, members] of [
      [1, 5],
      [3, 7],
      [7, 3],
      [10, 4],
    ] as const) {
      const given = assign(
        partitions,
        ...Array.from({ length: members }, (_, index) => member(`m${index}`, ['t'])),
      );
      expect(Object.values(given).every(({ length }) => length > 0)).toBe(true);
      expect(new Set(Object.values(given).flat()).size).toBe(partitions);
    }
    expect(assign(2, member('a', ['t']), member('b', ['u']))).toEqual({ a: [0, 1], b: [] });
  });
});
