import { assert, unreachable } from '@millrace/foundation/assert';
import type { Uuid } from '@millrace/foundation/types';
import { type CandidateState, grant, newCandidate, wins } from './candidate.ts';
import { type Election, unattachedElection, type Voter } from './election.ts';
import { type LeaderState, newLeader, replicatedTo } from './leader.ts';

/** What a member of the quorum is. It starts unattached: it knows an epoch, but no leader in it. */
export type QuorumRole = { readonly kind: 'unattached' } | CandidateState | LeaderState;

export type QuorumEvent =
  /** The log is open and the stored election is read. */
  | { readonly kind: 'start' }
  /** The timer of the last `timer` effect ran out. */
  | { readonly kind: 'election-timeout' }
  /** A voter has granted its vote in that epoch. */
  | { readonly kind: 'vote-granted'; readonly voter: number; readonly epoch: number }
  /** A voter's log is on its disk up to there (exclusive); this node's own after each sync. */
  | { readonly kind: 'replicated'; readonly voter: number; readonly endOffset: number };

/**
 * To be done in the listed order, each finished before the next begins. Invariant 4: a vote is on disk before it is
 * told, and an epoch is on disk before anything is appended in it.
 */
export type QuorumEffect =
  /** Write the election to disk, past any loss of power. */
  | { readonly kind: 'persist'; readonly election: Election }
  /** Append the LeaderChange control record: nothing before it counts as committed in this epoch. */
  | { readonly kind: 'append-leader-change'; readonly epoch: number; readonly granting: readonly number[] }
  /** Everything below is committed. */
  | { readonly kind: 'committed'; readonly highWatermark: number }
  | { readonly kind: 'timer'; readonly afterMs: number };

export interface QuorumOptions {
  readonly nodeId: number;
  readonly directoryId: Uuid;
  readonly voters: readonly Voter[];
  /** What was last persisted; null on the first start. */
  readonly election: Election | null;
  /** Epoch of the last record in the log, -1 where there is none. */
  readonly logEpoch: number;
  readonly logEndOffset: number;
  readonly electionTimeoutMs: number;
  /** A float in [0, 1) per election: timeouts are spread, or voters would keep splitting the vote. */
  readonly random: () => number;
}

/**
 * Raft as KRaft speaks it (KIP-595): one voter's view. Deterministic: no clock, no disk. A quorum of one goes the way
 * of any other: it votes for itself in the next epoch, has a majority, and commits what is on a majority's disks.
 */
export class Quorum {
  readonly #options: QuorumOptions;
  #election: Election;
  #role: QuorumRole = { kind: 'unattached' };

  constructor(options: QuorumOptions) {
    assert(
      options.voters.some((voter) => voter.id === options.nodeId),
      'this node is a voter of the quorum',
    );
    this.#options = options;
    const stored = options.election ?? unattachedElection(0);
    // The log may be ahead of the stored election where that was lost: an epoch never comes twice.
    this.#election = stored.epoch >= options.logEpoch ? stored : unattachedElection(options.logEpoch);
  }

  get role(): QuorumRole {
    return this.#role;
  }

  get epoch(): number {
    return this.#election.epoch;
  }

  step(event: QuorumEvent): readonly QuorumEffect[] {
    switch (event.kind) {
      case 'start':
        return this.#onlyVoter() ? this.#campaign() : [this.#electionTimer()];
      case 'election-timeout':
        return this.#role.kind === 'leader' ? [] : this.#campaign();
      case 'vote-granted':
        return this.#voteGranted(event.voter, event.epoch);
      case 'replicated':
        return this.#replicated(event.voter, event.endOffset);
      default:
        return unreachable(event);
    }
  }

  #onlyVoter(): boolean {
    return this.#options.voters.length === 1;
  }

  #campaign(): readonly QuorumEffect[] {
    const { nodeId, directoryId, voters } = this.#options;
    const epoch = this.#election.epoch + 1;
    this.#election = { epoch, leaderId: null, voted: { id: nodeId, directoryId } };
    this.#role = newCandidate(epoch, voters);
    const persist: QuorumEffect = { kind: 'persist', election: this.#election };
    const won = this.#voteGranted(nodeId, epoch);
    return [persist, ...(won.length > 0 ? won : [this.#electionTimer()])];
  }

  #voteGranted(voter: number, epoch: number): readonly QuorumEffect[] {
    if (this.#role.kind !== 'candidate' || this.#role.epoch !== epoch) return [];
    const candidate = grant(this.#role, voter);
    this.#role = candidate;
    if (!wins(candidate)) return [];
    this.#election = { epoch, leaderId: this.#options.nodeId, voted: null };
    this.#role = newLeader(epoch, this.#options.logEndOffset, this.#options.voters);
    return [
      { kind: 'persist', election: this.#election },
      { kind: 'append-leader-change', epoch, granting: [...candidate.granted] },
    ];
  }

  #replicated(voter: number, endOffset: number): readonly QuorumEffect[] {
    if (this.#role.kind !== 'leader') return [];
    const before = this.#role.highWatermark;
    this.#role = replicatedTo(this.#role, voter, endOffset);
    const { highWatermark } = this.#role;
    return highWatermark > before ? [{ kind: 'committed', highWatermark }] : [];
  }

  #electionTimer(): QuorumEffect {
    const { electionTimeoutMs, random } = this.#options;
    return { kind: 'timer', afterMs: electionTimeoutMs + Math.floor(random() * electionTimeoutMs) };
  }
}
