import { assert } from '@millrace/foundation/assert';
import type { Uuid } from '@millrace/foundation/types';
import { answered, type CandidateState, loses, newCandidate, wins } from './candidate.ts';
import { type Election, isSameVoter, majorityOf, unattachedElection, type Voter } from './election.ts';
import {
  heardFrom,
  type LeaderState,
  newLeader,
  replicatedTo,
  silentVoters,
  unheardVoters,
} from './leader.ts';
import {
  type EpochReply,
  type FetchFrom,
  type FetchReply,
  isCandidacy,
  type LeaderAndEpoch,
  type QuorumError,
  type VoteReply,
  type VoteRequest,
} from './messages.ts';
import { type FetchPosition, isUpToDate, placeOf, positionOf, type QuorumLog } from './quorum-log.ts';

/** What a member of the quorum is. It starts unattached: it knows an epoch, but no leader in it. */
export type QuorumRole =
  | { readonly kind: 'unattached' }
  /** Reads the leader's log. `hasFetched`: in this epoch, so that the leader is known to be there. */
  | { readonly kind: 'follower'; readonly leaderId: number; readonly hasFetched: boolean }
  | CandidateState
  | LeaderState;

/**
 * To be done in the listed order, each finished before the next begins, and before what was asked is answered.
 * Invariant 4: a vote is on disk before it is told, and an epoch is on disk before anything is appended in it.
 */
export type QuorumEffect =
  /** Write the election to disk, past any loss of power. */
  | { readonly kind: 'persist'; readonly election: Election }
  /** Append the LeaderChange control record: nothing before it counts as committed in this epoch. */
  | { readonly kind: 'append-leader-change'; readonly epoch: number; readonly granting: readonly number[] }
  /** Everything below is committed. */
  | { readonly kind: 'committed'; readonly highWatermark: number }
  /** In place of the timer before; `timeout` when it runs out. */
  | { readonly kind: 'timer'; readonly afterMs: number }
  | { readonly kind: 'send-vote'; readonly to: readonly number[]; readonly request: VoteRequest }
  | { readonly kind: 'send-begin-epoch'; readonly to: readonly number[]; readonly epoch: number }
  | {
      readonly kind: 'send-end-epoch';
      readonly to: readonly number[];
      readonly epoch: number;
      /** Who should stand next, best first. */
      readonly candidates: readonly number[];
    };

/** A step's effects, and its answer to whoever asked. */
export interface QuorumStep<Reply> {
  readonly effects: readonly QuorumEffect[];
  readonly reply: Reply;
}

export interface QuorumOptions {
  readonly nodeId: number;
  readonly directoryId: Uuid;
  /** Whoever is not among them observes: it follows, and never votes. */
  readonly voters: readonly Voter[];
  /** What was last persisted; null on the first start. */
  readonly election: Election | null;
  readonly log: QuorumLog;
  readonly electionTimeoutMs: number;
  /** How long a follower goes without its leader, and a leader without a majority. */
  readonly fetchTimeoutMs: number;
  /** A float in [0, 1) per election: timeouts are spread, or voters would keep splitting the vote. */
  readonly random: () => number;
}

/** Silence is no sign where others are slow too: a leader gives up later than a follower (KIP-595, check quorum). */
const CHECK_QUORUM_FACTOR = 1.5;
const ASKS_PER_TIMEOUT = 5;
/** Where nobody listens at the leader's address, its followers need not wait long. */
const GONE_LEADER_MAX_MS = 300;

/**
 * Raft as KRaft speaks it (KIP-595, KIP-996): one node's view. Deterministic: no clock, no disk. A quorum of one goes the way
 * of any other: it votes for itself in the next epoch, has a majority, and commits what is on a majority's disks.
 */
export class Quorum {
  readonly #options: QuorumOptions;
  #election: Election;
  #role: QuorumRole = { kind: 'unattached' };
  #highWatermark = -1;

  constructor(options: QuorumOptions) {
    this.#options = options;
    const stored = options.election ?? unattachedElection(0);
    const { lastEpoch } = options.log;
    // The log may be ahead of the stored election where that was lost: an epoch never comes twice.
    this.#election = stored.epoch >= lastEpoch ? stored : unattachedElection(lastEpoch);
  }

  get role(): QuorumRole {
    return this.#role;
  }

  get epoch(): number {
    return this.#election.epoch;
  }

  /** Of the epoch; null where it is not known here. */
  get leaderId(): number | null {
    if (this.#role.kind === 'leader') return this.#options.nodeId;
    return this.#role.kind === 'follower' ? this.#role.leaderId : null;
  }

  get isVoter(): boolean {
    return this.#options.voters.some(({ id }) => id === this.#options.nodeId);
  }

  /** Committed up to here, as far as this node knows; -1 before it knows. Never goes back. */
  get highWatermark(): number {
    return this.#highWatermark;
  }

  /** The log is open and the stored election is read. */
  start(nowMs: number): readonly QuorumEffect[] {
    if (!this.isVoter) return [];
    if (this.#options.voters.length === 1) return this.#stand(nowMs);
    const { leaderId } = this.#election;
    if (leaderId !== null && leaderId !== this.#options.nodeId)
      this.#role = { kind: 'follower', leaderId, hasFetched: false };
    return [this.#askTimer()];
  }

  /** The timer of the last `timer` effect ran out. */
  timeout(nowMs: number): readonly QuorumEffect[] {
    if (!this.isVoter) return this.#role.kind === 'follower' ? this.#loseLeader() : [];
    switch (this.#role.kind) {
      case 'leader':
        return this.#lookAround(this.#role, nowMs);
      case 'follower':
        return this.#askAround(this.#role.leaderId, nowMs);
      case 'prospective': {
        const { formerLeaderId } = this.#role;
        // Nobody else is without a leader, or nobody hears: it may be there all the same.
        if (formerLeaderId === null) return this.#askAround(null, nowMs);
        this.#role = { kind: 'follower', leaderId: formerLeaderId, hasFetched: false };
        return [this.#electionTimer()];
      }
      default:
        return this.#askAround(null, nowMs);
    }
  }

  /** Nobody listens where the leader was: its process is gone. */
  leaderGone(leaderId: number): readonly QuorumEffect[] {
    if (!this.isVoter || this.#role.kind !== 'follower' || this.#role.leaderId !== leaderId) return [];
    this.#role = { ...this.#role, hasFetched: false };
    return [{ kind: 'timer', afterMs: Math.floor(this.#options.random() * GONE_LEADER_MAX_MS) }];
  }

  /** @param addressee whom the candidate takes this node for; null where it does not say */
  onVote(request: VoteRequest, addressee: Voter | null = null): QuorumStep<VoteReply> {
    const { candidate, epoch } = request;
    if (!isCandidacy(request)) return this.#voteReply([], 'INVALID_REQUEST', false);
    if (epoch < this.epoch) return this.#voteReply([], 'FENCED_LEADER_EPOCH', false);
    if (candidate.id < 0) return this.#voteReply([], 'INVALID_REQUEST', false);
    const mayCount = this.isVoter && this.#options.voters.some((voter) => isSameVoter(voter, candidate));
    // Voters do not come and go here: nobody else moves an epoch, or gets a vote.
    const moved = mayCount && epoch > this.epoch ? this.#unattach(epoch) : [];
    if (!this.#isMeant(addressee)) return this.#voteReply(moved, 'INVALID_VOTER_KEY', false);
    if (!mayCount || !this.#grants(request)) return this.#voteReply(moved, null, false);
    if (request.isPreVote) return this.#voteReply(moved, null, true);
    this.#election = { ...this.#election, voted: candidate };
    const effects = [...moved, this.#persist(), this.#electionTimer()];
    return this.#voteReply(effects, null, true);
  }

  onVoteReply(voter: number, request: VoteRequest, reply: VoteReply, nowMs: number): readonly QuorumEffect[] {
    const learned = this.#learn(reply);
    if (learned !== null) return learned;
    const role = this.#role;
    const isAsked = role.kind === (request.isPreVote ? 'prospective' : 'candidate');
    if (!isAsked || this.epoch !== request.epoch) return [];
    return this.#counted(answered(role as CandidateState, voter, reply.isGranted), nowMs);
  }

  /** @param addressee whom the leader takes this node for; null where it does not say */
  onBeginEpoch(leaderId: number, epoch: number, addressee: Voter | null = null): QuorumStep<EpochReply> {
    if (epoch < this.epoch) return this.#epochReply([], 'FENCED_LEADER_EPOCH');
    if (leaderId < 0) return this.#epochReply([], 'INVALID_REQUEST');
    const isSelf = leaderId === this.#options.nodeId;
    const isLed = this.#role.kind === 'leader' && epoch === this.epoch;
    // An epoch has one leader.
    if (isSelf !== isLed) return this.#epochReply([], 'INCONSISTENT_VOTER_SET');
    const effects = isLed ? [] : this.#follow(leaderId, epoch);
    return this.#epochReply(effects, this.#isMeant(addressee) ? null : 'INVALID_VOTER_KEY');
  }

  /** The leader of the epoch resigns: the first of the candidates stands at once, the next ones a little later. */
  onEndEpoch(
    leaderId: number,
    epoch: number,
    candidates: readonly number[],
    nowMs: number,
  ): QuorumStep<EpochReply> {
    if (epoch < this.epoch) return this.#epochReply([], 'FENCED_LEADER_EPOCH');
    if (leaderId < 0) return this.#epochReply([], 'INVALID_REQUEST');
    const isOwn = leaderId === this.#options.nodeId;
    const effects = epoch > this.epoch && !isOwn ? this.#follow(leaderId, epoch) : [];
    if (!this.isVoter || this.leaderId !== leaderId || isOwn) return this.#epochReply(effects, null);
    const place = candidates.indexOf(this.#options.nodeId);
    if (place === 0) return this.#epochReply([...effects, ...this.#stand(nowMs)], null);
    this.#role = { kind: 'unattached' };
    return this.#epochReply([...effects, this.#electionTimer()], null);
  }

  /** Whether the reader gets records, and from where it would have to begin; takes in how far its log is on disk. */
  onFetch(from: FetchFrom, nowMs: number): QuorumStep<FetchReply> {
    const { log } = this.#options;
    const nowhere: FetchPosition = { kind: 'records' };
    const { leaderEpoch, lastEpoch } = from;
    const isSound = from.endOffset >= 0 && lastEpoch >= 0 && lastEpoch <= leaderEpoch && from.maxWaitMs >= 0;
    if (!isSound) return this.#fetchReply([], 'INVALID_REQUEST', nowhere);
    const error = this.leaderError(leaderEpoch);
    const role = this.#role;
    if (error !== null || role.kind !== 'leader') return this.#fetchReply([], error, nowhere);
    const position = positionOf(log, from.endOffset, lastEpoch);
    const isSame = position.kind === 'records';
    if (from.replicaId < 0 || from.replicaId === this.#options.nodeId)
      return this.#fetchReply([], null, position);
    const { replicaId } = from;
    const endOffset = isSame ? from.endOffset : -1;
    return this.#fetchReply(this.#progress(role, replicaId, endOffset, nowMs), null, position);
  }

  /** Why this node does not answer readers that take it for the leader of that epoch, or null. */
  leaderError(
    leaderEpoch: number,
  ): 'FENCED_LEADER_EPOCH' | 'UNKNOWN_LEADER_EPOCH' | 'NOT_LEADER_OR_FOLLOWER' | null {
    if (leaderEpoch < this.epoch) return 'FENCED_LEADER_EPOCH';
    if (leaderEpoch > this.epoch) return 'UNKNOWN_LEADER_EPOCH';
    return this.#role.kind === 'leader' ? null : 'NOT_LEADER_OR_FOLLOWER';
  }

  /** A reader of the leader's snapshot: a voter must not be missed for its length (KIP-630). */
  onFetchSnapshot(replicaId: number, nowMs: number): void {
    if (this.#role.kind === 'leader') this.#role = heardFrom(this.#role, replicaId, nowMs);
  }

  /** What a fetch of ours was answered: by the leader, or by somebody who says who that is. */
  onFetchReply(reply: FetchReply): readonly QuorumEffect[] {
    const learned = this.#learn(reply);
    if (learned !== null) return learned;
    const role = this.#role;
    if (role.kind !== 'follower' || reply.epoch !== this.epoch || reply.error !== null) return [];
    this.#role = { ...role, hasFetched: true };
    return [{ kind: 'timer', afterMs: this.#options.fetchTimeoutMs }];
  }

  /** What the leader of that epoch says is committed, once the records that came with it are on disk here. */
  toldCommitted(epoch: number, highWatermark: number): readonly QuorumEffect[] {
    if (this.#role.kind !== 'follower' || epoch !== this.epoch) return [];
    return this.#commit(Math.min(highWatermark, this.#options.log.endOffset));
  }

  /** This node's log is on its disk up to there: its own voice in what is committed. */
  replicated(endOffset: number, nowMs: number): readonly QuorumEffect[] {
    if (this.#role.kind !== 'leader') return [];
    return this.#progress(this.#role, this.#options.nodeId, endOffset, nowMs);
  }

  /** Gives up the lead, or the candidacy: for a stop of this node. */
  resign(): readonly QuorumEffect[] {
    return this.#role.kind === 'leader' ? this.#resign(this.#role) : [];
  }

  /** A follower must cut its log back to here: both logs agree below. Invariant 10: nothing committed is ever cut. */
  truncationOffset(position: FetchPosition & { kind: 'diverging' }): number {
    const { log } = this.#options;
    const own = log.endOfEpoch(position.epoch);
    const isSame = own.epoch === position.epoch || own.epoch < 0;
    const end = own.epoch < 0 ? log.endOffset : own.offset;
    const cut = Math.max(isSame ? Math.min(end, position.endOffset) : end, log.startOffset);
    assert(cut >= this.#highWatermark, 'nothing that is committed is cut from the metadata log');
    return cut;
  }

  /** Everything up to here came with a snapshot: it is committed. */
  snapshotLoaded(endOffset: number): readonly QuorumEffect[] {
    return this.#commit(endOffset);
  }

  #grants({ candidate, epoch, lastEpoch, endOffset, isPreVote }: VoteRequest): boolean {
    if (epoch !== this.epoch) return false;
    const role = this.#role;
    const { voted, leaderId } = this.#election;
    const isFitting = isUpToDate({ lastEpoch, endOffset }, this.#options.log);
    if (isPreVote) {
      // Who hears its leader wants no other (KIP-996).
      const isContent = role.kind === 'leader' || (role.kind === 'follower' && role.hasFetched);
      return isFitting && !isContent;
    }
    if (voted !== null) return isSameVoter(voted, candidate);
    return isFitting && leaderId === null && role.kind !== 'candidate';
  }

  #isMeant(addressee: Voter | null): boolean {
    const { nodeId, directoryId } = this.#options;
    return addressee === null || isSameVoter(addressee, { id: nodeId, directoryId });
  }

  /** What an answer says of the epoch; null where it is nothing new. */
  #learn({ leaderId, epoch }: LeaderAndEpoch): readonly QuorumEffect[] | null {
    if (epoch < this.epoch) return null;
    const isNewer = epoch > this.epoch;
    if (leaderId !== null && leaderId !== this.#options.nodeId && (isNewer || this.#isLooking()))
      return this.#follow(leaderId, epoch);
    return isNewer ? this.#unattach(epoch) : null;
  }

  #isLooking(): boolean {
    const role = this.#role;
    if (role.kind === 'prospective') return role.formerLeaderId === null;
    return role.kind === 'unattached' || role.kind === 'candidate';
  }

  #follow(leaderId: number, epoch: number): readonly QuorumEffect[] {
    const { nodeId, fetchTimeoutMs } = this.#options;
    const role = this.#role;
    if (role.kind === 'follower' && epoch === this.epoch) return [];
    assert(leaderId !== nodeId && (role.kind !== 'leader' || epoch > this.epoch), 'an epoch has one leader');
    const isNews = this.#election.epoch !== epoch || this.#election.leaderId !== leaderId;
    this.#election = { epoch, leaderId, voted: null };
    this.#role = { kind: 'follower', leaderId, hasFetched: false };
    const timer: QuorumEffect = { kind: 'timer', afterMs: fetchTimeoutMs };
    return isNews ? [this.#persist(), timer] : [timer];
  }

  #unattach(epoch: number): readonly QuorumEffect[] {
    this.#election = unattachedElection(epoch);
    this.#role = { kind: 'unattached' };
    return [this.#persist(), this.#electionTimer()];
  }

  #loseLeader(): readonly QuorumEffect[] {
    this.#role = { kind: 'unattached' };
    return [];
  }

  /** Whether others would vote for this node, before any epoch is disturbed. */
  #askAround(formerLeaderId: number | null, nowMs: number): readonly QuorumEffect[] {
    const { voters, nodeId } = this.#options;
    this.#role = newCandidate('prospective', this.epoch, voters, formerLeaderId);
    const asked: QuorumEffect = { kind: 'send-vote', to: this.#others(), request: this.#voteRequest(true) };
    return [asked, this.#askTimer(), ...this.#counted(answered(this.#role, nodeId, true), nowMs)];
  }

  #stand(nowMs: number): readonly QuorumEffect[] {
    const { nodeId, directoryId, voters } = this.#options;
    const epoch = this.epoch + 1;
    this.#election = { epoch, leaderId: null, voted: { id: nodeId, directoryId } };
    this.#role = newCandidate('candidate', epoch, voters);
    const persist = this.#persist();
    const others = this.#others();
    const won = this.#counted(answered(this.#role, nodeId, true), nowMs);
    if (others.length === 0) return [persist, ...won];
    return [
      persist,
      { kind: 'send-vote', to: others, request: this.#voteRequest(false) },
      this.#electionTimer(),
      ...won,
    ];
  }

  #counted(candidate: CandidateState, nowMs: number): readonly QuorumEffect[] {
    this.#role = candidate;
    if (wins(candidate))
      return candidate.kind === 'prospective' ? this.#stand(nowMs) : this.#lead(candidate, nowMs);
    if (!loses(candidate) || candidate.formerLeaderId === null) return [];
    this.#role = { kind: 'follower', leaderId: candidate.formerLeaderId, hasFetched: false };
    return [this.#electionTimer()];
  }

  #lead({ epoch, granted }: CandidateState, nowMs: number): readonly QuorumEffect[] {
    const { nodeId, voters, log } = this.#options;
    this.#election = { epoch, leaderId: nodeId, voted: null };
    this.#role = newLeader(epoch, log.endOffset, voters, nowMs);
    const lead: QuorumEffect[] = [
      this.#persist(),
      { kind: 'append-leader-change', epoch, granting: [...granted] },
    ];
    const to = this.#others();
    if (to.length === 0) return lead;
    return [...lead, { kind: 'send-begin-epoch', to, epoch }, this.#leaderTimer()];
  }

  /** A leader's rounds: who has not heard is told, and without a majority it gives up. */
  #lookAround(leader: LeaderState, nowMs: number): readonly QuorumEffect[] {
    const { voters, nodeId, fetchTimeoutMs } = this.#options;
    const silent = silentVoters(leader, nodeId, nowMs, fetchTimeoutMs * CHECK_QUORUM_FACTOR);
    if (voters.length - silent.length < majorityOf(voters.length)) return this.#resign(leader);
    const to = [...new Set([...silent, ...unheardVoters(leader, nodeId)])];
    if (to.length === 0) return [this.#leaderTimer()];
    return [{ kind: 'send-begin-epoch', to, epoch: this.epoch }, this.#leaderTimer()];
  }

  #resign(leader: LeaderState): readonly QuorumEffect[] {
    const { nodeId } = this.#options;
    const candidates = [...leader.voters]
      .filter(([id]) => id !== nodeId)
      .sort(([, left], [, right]) => right.endOffset - left.endOffset)
      .map(([id]) => id);
    this.#role = { kind: 'unattached' };
    const timer = this.#electionTimer();
    if (candidates.length === 0) return [timer];
    return [{ kind: 'send-end-epoch', to: candidates, epoch: this.epoch, candidates }, timer];
  }

  #progress(
    leader: LeaderState,
    replicaId: number,
    endOffset: number,
    nowMs: number,
  ): readonly QuorumEffect[] {
    const { log } = this.#options;
    const after = replicatedTo(leader, { replicaId, endOffset, leaderEndOffset: log.endOffset, nowMs });
    this.#role = after;
    return after.highWatermark > this.#highWatermark ? this.#commit(after.highWatermark) : [];
  }

  #commit(highWatermark: number): readonly QuorumEffect[] {
    if (highWatermark <= this.#highWatermark) return [];
    this.#highWatermark = highWatermark;
    return [{ kind: 'committed', highWatermark }];
  }

  #voteRequest(isPreVote: boolean): VoteRequest {
    const { nodeId, directoryId, log } = this.#options;
    const candidate = { id: nodeId, directoryId };
    return { candidate, epoch: this.epoch, ...placeOf(log), isPreVote };
  }

  #others(): readonly number[] {
    return this.#options.voters.filter(({ id }) => id !== this.#options.nodeId).map(({ id }) => id);
  }

  #persist(): QuorumEffect {
    return { kind: 'persist', election: this.#election };
  }

  #electionTimer(): QuorumEffect {
    const { electionTimeoutMs, random } = this.#options;
    return { kind: 'timer', afterMs: electionTimeoutMs + Math.floor(random() * electionTimeoutMs) };
  }

  /** Asking disturbs nobody, so it may be done often. */
  #askTimer(): QuorumEffect {
    const { electionTimeoutMs, random } = this.#options;
    return { kind: 'timer', afterMs: Math.floor((electionTimeoutMs * (1 + random())) / ASKS_PER_TIMEOUT) };
  }

  #leaderTimer(): QuorumEffect {
    return { kind: 'timer', afterMs: Math.floor(this.#options.fetchTimeoutMs / 2) };
  }

  #voteReply(
    effects: readonly QuorumEffect[],
    error: QuorumError | null,
    isGranted: boolean,
  ): QuorumStep<VoteReply> {
    return { effects, reply: { error, isGranted, leaderId: this.leaderId, epoch: this.epoch } };
  }

  #epochReply(effects: readonly QuorumEffect[], error: QuorumError | null): QuorumStep<EpochReply> {
    return { effects, reply: { error, leaderId: this.leaderId, epoch: this.epoch } };
  }

  #fetchReply(
    effects: readonly QuorumEffect[],
    error: QuorumError | null,
    position: FetchPosition,
  ): QuorumStep<FetchReply> {
    return { effects, reply: { error, position, leaderId: this.leaderId, epoch: this.epoch } };
  }
}
