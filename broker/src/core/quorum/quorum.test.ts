import { ZERO_UUID } from '@millrace/foundation/types';
import { describe, expect, it } from 'vitest';
import type { Election, Voter } from './election.ts';
import type { FetchFrom, VoteRequest } from './messages.ts';
import { Quorum, type QuorumEffect, type QuorumOptions } from './quorum.ts';
import { positionOf, type QuorumLog } from './quorum-log.ts';

const voter = (id: number): Voter => ({ id, directoryId: ZERO_UUID });
const voters = [voter(1), voter(2), voter(3)];

/** A log of one epoch. */
const log = (endOffset = 0, lastEpoch = -1): QuorumLog & { endOffset: number } => ({
  startOffset: 0,
  endOffset,
  lastEpoch,
  snapshot: null,
  endOfEpoch: (epoch) =>
    epoch >= lastEpoch ? { epoch: lastEpoch, offset: endOffset } : { epoch: 0, offset: 0 },
});

function quorum(more: Partial<QuorumOptions> = {}): Quorum {
  return new Quorum({
    nodeId: 1,
    directoryId: 'dir-1',
    voters: [voter(1)],
    election: null,
    log: log(),
    electionTimeoutMs: 1_000,
    fetchTimeoutMs: 2_000,
    random: () => 0.5,
    ...more,
  });
}

const kinds = (effects: readonly QuorumEffect[]) => effects.map((effect) => effect.kind);
const persisted = (effects: readonly QuorumEffect[]): readonly Election[] =>
  effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.election] : []));
const sentVote = (effects: readonly QuorumEffect[]): VoteRequest => {
  const sent = effects.find((effect) => effect.kind === 'send-vote');
  if (sent?.kind !== 'send-vote') throw new Error('no vote was asked for');
  return sent.request;
};
const granted = (epoch: number) => ({ error: null, isGranted: true, leaderId: null, epoch });
const refused = (epoch: number, leaderId: number | null = null) => ({
  error: null,
  isGranted: false,
  leaderId,
  epoch,
});
const asks = (id: number, epoch: number, more: Partial<VoteRequest> = {}): VoteRequest => ({
  candidate: voter(id),
  epoch,
  lastEpoch: 0,
  endOffset: 0,
  isPreVote: false,
  ...more,
});

/** Leads epoch 1 of three voters. */
function leader(more: Partial<QuorumOptions> = {}): Quorum {
  const one = quorum({ voters, ...more });
  one.start(0);
  const pre = sentVote(one.timeout(0));
  const request = sentVote(one.onVoteReply(2, pre, granted(0), 0));
  one.onVoteReply(2, request, granted(1), 0);
  return one;
}

describe('a quorum of one', () => {
  it('votes for itself on disk, then leads, then appends', () => {
    const effects = quorum().start(0);
    expect(kinds(effects)).toEqual(['persist', 'persist', 'append-leader-change']);
    expect(persisted(effects)).toEqual([
      { epoch: 1, leaderId: null, voted: { id: 1, directoryId: 'dir-1' } },
      { epoch: 1, leaderId: 1, voted: null },
    ]);
  });

  it('leads a later epoch at each start, and never one that the log has seen', () => {
    const election = { epoch: 7, leaderId: 1, voted: null };
    expect(persisted(quorum({ election, log: log(9, 7) }).start(0)).at(-1)?.epoch).toBe(8);
    expect(persisted(quorum({ log: log(9, 4) }).start(0)).at(-1)?.epoch).toBe(5);
  });

  it('commits what is on its disk once that takes in its LeaderChange record', () => {
    const one = quorum({ log: log(10, 1) });
    one.start(0);
    expect(one.replicated(10, 0)).toEqual([]);
    expect(one.replicated(11, 0)).toEqual([{ kind: 'committed', highWatermark: 11 }]);
    expect(one.replicated(11, 0)).toEqual([]);
    expect(one.replicated(15, 0)).toEqual([{ kind: 'committed', highWatermark: 15 }]);
  });
});

describe('an election', () => {
  it('asks first whether it would be won, and disturbs no epoch before', () => {
    const one = quorum({ voters });
    expect(one.start(0)).toEqual([{ kind: 'timer', afterMs: 300 }]);
    const asked = one.timeout(0);
    expect(kinds(asked)).toEqual(['send-vote', 'timer']);
    expect(sentVote(asked)).toMatchObject({ isPreVote: true, epoch: 0 });
    const stands = one.onVoteReply(3, sentVote(asked), granted(0), 0);
    expect(kinds(stands)).toEqual(['persist', 'send-vote', 'timer']);
    const wins = one.onVoteReply(3, sentVote(stands), granted(1), 0);
    expect(kinds(wins)).toEqual(['persist', 'append-leader-change', 'send-begin-epoch', 'timer']);
    expect(wins).toContainEqual({ kind: 'append-leader-change', epoch: 1, granting: [1, 3] });
  });

  it('counts no vote of another epoch, and follows whoever has won meanwhile', () => {
    const one = quorum({ voters });
    one.start(0);
    const stands = one.onVoteReply(3, sentVote(one.timeout(0)), granted(0), 0);
    expect(one.onVoteReply(2, asks(1, 0), granted(0), 0)).toEqual([]);
    expect(one.role.kind).toBe('candidate');
    const learns = one.onVoteReply(2, sentVote(stands), refused(4, 2), 0);
    expect(persisted(learns)).toEqual([{ epoch: 4, leaderId: 2, voted: null }]);
    expect(one.leaderId).toBe(2);
  });

  it('grants one vote in an epoch, and only to a log that has everything', () => {
    const one = quorum({ voters, log: log(5, 2), election: { epoch: 2, leaderId: null, voted: null } });
    one.start(0);
    const behind = one.onVote(asks(2, 3, { lastEpoch: 2, endOffset: 4 }));
    expect(behind.reply).toMatchObject({ isGranted: false, epoch: 3 });
    const fitting = one.onVote(asks(3, 3, { lastEpoch: 2, endOffset: 5 }));
    expect(fitting.reply.isGranted).toBe(true);
    expect(persisted(fitting.effects).at(-1)?.voted).toEqual(voter(3));
    expect(one.onVote(asks(2, 3, { lastEpoch: 9, endOffset: 9 })).reply.isGranted).toBe(false);
    expect(one.onVote(asks(3, 3, { lastEpoch: 2, endOffset: 5 })).reply.isGranted).toBe(true);
    expect(one.onVote(asks(3, 2)).reply.error).toBe('FENCED_LEADER_EPOCH');
  });

  it('is for voters, and moves no epoch for others', () => {
    const one = quorum({ voters, election: { epoch: 3, leaderId: null, voted: null } });
    const stranger = one.onVote(asks(9, 4));
    expect(stranger).toEqual({
      effects: [],
      reply: { error: null, isGranted: false, leaderId: null, epoch: 3 },
    });
    const observer = quorum({ voters: [voter(2), voter(3)] });
    expect(observer.onVote(asks(2, 4)).reply).toMatchObject({ error: null, isGranted: false, epoch: 0 });
  });

  it.each<[string, Partial<VoteRequest>]>([
    ['a last epoch that it stands for only now', { lastEpoch: 4 }],
    ['a last epoch after its own', { lastEpoch: 5 }],
    ['a last epoch after its own, before it stands', { lastEpoch: 5, isPreVote: true }],
    ['no last epoch', { lastEpoch: -1 }],
    ['no end', { endOffset: -1 }],
    ['nobody who stands', { candidate: voter(-1) }],
    ['such a log, in an older epoch too', { epoch: 2, lastEpoch: 2 }],
  ])('is not asked for with %s', (_what, more) => {
    const one = quorum({ voters, election: { epoch: 3, leaderId: null, voted: null } });
    expect(one.onVote(asks(2, 4, more)).reply).toMatchObject({ error: 'INVALID_REQUEST', epoch: 3 });
    expect(one.onVote(asks(2, 3, { lastEpoch: 3, isPreVote: true })).reply.isGranted).toBe(true);
  });

  it('is not given where another voter is meant', () => {
    const one = quorum({ voters });
    const another = 'INVALID_VOTER_KEY';
    expect(one.onVote(asks(2, 1), voter(3)).reply.error).toBe(another);
    expect(one.onVote(asks(2, 1), { id: 1, directoryId: 'dir-2' }).reply.error).toBe(another);
    expect(one.onVote(asks(2, 1), voter(1)).reply.isGranted).toBe(true);
    expect(one.onBeginEpoch(2, 1, voter(3)).reply.error).toBe(another);
    expect(one.onBeginEpoch(2, 1, { id: 1, directoryId: 'dir-1' }).reply).toMatchObject({
      error: null,
      leaderId: 2,
    });
  });

  it('does not forget its vote over a restart', () => {
    const one = quorum({ voters, election: { epoch: 3, leaderId: null, voted: voter(3) } });
    one.start(0);
    expect(one.onVote(asks(2, 3)).reply.isGranted).toBe(false);
    const led = quorum({ voters, election: { epoch: 3, leaderId: 1, voted: null } });
    led.start(0);
    expect(led.onVote(asks(2, 3)).reply.isGranted).toBe(false);
  });

  it('is refused by who hears its leader', () => {
    const one = quorum({ voters });
    one.onBeginEpoch(2, 1);
    const pre = asks(3, 1, { isPreVote: true, lastEpoch: 1, endOffset: 9 });
    expect(one.onVote(pre).reply.isGranted).toBe(true);
    one.onFetchReply({ error: null, leaderId: 2, epoch: 1, position: { kind: 'records' } });
    expect(one.onVote(pre).reply.isGranted).toBe(false);
    one.leaderGone(2);
    expect(one.onVote(pre).reply.isGranted).toBe(true);
  });

  it('that nobody wants leads back to the leader', () => {
    const one = quorum({ voters });
    one.onBeginEpoch(2, 1);
    const pre = sentVote(one.timeout(0));
    one.onVoteReply(2, pre, refused(1), 0);
    one.onVoteReply(3, pre, refused(1), 0);
    expect(one.role).toMatchObject({ kind: 'follower', leaderId: 2 });
  });
});

describe('a leader', () => {
  const long: QuorumLog = { ...log(), endOfEpoch: () => ({ epoch: 1, offset: 100 }) };
  const from = (replicaId: number, endOffset: number, lastEpoch = 1) => ({
    replicaId,
    leaderEpoch: 1,
    endOffset,
    lastEpoch,
    maxWaitMs: 0,
  });

  it('commits what two of three have on disk, and never goes back', () => {
    const one = leader({ log: long });
    one.replicated(9, 0);
    expect(one.onFetch(from(3, 4), 0).effects).toEqual([{ kind: 'committed', highWatermark: 4 }]);
    expect(one.onFetch(from(2, 6), 0).effects).toEqual([{ kind: 'committed', highWatermark: 6 }]);
    expect(one.onFetch(from(2, 1), 0).effects).toEqual([]);
    expect(one.highWatermark).toBe(6);
  });

  it('does not count observers', () => {
    const one = leader({ log: long });
    one.replicated(9, 0);
    expect(one.onFetch(from(7, 9), 0).effects).toEqual([]);
  });

  it('gives up without a majority that fetches, and says who should follow', () => {
    const one = leader({ log: long });
    one.onFetch(from(3, 4), 100);
    expect(kinds(one.timeout(2_000))).toEqual(['send-begin-epoch', 'timer']);
    const gives = one.timeout(3_200);
    expect(gives[0]).toMatchObject({ kind: 'send-end-epoch', candidates: [3, 2] });
    expect(one.role.kind).toBe('unattached');
    expect(one.onVote(asks(2, 1)).reply.isGranted).toBe(false);
  });

  it('does not miss a voter that reads its snapshot', () => {
    const one = leader({ log: long });
    one.timeout(2_000);
    one.onFetchSnapshot(2, 2_500);
    one.onFetchSnapshot(9, 2_500);
    expect(kinds(one.timeout(3_200))).toEqual(['send-begin-epoch', 'timer']);
    expect(one.role.kind).toBe('leader');
    one.timeout(5_600);
    expect(one.role.kind).toBe('unattached');
  });

  it('sends away who asks in another epoch', () => {
    const one = leader();
    expect(one.onFetch({ ...from(2, 0, 0), leaderEpoch: 0 }, 0).reply.error).toBe('FENCED_LEADER_EPOCH');
    expect(one.onFetch({ ...from(2, 0), leaderEpoch: 5 }, 0).reply.error).toBe('UNKNOWN_LEADER_EPOCH');
    const follower = quorum({ voters });
    follower.onBeginEpoch(3, 1);
    expect(follower.onFetch(from(2, 0), 0).reply).toMatchObject({
      error: 'NOT_LEADER_OR_FOLLOWER',
      leaderId: 3,
    });
    expect(one.onBeginEpoch(2, 1).reply.error).toBe('INCONSISTENT_VOTER_SET');
    expect(one.onBeginEpoch(1, 1).reply.error).toBeNull();
    expect(one.onBeginEpoch(-1, 1).reply.error).toBe('INVALID_REQUEST');
    expect(one.onEndEpoch(-1, 1, [], 0).reply.error).toBe('INVALID_REQUEST');
  });

  it.each<[string, Partial<FetchFrom>]>([
    ['an offset below zero', { endOffset: -5 }],
    ['no last epoch', { lastEpoch: -1 }],
    ['a last epoch after the one that it knows', { lastEpoch: 2 }],
    ['nobody for its leader', { leaderEpoch: -1 }],
    ['no time to wait', { maxWaitMs: -1 }],
  ])('answers no reader with %s', (_what, more) => {
    const one = leader({ log: long });
    one.replicated(9, 0);
    expect(one.onFetch({ ...from(2, 9), ...more }, 0)).toMatchObject({
      effects: [],
      reply: { error: 'INVALID_REQUEST', leaderId: 1, epoch: 1 },
    });
  });
});

describe('a position in the log', () => {
  it('is one of the same log, of another, or in the snapshot', () => {
    const own: QuorumLog = {
      ...log(10, 2),
      endOfEpoch: (epoch) => (epoch >= 2 ? { epoch: 2, offset: 10 } : { epoch: 1, offset: 6 }),
    };
    expect(positionOf(own, 10, 2)).toEqual({ kind: 'records' });
    expect(positionOf(own, 6, 1)).toEqual({ kind: 'records' });
    expect(positionOf(own, 8, 1)).toEqual({ kind: 'diverging', epoch: 1, endOffset: 6 });
    const id = { endOffset: 5, epoch: 1 };
    const cut: QuorumLog = { ...own, startOffset: 5, snapshot: id };
    expect(positionOf(cut, 3, 1)).toEqual({ kind: 'snapshot', id });
    expect(positionOf(cut, 5, 1)).toEqual({ kind: 'records' });
    expect(positionOf(cut, 0, -1)).toEqual({ kind: 'snapshot', id });
  });

  it('is cut back to where both logs agree', () => {
    const own: QuorumLog = {
      ...log(10, 2),
      endOfEpoch: (epoch) => (epoch >= 2 ? { epoch: 2, offset: 10 } : { epoch: 1, offset: 6 }),
    };
    const one = quorum({ voters, log: own });
    expect(one.truncationOffset({ kind: 'diverging', epoch: 2, endOffset: 8 })).toBe(8);
    expect(one.truncationOffset({ kind: 'diverging', epoch: 1, endOffset: 9 })).toBe(6);
  });
});
