import { majorityOf, type Voter } from './election.ts';

/** What the leader knows of a node that fetches from it. */
export interface ReplicaProgress {
  /** Its log is on its disk up to here (exclusive); -1 until it is heard of. */
  readonly endOffset: number;
  /** Monotonic ms; -1 until it is heard of. */
  readonly lastFetchMs: number;
  /** When it last had everything that the leader had. */
  readonly lastCaughtUpMs: number;
}

/** Leads its epoch and knows how far each voter's log is on disk. */
export interface LeaderState {
  readonly kind: 'leader';
  readonly epoch: number;
  /** Where the epoch's LeaderChange record stands. */
  readonly epochStartOffset: number;
  readonly sinceMs: number;
  readonly voters: ReadonlyMap<number, ReplicaProgress>;
  /** Nodes without a vote; they are forgotten when they are silent for long. */
  readonly observers: ReadonlyMap<number, ReplicaProgress>;
  /** -1 until something of this epoch is committed. */
  readonly highWatermark: number;
}

/** An observer that has not fetched for so long is one no more. */
const OBSERVER_SESSION_MS = 300_000;
const UNHEARD: ReplicaProgress = { endOffset: -1, lastFetchMs: -1, lastCaughtUpMs: -1 };

export function newLeader(
  epoch: number,
  epochStartOffset: number,
  voters: readonly Voter[],
  nowMs: number,
): LeaderState {
  const unheard = new Map(voters.map((voter) => [voter.id, UNHEARD]));
  return {
    kind: 'leader',
    epoch,
    epochStartOffset,
    sinceMs: nowMs,
    voters: unheard,
    observers: new Map(),
    highWatermark: -1,
  };
}

export interface Fetched {
  readonly replicaId: number;
  readonly endOffset: number;
  /** Of the leader's own log at that moment. */
  readonly leaderEndOffset: number;
  readonly nowMs: number;
}

/**
 * Takes in how far somebody's log is on disk. The high watermark is what a majority of voters has on disk, once that takes in a record of
 * the leader's own epoch: older ones could still be overwritten (Raft, 5.4.2). It never goes back.
 */
export function replicatedTo(leader: LeaderState, fetched: Fetched): LeaderState {
  const { replicaId, endOffset, leaderEndOffset, nowMs } = fetched;
  const before = leader.voters.get(replicaId) ?? leader.observers.get(replicaId) ?? UNHEARD;
  const progress: ReplicaProgress = {
    endOffset,
    lastFetchMs: nowMs,
    lastCaughtUpMs: endOffset >= leaderEndOffset ? nowMs : before.lastCaughtUpMs,
  };
  if (!leader.voters.has(replicaId)) {
    const observers = [...leader.observers].filter(
      ([, { lastFetchMs }]) => nowMs - lastFetchMs < OBSERVER_SESSION_MS,
    );
    return { ...leader, observers: new Map(observers).set(replicaId, progress) };
  }
  const voters = new Map(leader.voters).set(replicaId, progress);
  const descending = [...voters.values()].map((voter) => voter.endOffset).sort((left, right) => right - left);
  const onMajority = descending[majorityOf(voters.size) - 1] ?? -1;
  const committed = onMajority > leader.epochStartOffset ? onMajority : -1;
  return { ...leader, voters, highWatermark: Math.max(leader.highWatermark, committed) };
}

/** A voter that reads a snapshot is there, wherever its log ends. */
export function heardFrom(leader: LeaderState, replicaId: number, nowMs: number): LeaderState {
  const before = leader.voters.get(replicaId);
  if (before === undefined) return leader;
  return { ...leader, voters: new Map(leader.voters).set(replicaId, { ...before, lastFetchMs: nowMs }) };
}

/** Voters that have not fetched within `withinMs`; of a new leader none is missing yet. */
export function silentVoters(leader: LeaderState, self: number, nowMs: number, withinMs: number): number[] {
  return [...leader.voters]
    .filter(
      ([id, { lastFetchMs }]) => id !== self && nowMs - Math.max(lastFetchMs, leader.sinceMs) >= withinMs,
    )
    .map(([id]) => id);
}

/** Voters that have not fetched in this epoch at all: they may not know who leads it. */
export function unheardVoters(leader: LeaderState, self: number): number[] {
  return [...leader.voters]
    .filter(([id, { lastFetchMs }]) => id !== self && lastFetchMs < 0)
    .map(([id]) => id);
}
