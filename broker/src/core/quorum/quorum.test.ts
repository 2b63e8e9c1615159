import { describe, expect, it } from 'vitest';
import type { Election, Voter } from './election.ts';
import { Quorum, type QuorumEffect, type QuorumOptions } from './quorum.ts';

const voter = (id: number): Voter => ({ id, directoryId: `dir-${id}` });

function quorum(more: Partial<QuorumOptions> = {}): Quorum {
  return new Quorum({
    nodeId: 1,
    directoryId: 'dir-1',
    voters: [voter(1)],
    election: null,
    logEpoch: -1,
    logEndOffset: 0,
    electionTimeoutMs: 1_000,
    random: () => 0.5,
    ...more,
  });
}

const kinds = (effects: readonly QuorumEffect[]) => effects.map((effect) => effect.kind);
const persisted = (effects: readonly QuorumEffect[]): readonly Election[] =>
  effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.election] : []));

describe('a quorum of one', () => {
  it('votes for itself on disk, then leads, then appends', () => {
    const one = quorum();
    const effects = one.step({ kind: 'start' });
    expect(kinds(effects)).toEqual(['persist', 'persist', 'append-leader-change']);
    expect(persisted(effects)).toEqual([
      { epoch: 1, leaderId: null, voted: voter(1) },
      { epoch: 1, leaderId: 1, voted: null },
    ]);
    expect(one.role.kind).toBe('leader');
  });

  it('leads a later epoch at each start', () => {
    const election = { epoch: 7, leaderId: 1, voted: null };
    expect(persisted(quorum({ election, logEpoch: 7 }).step({ kind: 'start' })).at(-1)?.epoch).toBe(8);
  });

  it('never leads an epoch that the log has seen, though the election was lost', () => {
    expect(persisted(quorum({ logEpoch: 4 }).step({ kind: 'start' })).at(-1)?.epoch).toBe(5);
  });

  it('commits what is on its disk once that takes in its LeaderChange record', () => {
    const one = quorum({ logEndOffset: 10, logEpoch: 1 });
    one.step({ kind: 'start' });
    const flushed = (endOffset: number) => one.step({ kind: 'replicated', voter: 1, endOffset });
    expect(flushed(10)).toEqual([]);
    expect(flushed(11)).toEqual([{ kind: 'committed', highWatermark: 11 }]);
    expect(flushed(11)).toEqual([]);
    expect(flushed(15)).toEqual([{ kind: 'committed', highWatermark: 15 }]);
  });

  it('has no election timeout once it leads', () => {
    const one = quorum();
    one.step({ kind: 'start' });
    expect(one.step({ kind: 'election-timeout' })).toEqual([]);
  });
});

describe('a quorum of three', () => {
  const voters = [voter(1), voter(2), voter(3)];

  it('waits for its election timeout, stands, and leads with a majority', () => {
    const one = quorum({ voters });
    expect(one.step({ kind: 'start' })).toEqual([{ kind: 'timer', afterMs: 1_500 }]);
    const stands = one.step({ kind: 'election-timeout' });
    expect(kinds(stands)).toEqual(['persist', 'timer']);
    const wins = one.step({ kind: 'vote-granted', voter: 3, epoch: 1 });
    expect(kinds(wins)).toEqual(['persist', 'append-leader-change']);
    expect(wins.at(-1)).toMatchObject({ epoch: 1, granting: [1, 3] });
  });

  it('stands again in the next epoch, and counts no vote of the last', () => {
    const one = quorum({ voters });
    one.step({ kind: 'start' });
    one.step({ kind: 'election-timeout' });
    expect(persisted(one.step({ kind: 'election-timeout' }))[0]?.epoch).toBe(2);
    expect(one.step({ kind: 'vote-granted', voter: 2, epoch: 1 })).toEqual([]);
    expect(one.role.kind).toBe('candidate');
  });

  it('commits what two of three have on disk, and never goes back', () => {
    const one = quorum({ voters });
    one.step({ kind: 'start' });
    one.step({ kind: 'election-timeout' });
    one.step({ kind: 'vote-granted', voter: 2, epoch: 1 });
    const replicated = (id: number, endOffset: number) =>
      one.step({ kind: 'replicated', voter: id, endOffset });
    expect(replicated(1, 9)).toEqual([]);
    expect(replicated(3, 4)).toEqual([{ kind: 'committed', highWatermark: 4 }]);
    expect(replicated(2, 6)).toEqual([{ kind: 'committed', highWatermark: 6 }]);
    expect(replicated(2, 1)).toEqual([]);
  });
});

it('refuses to run as somebody who has no vote', () => {
  expect(() => quorum({ voters: [voter(2)] })).toThrow(/voter/);
});
