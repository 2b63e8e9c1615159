import { assert } from '@millrace/foundation/assert';
import { AVAILABLE, type DeliveryState, isFinal } from './delivery-state.ts';

/** Offsets in a row with one fate. Both ends are included. */
export interface Run {
  firstOffset: number;
  lastOffset: number;
  state: DeliveryState;
  deliveryCount: number;
  /** The member that holds them, while they are acquired. */
  holder: string | null;
  /** Monotonic; 0 where nobody holds them. */
  lockedUntilMs: number;
}

/** What becomes of a run. */
export type Fate = Pick<Run, 'state' | 'deliveryCount' | 'holder' | 'lockedUntilMs'>;

/**
 * The offsets of a share partition from its start to its end, as runs: each offset is in one of them. There are few, because members get
 * and give back rows of offsets.
 */
export class InFlight {
  #runs: Run[] = [];
  #startOffset: number;
  #endOffset: number;
  #availableCount = 0;
  #finalCount = 0;

  constructor(startOffset: number) {
    this.#startOffset = startOffset;
    this.#endOffset = startOffset;
  }

  /** The first offset that is not final: all below are done with. */
  get startOffset(): number {
    return this.#startOffset;
  }

  /** The first offset that was never looked at. */
  get endOffset(): number {
    return this.#endOffset;
  }

  get availableCount(): number {
    return this.#availableCount;
  }

  /** Offsets above the start that are done with. */
  get finalCount(): number {
    return this.#finalCount;
  }

  /** Lowest first. Not to be changed by others. */
  get runs(): readonly Readonly<Run>[] {
    return this.#runs;
  }

  /** Takes in what follows the end. */
  append(lastOffset: number, fate: Fate): void {
    assert(lastOffset >= this.#endOffset, 'what is taken in lies behind the end');
    const run = { firstOffset: this.#endOffset, lastOffset, ...fate };
    this.#count(run, 1);
    const before = this.#runs.at(-1);
    if (before !== undefined && isAlike(before, run)) before.lastOffset = lastOffset;
    else this.#runs.push(run);
    this.#endOffset = lastOffset + 1;
  }

  /** The runs that have offsets from `first` to `last`, as they are. */
  *within(first: number, last: number): Iterable<Readonly<Run>> {
    for (let index = this.#indexOf(first); index < this.#runs.length; index++) {
      const run = this.#runs[index];
      if (run === undefined || run.firstOffset > last) return;
      yield run;
    }
  }

  /** Gives each run from `first` to `last` the fate that is chosen for it; undefined leaves it. */
  change(first: number, last: number, choose: (run: Readonly<Run>) => Fate | undefined): void {
    const from = this.#split(first);
    const until = this.#split(last + 1);
    for (let index = from; index < until; index++) {
      const run = this.#runs[index];
      const fate = run && choose(run);
      if (run === undefined || fate === undefined) continue;
      this.#count(run, -1);
      Object.assign(run, fate);
      this.#count(run, 1);
    }
    this.#join(from - 1, until);
  }

  /** Moves the start past what is done with. */
  advance(): void {
    let count = 0;
    for (const run of this.#runs) {
      if (!isFinal(run.state)) break;
      this.#count(run, -1);
      this.#startOffset = run.lastOffset + 1;
      count += 1;
    }
    if (count > 0) this.#runs.splice(0, count);
  }

  /** Forgets all below an offset, whatever has become of it. */
  dropBelow(offset: number): void {
    if (offset <= this.#startOffset) return;
    const until = offset >= this.#endOffset ? this.#runs.length : this.#split(offset);
    for (const run of this.#runs.splice(0, until)) this.#count(run, -1);
    this.#startOffset = offset;
    this.#endOffset = Math.max(this.#endOffset, offset);
  }

  /** The index of the run with the offset, or of the first one behind it. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle]?.lastOffset ?? offset) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Sees to it that a run begins at the offset. @returns its index */
  #split(offset: number): number {
    const index = this.#indexOf(offset);
    const run = this.#runs[index];
    if (run === undefined || run.firstOffset >= offset) return index;
    this.#runs.splice(index + 1, 0, { ...run, firstOffset: offset });
    run.lastOffset = offset - 1;
    return index + 1;
  }

  /** Makes neighbours one that are alike, from one index to another. */
  #join(from: number, to: number): void {
    for (let index = Math.min(to, this.#runs.length - 1); index > Math.max(from, 0); index--) {
      const run = this.#runs[index];
      const before = this.#runs[index - 1];
      if (run === undefined || before === undefined || !isAlike(before, run)) continue;
      before.lastOffset = run.lastOffset;
      this.#runs.splice(index, 1);
    }
  }

  #count({ firstOffset, lastOffset, state }: Run, sign: 1 | -1): void {
    const offsets = sign * (lastOffset - firstOffset + 1);
    if (state === AVAILABLE) this.#availableCount += offsets;
    else if (isFinal(state)) this.#finalCount += offsets;
  }
}

function isAlike(one: Run, other: Run): boolean {
  return (
    one.state === other.state &&
    one.deliveryCount === other.deliveryCount &&
    one.holder === other.holder &&
    one.lockedUntilMs === other.lockedUntilMs
  );
}
