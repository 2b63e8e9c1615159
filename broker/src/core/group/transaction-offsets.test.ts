import { ZERO_UUID } from '@millrace/foundation/types';
import { describe, expect, it } from 'vitest';
import { GroupDriver } from '../../testing/group-driver.ts';
import { testGroupRules } from '../../testing/group-rules.ts';
import {
  type CommitResult,
  commitOffsets,
  commitTransactionOffsets,
  type OffsetToCommit,
} from './commit-offsets.ts';
import { deleteGroup } from './delete-group.ts';
import { endGroupTransaction } from './end-transaction.ts';
import { expireOffsets } from './expire-offsets.ts';
import { fetchOffsets } from './fetch-offsets.ts';

const rules = testGroupRules({
  initialRebalanceDelayMs: 0,
  offsetMetadataMaxBytes: 5,
  offsetsRetentionMs: 100_000,
});

const nobody = { group: 'g', generation: -1, memberId: '', instanceId: null };
const at = (offset: number, partition = 0): OffsetToCommit[] => [
  { topic: 'orders', topicId: ZERO_UUID, partition, offset, leaderEpoch: -1, metadata: null },
];

function pending(driver: GroupDriver, producerId: number, offset: number, more: object = {}) {
  const producer = { producerId, producerEpoch: 0 };
  const reply = driver.submit<CommitResult>((shard, to, now) =>
    commitTransactionOffsets(shard, { ...nobody, reply: to, producer, offsets: at(offset), ...more }, now),
  );
  return driver.answer(reply);
}

function plain(driver: GroupDriver, offset: number): void {
  driver.run((shard, now) =>
    commitOffsets(
      shard,
      { ...nobody, reply: 999, retentionMs: -1, knowsGroupIdNotFound: true, offsets: at(offset) },
      now,
    ),
  );
}

function end(driver: GroupDriver, producerId: number, isAbort = false): unknown {
  const reply = driver.submit<{ error: string | null }>((_shard, to) =>
    endGroupTransaction({
      reply: to,
      end: { producerId, producerEpoch: 0, isAbort, coordinatorEpoch: 0, transactionVersion: 0 },
    }),
  );
  return driver.answer(reply);
}

function told(driver: GroupDriver, requireStable: boolean) {
  const topics = [{ topic: 'orders', partitions: [0] }];
  const result = fetchOffsets(driver.shard, {
    group: 'g',
    topics,
    requireStable,
    memberId: null,
    memberEpoch: -1,
  });
  const found = result.error === null ? result.topics[0]?.partitions[0] : undefined;
  return found?.isUnstable === true ? 'unstable' : (found?.committed?.offset ?? null);
}

describe('offsets that are committed in a transaction', () => {
  it('count from its marker on, also after a restart in between', () => {
    const driver = new GroupDriver(rules);
    expect(pending(driver, 1, 7)).toEqual({ error: null, offsets: [null] });
    expect([told(driver, false), told(driver, true)]).toEqual([null, 'unstable']);
    const after = new GroupDriver(rules, driver.log);
    expect(told(after, true)).toBe('unstable');
    expect(end(after, 1)).toEqual({ error: null });
    expect([told(after, false), told(after, true)]).toEqual([7, 7]);
    expect(told(new GroupDriver(rules, after.log), true)).toBe(7);
  });

  it('are dropped when it is aborted', () => {
    const driver = new GroupDriver(rules);
    plain(driver, 3);
    pending(driver, 1, 7);
    expect([told(driver, false), told(driver, true)]).toEqual([3, 'unstable']);
    end(driver, 1, true);
    expect(told(driver, true)).toBe(3);
    expect(told(new GroupDriver(rules, driver.log), true)).toBe(3);
  });

  it('do not take the place of one that was committed after them', () => {
    const driver = new GroupDriver(rules);
    pending(driver, 1, 7);
    plain(driver, 9);
    end(driver, 1);
    expect(told(driver, true)).toBe(9);
    pending(driver, 2, 11);
    pending(driver, 3, 12);
    end(driver, 3);
    expect([told(driver, false), told(driver, true)]).toEqual([12, 'unstable']);
    end(driver, 2);
    expect(told(driver, true)).toBe(12);
  });

  it('go with their group when it is deleted, and keep it from being forgotten before', () => {
    const driver = new GroupDriver(rules);
    pending(driver, 1, 7);
    driver.advance(1_000_000);
    driver.run(expireOffsets);
    expect(driver.shard.groups.has('g')).toBe(true);
    driver.submit<{ error: string | null }>((shard, reply) => deleteGroup(shard, { reply, group: 'g' }));
    end(driver, 1);
    expect(told(driver, true)).toBeNull();
    expect(driver.shard.groups.has('g')).toBe(false);
  });

  it('are refused to who says that it is a member and is not, and taken from who does not say so', () => {
    const driver = new GroupDriver(rules);
    expect(pending(driver, 1, 7, { generation: 3 })).toEqual({ error: 'ILLEGAL_GENERATION' });
    pending(driver, 1, 7);
    expect(pending(driver, 1, 7, { generation: 3, memberId: 'm' })).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
    expect(pending(driver, 1, 7, { instanceId: 'i', generation: 0 })).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
    const large = { offsets: at(8).map((offset) => ({ ...offset, metadata: 'too much' })) };
    expect(pending(driver, 1, 8, large)).toEqual({ error: null, offsets: ['OFFSET_METADATA_TOO_LARGE'] });
  });
});
