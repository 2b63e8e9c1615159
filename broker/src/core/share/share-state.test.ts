import { afterEach, describe, expect, test } from 'vitest';
import { CoordinatorDriver, type LogEntry } from '../../testing/coordinator-driver.ts';
import { deleteShareState } from './delete-share-state.ts';
import { initializeShareState } from './initialize-share-state.ts';
import { isNewLeader, noteLeaderEpoch, readShareState, summarizeShareState } from './read-share-state.ts';
import { type ShareStateRecord, UNSET } from './share-state-record.ts';
import { dropDeletedTopics, type ShareStateResult, ShareStateShard } from './share-state-shard.ts';
import { snapshotColdPartitions } from './snapshot-share-state.ts';
import { type WriteShareStateCommand, writeShareState } from './write-share-state.ts';

const TOPIC = 'topic-id';
const key = { group: 'g', topicId: TOPIC, partition: 0 };
const accepted = (firstOffset: number, lastOffset: number) =>
  ({ firstOffset, lastOffset, deliveryState: 2, deliveryCount: 1 }) as const;

type Driver = CoordinatorDriver<ShareStateRecord, ShareStateShard>;

/** Whether there is the topic. */
let isThere = true;
afterEach(() => {
  isThere = true;
});

function start(log: readonly LogEntry<ShareStateRecord>[] = [], updatesPerSnapshot = 3): Driver {
  const hasPartition = (topicId: string, partition: number) => isThere && topicId === TOPIC && partition < 2;
  return new CoordinatorDriver(new ShareStateShard({ updatesPerSnapshot, hasPartition }), log);
}

function initialize(driver: Driver, stateEpoch: number, startOffset = UNSET, partition = 0) {
  const reply = driver.submit<ShareStateResult>((shard, to, now) =>
    initializeShareState(shard, { reply: to, key: { ...key, partition }, stateEpoch, startOffset }, now),
  );
  return driver.answer(reply)?.error;
}

function write(driver: Driver, more: Partial<WriteShareStateCommand>) {
  const reply = driver.submit<ShareStateResult>((shard, to, now) =>
    writeShareState(
      shard,
      {
        reply: to,
        key,
        stateEpoch: 1,
        leaderEpoch: 5,
        startOffset: UNSET,
        deliveryCompleteCount: UNSET,
        batches: [],
        ...more,
      },
      now,
    ),
  );
  return driver.answer(reply)?.error;
}

function forget(driver: Driver, stateEpoch: number) {
  const reply = driver.submit<ShareStateResult>((shard, to) =>
    deleteShareState(shard, { reply: to, key, stateEpoch }),
  );
  return driver.answer(reply)?.error;
}

const read = (driver: Driver, leaderEpoch = 5) => readShareState(driver.shard, { key, leaderEpoch });

describe('the share coordinator', () => {
  test('keeps what was written, by updates and a snapshot now and then, and has it again after a restart', () => {
    const driver = start();
    expect(read(driver)).toEqual({ error: 'INVALID_REQUEST' });
    expect(initialize(driver, 1)).toBeNull();
    expect(read(driver)).toMatchObject({ state: { startOffset: UNSET, batches: [] } });
    expect(write(driver, { startOffset: 10, deliveryCompleteCount: 0 })).toBeNull();
    for (const first of [20, 25, 30, 35])
      expect(
        write(driver, { batches: [accepted(first, first + 4)], deliveryCompleteCount: first - 15 }),
      ).toBeNull();
    expect(write(driver, { startOffset: 22, deliveryCompleteCount: 18 })).toBeNull();
    expect(driver.log.map((entry) => entry.kind === 'record' && entry.record.kind)).toEqual([
      'snapshot',
      'update',
      'update',
      'update',
      'snapshot',
      'update',
      'update',
    ]);
    const wanted = {
      error: null,
      state: { startOffset: 22, leaderEpoch: 5, deliveryCompleteCount: 18, batches: [accepted(22, 39)] },
    };
    expect(read(driver)).toMatchObject(wanted);
    expect(read(start(driver.log))).toMatchObject(wanted);
  });

  test('answers once what it answers is committed', () => {
    const driver = start();
    driver.holdCommits = true;
    expect(initialize(driver, 1)).toBeUndefined();
  });

  test('refuses who writes for an older state or as an older leader', () => {
    const driver = start();
    initialize(driver, 3);
    expect(write(driver, { stateEpoch: 2 })).toBe('FENCED_STATE_EPOCH');
    expect(write(driver, { stateEpoch: 4 })).toBe('FENCED_STATE_EPOCH');
    expect(write(driver, { stateEpoch: 3, startOffset: 7 })).toBeNull();
    expect(write(driver, { stateEpoch: 3, leaderEpoch: 4 })).toBe('FENCED_LEADER_EPOCH');
    expect(read(driver, 4)).toEqual({ error: 'FENCED_LEADER_EPOCH' });
    expect(initialize(driver, 2)).toBe('FENCED_STATE_EPOCH');
    expect(write(driver, { key: { ...key, partition: 1 } })).toBe('INVALID_REQUEST');
    expect(write(driver, { key: { ...key, partition: 2 } })).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  test('fences the old leader as soon as a new one has read', () => {
    const driver = start();
    initialize(driver, 1);
    const query = { key, leaderEpoch: 6 };
    expect(isNewLeader(driver.shard, query)).toBe(true);
    driver.submit<ShareStateResult>((shard, reply) => noteLeaderEpoch(shard, { ...query, reply }));
    expect(isNewLeader(driver.shard, query)).toBe(false);
    expect(write(driver, { leaderEpoch: 5 })).toBe('FENCED_LEADER_EPOCH');
  });

  test('forgets what was delivered where the group begins anew', () => {
    const driver = start();
    initialize(driver, 1);
    write(driver, { startOffset: 0, batches: [accepted(3, 4)] });
    expect(initialize(driver, 2, 1)).toBeNull();
    expect(read(driver)).toMatchObject({ state: { stateEpoch: 2, startOffset: 1, batches: [] } });
  });

  test('changes nothing when it is told of a beginning that it knows: the answer was lost, or the request late', () => {
    const driver = start();
    initialize(driver, 2, 1);
    write(driver, { stateEpoch: 2, startOffset: 3, batches: [accepted(5, 6)] });
    driver.holdCommits = true;
    write(driver, { stateEpoch: 2, batches: [accepted(8, 8)] });
    expect(initialize(driver, 2, 1)).toBeUndefined();
    driver.holdCommits = false;
    driver.commit();
    expect(initialize(driver, 2)).toBeNull();
    expect(read(driver)).toMatchObject({
      state: { startOffset: 3, batches: [accepted(5, 6), accepted(8, 8)] },
    });
  });

  test('takes nothing back that is done with, though an older update comes late', () => {
    const driver = start();
    initialize(driver, 1, 0);
    const released = { firstOffset: 4, lastOffset: 9, deliveryState: 0, deliveryCount: 1 } as const;
    write(driver, { startOffset: 2, batches: [accepted(5, 6)] });
    write(driver, { startOffset: 0, batches: [released] });
    const wanted = {
      state: {
        startOffset: 2,
        batches: [{ ...released, lastOffset: 4 }, accepted(5, 6), { ...released, firstOffset: 7 }],
      },
    };
    expect(read(driver)).toMatchObject(wanted);
    expect(read(start(driver.log))).toMatchObject(wanted);
  });

  test('forgets a partition that is deleted, and those of a topic that is', () => {
    const driver = start();
    initialize(driver, 1);
    initialize(driver, 1, 0, 1);
    forget(driver, UNSET);
    expect(read(driver)).toEqual({ error: 'INVALID_REQUEST' });
    expect(summarizeShareState(driver.shard, key)).toMatchObject({
      error: null,
      state: { startOffset: UNSET },
    });
    isThere = false;
    driver.run(dropDeletedTopics);
    expect([...driver.shard.all()]).toEqual([]);
  });

  test('forgets what is of a topic that was deleted while nobody had its log', () => {
    const driver = start();
    initialize(driver, 1);
    isThere = false;
    expect([...start(driver.log).shard.all()]).toEqual([]);
  });

  test('keeps what began after the state that is to be forgotten: the request is late', () => {
    const driver = start();
    initialize(driver, 5, 7);
    expect(forget(driver, 4)).toBeNull();
    expect(read(driver)).toMatchObject({ state: { startOffset: 7 } });
    forget(driver, 5);
    expect(read(driver)).toEqual({ error: 'INVALID_REQUEST' });
  });

  test('takes partitions along that nobody writes of, so that the log can be cut', () => {
    const driver = start([], 10);
    initialize(driver, 1);
    initialize(driver, 1, 0, 1);
    const busy = { ...key, partition: 1 };
    for (let offset = 0; offset < 6_000; offset++) write(driver, { key: busy, startOffset: offset });
    expect(driver.shard.redundantBelow).toBe(0);
    driver.run(snapshotColdPartitions);
    expect(driver.shard.redundantBelow).toBeGreaterThan(5_900);
    const cut = driver.log.map((entry, offset): LogEntry<ShareStateRecord> | null =>
      offset < driver.shard.redundantBelow ? null : entry,
    );
    expect(read(start(cut.filter((entry) => entry !== null)))).toMatchObject({ error: null });
  });
});
