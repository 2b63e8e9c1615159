import { describe, expect, it } from 'vitest';
import { alive, InstantController } from '../../testing/instant-controller.ts';
import { incrementalAlterConfigs } from './alter-configs.ts';
import { alterPartitions } from './alter-partition.ts';
import { fenceBroker, heartbeatBroker } from './brokers.ts';
import { balanceLeaders, electLeaders, electMissingLeaders } from './elect-leaders.ts';
import { alterPartitionReassignments } from './reassign-partitions.ts';

/** Brokers 1 to 4 with one partition on these. */
class Cluster extends InstantController {
  readonly name: string;

  constructor(replicas: readonly number[], name = 'orders') {
    super(alive(1), alive(2), alive(3), alive(4));
    this.name = name;
    this.create({ name, assignments: [{ partition: 0, brokerIds: replicas }] });
  }

  get partition() {
    return this.image.topicsByName.get(this.name)!.partitions[0]!;
  }

  reassign(replicas: readonly number[] | null, more: object = {}) {
    const topics = [{ name: this.name, partitions: [{ partition: 0, replicas }], ...more }];
    const command = { allowReplicationFactorChange: true, topics };
    return this.decide((input) => alterPartitionReassignments(input, command))[0]!.partitions[0]!.error;
  }

  /** The leader's wish. */
  inSync(...isr: readonly number[]) {
    const { leader, leaderEpoch, partitionEpoch } = this.partition;
    const { id: topicId } = this.image.topicsByName.get(this.name)!;
    const asked = { topicId, partition: 0, leaderEpoch, partitionEpoch };
    const members = isr.map((id) => ({ id, epoch: -1 }));
    const { epoch } = this.image.brokers.get(leader)!;
    const result = this.decide((input) =>
      alterPartitions(input, { brokerId: leader, epoch, partitions: [{ ...asked, isr: members }] }),
    );
    return result.error ?? (result.error === null ? result.partitions[0]!.error : null);
  }

  fence(id: number) {
    this.decide((input) => fenceBroker(input, id));
  }

  comesBack(brokerId: number) {
    const { epoch } = this.image.brokers.get(brokerId)!;
    const beat = { brokerId, epoch, metadataOffset: 1_000, wantsFence: false, wantsShutdown: false };
    this.decide((input) => heartbeatBroker(input, beat));
  }
}

describe('reassigning a partition', () => {
  it('brings the new replicas in, and drops the old ones when all new ones are in sync', () => {
    const cluster = new Cluster([1, 2]);
    expect(cluster.reassign([3, 4])).toBeNull();
    expect(cluster.partition).toMatchObject({
      replicas: [3, 4, 1, 2],
      adding: [3, 4],
      removing: [1, 2],
      directories: ['dir-3', 'dir-4', 'dir-1', 'dir-2'],
      isr: [1, 2],
      leader: 1,
      leaderEpoch: 0,
    });
    expect(cluster.inSync(1, 2, 3)).toBeNull();
    expect(cluster.partition).toMatchObject({ isr: [1, 2, 3], adding: [3, 4], leader: 1 });
    // The leader that asks is among those that go.
    expect(cluster.inSync(1, 2, 3, 4)).toBe('NEW_LEADER_ELECTED');
    expect(cluster.partition).toMatchObject({
      replicas: [3, 4],
      adding: [],
      removing: [],
      directories: ['dir-3', 'dir-4'],
      isr: [3, 4],
      leader: 3,
      leaderEpoch: 1,
    });
  });

  it('keeps a leader that stays, in a new epoch, so that who has gone is no follower any more', () => {
    const cluster = new Cluster([1, 2]);
    cluster.reassign([1, 3]);
    expect(cluster.inSync(1, 2, 3)).toBeNull();
    expect(cluster.partition).toMatchObject({ replicas: [1, 3], isr: [1, 3], leader: 1, leaderEpoch: 1 });
  });

  it('has at once what needs nobody new: another order, fewer replicas', () => {
    const cluster = new Cluster([1, 2, 3]);
    expect(cluster.reassign([3, 2, 1])).toBeNull();
    expect(cluster.partition).toMatchObject({
      replicas: [3, 2, 1],
      adding: [],
      removing: [],
      leaderEpoch: 0,
    });
    expect(cluster.reassign([2])).toBeNull();
    expect(cluster.partition).toMatchObject({
      replicas: [2],
      isr: [2],
      leader: 2,
      leaderEpoch: 1,
      removing: [],
    });
  });

  it('changes nothing where the partition is as asked', () => {
    const cluster = new Cluster([1, 2]);
    const { partition } = cluster;
    expect(cluster.reassign([1, 2])).toBeNull();
    expect(cluster.partition).toEqual(partition);
  });

  it('is taken back: what it was adding goes, what it was removing stays', () => {
    const cluster = new Cluster([1, 2]);
    expect(cluster.reassign(null)).toBe('NO_REASSIGNMENT_IN_PROGRESS');
    cluster.reassign([3, 4]);
    cluster.inSync(1, 2, 3);
    expect(cluster.reassign(null)).toBeNull();
    expect(cluster.partition).toMatchObject({ replicas: [1, 2], adding: [], removing: [], isr: [1, 2] });
    expect(cluster.partition).toMatchObject({ leader: 1, leaderEpoch: 1 });
    expect(cluster.reassign(null)).toBe('NO_REASSIGNMENT_IN_PROGRESS');
  });

  it('is not taken back where only new replicas are in sync, unless the topic would rather lose records', () => {
    for (const [name, error] of [
      ['orders', 'INVALID_REPLICA_ASSIGNMENT'],
      ['unclean', null],
    ] as const) {
      const cluster = new Cluster([1], name);
      cluster.reassign([2, 3]);
      cluster.inSync(1, 2);
      cluster.fence(1);
      expect(cluster.partition).toMatchObject({ isr: [2], leader: 2 });
      expect(cluster.reassign(null)).toBe(error);
      cluster.comesBack(1);
      expect(cluster.partition).toMatchObject(
        error === null ? { replicas: [1], isr: [1], leader: 1 } : { adding: [2, 3], isr: [2], leader: 2 },
      );
    }
  });

  it('gives way to another one, which is measured from where the partition was', () => {
    const cluster = new Cluster([1]);
    cluster.reassign([2]);
    expect(cluster.reassign([3])).toBeNull();
    expect(cluster.partition).toMatchObject({ replicas: [3, 1], adding: [3], removing: [1], isr: [1] });
    expect(cluster.reassign([1])).toBeNull();
    expect(cluster.partition).toMatchObject({ replicas: [1], adding: [], removing: [], isr: [1], leader: 1 });
  });

  it('goes on when a new replica is gone for a while', () => {
    const cluster = new Cluster([1]);
    cluster.reassign([2]);
    cluster.fence(2);
    expect(cluster.inSync(1, 2)).toBe('INELIGIBLE_REPLICA');
    cluster.comesBack(2);
    expect(cluster.inSync(1, 2)).toBe('NEW_LEADER_ELECTED');
    expect(cluster.partition).toMatchObject({ replicas: [2], isr: [2], leader: 2 });
  });

  it.each([
    [[9], {}, 'INVALID_REPLICA_ASSIGNMENT'],
    [[], {}, 'INVALID_REPLICA_ASSIGNMENT'],
    [[1, 1], {}, 'INVALID_REPLICA_ASSIGNMENT'],
    [[1], { name: 'nobody' }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [[1], { partitions: [{ partition: 7, replicas: [1] }] }, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ])('to %j (%j) is refused: %s', (replicas, more, error) => {
    expect(new Cluster([1, 2]).reassign(replicas, more)).toBe(error);
  });
});

describe('leaders', () => {
  const elect = (cluster: Cluster, type: 'preferred' | 'unclean') =>
    cluster.decide((input) =>
      electLeaders(input, { type, topics: [{ topic: cluster.name, partitions: [0] }] }),
    )[0]!.partitions[0]!.error;

  it('are the preferred ones again when they are asked for, or by themselves', () => {
    const cluster = new Cluster([1, 2]);
    cluster.fence(1);
    expect(elect(cluster, 'preferred')).toBe('PREFERRED_LEADER_NOT_AVAILABLE');
    cluster.comesBack(1);
    expect(elect(cluster, 'preferred')).toBe('PREFERRED_LEADER_NOT_AVAILABLE');
    cluster.decide(balanceLeaders);
    expect(cluster.partition.leader).toBe(2);
    cluster.inSync(1, 2);
    cluster.decide(balanceLeaders);
    expect(cluster.partition).toMatchObject({ leader: 1, leaderEpoch: 2 });
    expect(elect(cluster, 'preferred')).toBe('ELECTION_NOT_NEEDED');
  });

  it('come from replicas out of sync only where somebody says so', () => {
    const cluster = new Cluster([1, 2]);
    cluster.fence(2);
    cluster.fence(1);
    expect(elect(cluster, 'unclean')).toBe('ELIGIBLE_LEADERS_NOT_AVAILABLE');
    cluster.comesBack(2);
    cluster.decide(electMissingLeaders);
    expect(cluster.partition).toMatchObject({ leader: -1, isr: [1] });
    expect(elect(cluster, 'unclean')).toBeNull();
    expect(cluster.partition).toMatchObject({ leader: 2, isr: [2] });
  });

  it('are found by themselves when the topic allows unclean elections from now on', () => {
    const cluster = new Cluster([1, 2], 'unclean');
    cluster.fence(2);
    cluster.decide((input) => fenceBroker(input, 1));
    cluster.decide(electMissingLeaders);
    expect(cluster.partition.leader).toBe(-1);
    const { image } = cluster;
    const brokers = new Map(image.brokers).set(2, { ...image.brokers.get(2)!, fenced: false });
    cluster.image = { ...image, brokers };
    cluster.decide(electMissingLeaders);
    expect(cluster.partition).toMatchObject({ leader: 2, isr: [2] });
  });

  it('are eligible no more when the set in sync suffices by a new min.insync.replicas', () => {
    const cluster = new Cluster([1, 2], 'safe');
    cluster.fence(2);
    expect(cluster.partition).toMatchObject({ isr: [1], elr: [2] });
    const set = (value: string) =>
      cluster.decide((input) =>
        incrementalAlterConfigs(input, {
          resources: [
            {
              type: 'topic',
              name: 'safe',
              changes: [{ name: 'min.insync.replicas', operation: 'set', value }],
            },
          ],
          validateOnly: false,
        }),
      );
    set('2');
    expect(cluster.partition.elr).toEqual([2]);
    // From here on broker 1 commits alone: broker 2 lacks that, and must not lead without loss being said.
    set('1');
    expect(cluster.partition.elr).toEqual([]);
  });
});
