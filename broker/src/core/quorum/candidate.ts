import { majorityOf, type Voter } from './election.ts';

/**
 * Asks for votes: as a candidate in an epoch of its own, or first as a prospective one (KIP-996), which asks whether it
 * would get them and disturbs nobody's epoch.
 */
export interface CandidateState {
  readonly kind: 'prospective' | 'candidate';
  readonly epoch: number;
  readonly voters: readonly Voter[];
  readonly granted: ReadonlySet<number>;
  readonly refused: ReadonlySet<number>;
  /** Of a prospective one: whom it followed, and follows again where nobody else is without a leader. */
  readonly formerLeaderId: number | null;
}

export function newCandidate(
  kind: CandidateState['kind'],
  epoch: number,
  voters: readonly Voter[],
  formerLeaderId: number | null = null,
): CandidateState {
  return { kind, epoch, voters, granted: new Set(), refused: new Set(), formerLeaderId };
}

/** Counts the answer of one voter; anybody else's changes nothing. */
export function answered(candidate: CandidateState, voter: number, isGranted: boolean): CandidateState {
  if (!candidate.voters.some(({ id }) => id === voter)) return candidate;
  return isGranted
    ? { ...candidate, granted: new Set([...candidate.granted, voter]) }
    : { ...candidate, refused: new Set([...candidate.refused, voter]) };
}

export function wins(candidate: CandidateState): boolean {
  return candidate.granted.size >= majorityOf(candidate.voters.length);
}

/** Whether those who have refused are too many for it to win. */
export function loses(candidate: CandidateState): boolean {
  return candidate.refused.size > candidate.voters.length - majorityOf(candidate.voters.length);
}
