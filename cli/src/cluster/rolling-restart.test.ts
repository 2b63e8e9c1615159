import { MillraceError } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { type ClusterState, troublesOf } from './cluster-state.ts';
import { moveLeadersBack, rollOrder } from './rolling-restart.ts';

const broker = (id: number, more: object = {}) => ({
  ...{ id, host: 'h', port: 9_000 + id, rack: null, fenced: false, leads: 0, replicas: 0, behind: 0 },
  ...more,
});
const member = (id: number, role: 'leader' | 'voter' | 'observer', more: object = {}) => ({
  ...{ id, role, endOffset: 10, lag: 0, silentMs: 0, endpoint: { host: 'c', port: 100 + id } },
  ...more,
});
const state = (more: Partial<ClusterState> = {}): ClusterState => ({
  clusterId: 'c',
  brokers: [broker(1), broker(2), broker(3)],
  quorum: {
    ...{ leaderId: 2, leaderEpoch: 1, highWatermark: 10 },
    members: [member(1, 'voter'), member(2, 'leader'), member(3, 'observer'), member(9, 'voter')],
  },
  partitions: 4,
  underReplicated: [],
  offline: [],
  ...more,
});

test('nodes are restarted in order, controllers that are no brokers too, and the leader of the quorum last', () => {
  expect(rollOrder(state()).map(({ id, port }) => [id, port])).toEqual([
    [1, 9_001],
    [3, 9_003],
    [9, 109],
    [2, 9_002],
  ]);
});

test('a cluster is whole when nothing is behind, and says what is', () => {
  expect(troublesOf(state())).toEqual([]);
  const { quorum } = state();
  const members = [member(1, 'voter', { lag: 5_000 }), member(9, 'voter', { silentMs: 60_000 })];
  const ill = state({
    brokers: [broker(1, { fenced: true })],
    quorum: { ...quorum, leaderId: null, members },
    underReplicated: ['t-0', 't-1'],
    offline: ['t-0'],
  });
  expect(troublesOf(ill)).toEqual([
    'broker 1 is fenced',
    'the quorum has no leader',
    'voter 1 of the quorum is behind',
    'voter 9 of the quorum is behind',
    '1 partition is without a leader',
    '2 partitions are with replicas behind',
  ]);
  // Who only looks on may be behind.
  const onlooker = member(7, 'observer', { lag: 9_000 });
  expect(troublesOf(state({ quorum: { ...quorum, members: [onlooker] } }))).toEqual([]);
});

test('leaders go back in the end, and those that cannot are named', async () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const after = (...errors: (MillraceError | null)[]) => ({
    say,
    admin: {
      electPreferredLeaders: () =>
        Promise.resolve(errors.map((error, partition) => ({ topic: 'orders', partition, error }))),
    },
  });
  await moveLeadersBack(after(null, null));
  expect(said).toEqual(['leaders: 2 went back to their preferred replicas']);
  const behind = new MillraceError('Behind.', { code: 'PREFERRED_LEADER_NOT_AVAILABLE', class: 'transient' });
  await expect(moveLeadersBack(after(null, behind))).rejects.toThrow(/orders-1 \(Behind\.\)/);
  const admin = { electPreferredLeaders: () => Promise.reject(behind) };
  await expect(moveLeadersBack({ admin, say })).rejects.toMatchObject({
    details: { code: 'LEADERS_NOT_MOVED' },
  });
});
