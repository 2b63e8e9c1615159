import { assert } from '@millrace/foundation/assert';
import { majorityOf, type Voter } from './election.ts';

/** Stands for election in its epoch until a majority has granted it their votes. */
export interface CandidateState {
  readonly kind: 'candidate';
  readonly epoch: number;
  readonly voters: readonly Voter[];
  readonly granted: ReadonlySet<number>;
}

export function newCandidate(epoch: number, voters: readonly Voter[]): CandidateState {
  return { kind: 'candidate', epoch, voters, granted: new Set() };
}

export function grant(candidate: CandidateState, voter: number): CandidateState {
  assert(
    candidate.voters.some((other) => other.id === voter),
    'only voters vote',
  );
  return { ...candidate, granted: new Set([...candidate.granted, voter]) };
}

export function wins(candidate: CandidateState): boolean {
  return candidate.granted.size >= majorityOf(candidate.voters.length);
}
