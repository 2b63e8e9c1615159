import { describe, expect, it } from 'vitest';
import { LeaderReplicas, type LeaderReplicasOptions } from './leader-replicas.ts';

function replicas(more: Partial<LeaderReplicasOptions> = {}): LeaderReplicas {
  return new LeaderReplicas({
    nodeId: 1,
    replicas: [1, 2, 3],
    isr: [1, 2, 3],
    partitionEpoch: 5,
    epochStartOffset: 10,
    nowMs: 0,
    ...more,
  });
}

const fetches = (of: LeaderReplicas, id: number, endOffset: number, more: object = {}) =>
  of.fetched({ id, brokerEpoch: id * 100, endOffset, leaderEndOffset: 20, nowMs: 1_000, ...more });
const now = (more: object = {}) => ({
  nowMs: 1_000,
  lagMaxMs: 30_000,
  highWatermark: 10,
  leaderEndOffset: 20,
  mayJoin: () => true,
  ...more,
});
const ids = (wanted: ReturnType<LeaderReplicas['wanted']>) => wanted?.isr.map(({ id }) => id);

describe('the replicas of a partition, to its leader', () => {
  it('have committed what all in sync have', () => {
    const of = replicas();
    expect(of.committedTo(20)).toBe(-1);
    fetches(of, 2, 15);
    expect(of.committedTo(20)).toBe(-1);
    fetches(of, 3, 12);
    expect(of.committedTo(20)).toBe(12);
    expect(of.committedTo(11)).toBe(11);
    expect(of.fetched({ id: 9, brokerEpoch: 1, endOffset: 9, leaderEndOffset: 9, nowMs: 0 })).toBe(false);
  });

  it('leave the set when they lag for too long, and still count until that is committed', () => {
    const of = replicas();
    fetches(of, 2, 20);
    fetches(of, 3, 15);
    expect(of.wanted(now({ nowMs: 30_000 }))).toBeNull();
    const wanted = of.wanted(now({ nowMs: 30_001 }));
    expect(ids(wanted)).toEqual([1, 2]);
    of.asked(wanted!);
    expect(of.committedTo(20)).toBe(15);
    expect(of.wanted(now({ nowMs: 40_000 }))).toBeNull();
    of.follow({ isr: [1, 2], partitionEpoch: 6, nowMs: 0 });
    expect(of.committedTo(20)).toBe(20);
  });

  it('lag no more than what they had at the fetch before', () => {
    const of = replicas({ isr: [1, 2] });
    fetches(of, 2, 15, { nowMs: 20_000, leaderEndOffset: 18 });
    fetches(of, 2, 18, { nowMs: 25_000, leaderEndOffset: 30 });
    expect(of.followers.get(2)?.caughtUpMs).toBe(20_000);
    expect(of.wanted(now({ nowMs: 50_000, leaderEndOffset: 30, mayJoin: () => false }))).toBeNull();
    expect(ids(of.wanted(now({ nowMs: 50_001, leaderEndOffset: 30, mayJoin: () => false })))).toEqual([1]);
  });

  it('join the set when they have what is committed, and count from the wish on', () => {
    const of = replicas({ isr: [1, 2] });
    fetches(of, 2, 20);
    fetches(of, 3, 9);
    expect(of.wanted(now())).toBeNull();
    fetches(of, 3, 11);
    expect(of.wanted(now({ highWatermark: 12 }))).toBeNull();
    expect(of.wanted(now({ mayJoin: () => false }))).toBeNull();
    const wanted = of.wanted(now());
    expect(wanted).toEqual({
      isr: [
        { id: 1, epoch: -1 },
        { id: 2, epoch: 200 },
        { id: 3, epoch: 300 },
      ],
      partitionEpoch: 5,
    });
    expect(of.committedTo(20)).toBe(20);
    of.asked(wanted!);
    expect(of.committedTo(20)).toBe(11);
    of.refused();
    expect(of.committedTo(20)).toBe(20);
  });

  it('must have what was there when the leader epoch began', () => {
    const of = replicas({ isr: [1], epochStartOffset: 15 });
    fetches(of, 2, 14);
    expect(of.wanted(now({ highWatermark: 0 }))).toBeNull();
    fetches(of, 2, 15);
    expect(ids(of.wanted(now({ highWatermark: 0 })))).toEqual([1, 2]);
  });

  it('go on to count while nobody knows what became of a wish, until another one settles it', () => {
    const of = replicas({ isr: [1, 2] });
    fetches(of, 2, 20);
    fetches(of, 3, 12);
    of.asked(of.wanted(now())!);
    of.unanswered();
    expect(of.committedTo(20)).toBe(12);
    const settles = of.wanted(now({ mayJoin: () => false }));
    expect(ids(settles)).toEqual([1, 2]);
    of.asked(settles!);
    expect(of.committedTo(20)).toBe(12);
    of.follow({ isr: [1, 2], partitionEpoch: 6, nowMs: 0 });
    expect(of.committedTo(20)).toBe(20);
  });

  it('go on to count when a wish is refused that followed one without an answer: that one may come true late', () => {
    const of = replicas({ isr: [1, 2] });
    fetches(of, 2, 20);
    fetches(of, 3, 12);
    of.asked(of.wanted(now())!);
    expect(of.isAsking).toBe(true);
    of.unanswered();
    expect(of.isAsking).toBe(false);
    of.asked(of.wanted(now())!);
    of.refused();
    expect(of.committedTo(20)).toBe(12);
    expect(of.isUnanswered).toBe(true);
    of.follow({ isr: [1, 2], partitionEpoch: 6, nowMs: 0 });
    expect(of.committedTo(20)).toBe(20);
    of.asked(of.wanted(now())!);
    of.refused();
    expect(of.committedTo(20)).toBe(20);
  });

  it('count no fetch of a registration before the last one: what it had then may be lost', () => {
    const of = replicas();
    fetches(of, 2, 12);
    fetches(of, 3, 12);
    expect(fetches(of, 3, 20, { brokerEpoch: 299 })).toBe(false);
    fetches(of, 2, 20);
    expect(of.committedTo(20)).toBe(12);
  });

  it('take no old news', () => {
    const of = replicas();
    of.follow({ isr: [1], partitionEpoch: 5, nowMs: 0 });
    expect(of.isr).toEqual([1, 2, 3]);
  });
});
