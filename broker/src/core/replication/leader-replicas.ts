/** A member of an in-sync set as its leader saw it: in the registration of that epoch, -1 where it does not know. */
export interface SyncMember {
  readonly id: number;
  readonly epoch: number;
}

/** What the leader knows of one follower. */
export interface FollowerProgress {
  /** Its log ends here; -1 until it has fetched in this leader epoch. */
  readonly endOffset: number;
  readonly brokerEpoch: number;
  /** When it last had everything that the leader had then, monotonic ms. */
  readonly caughtUpMs: number;
  readonly lastFetchMs: number;
  /** Where the leader's log ended at its last fetch. */
  readonly leaderEndOffset: number;
}

export interface FollowerFetch {
  readonly id: number;
  readonly brokerEpoch: number;
  /** It fetches from here: all before is in its log. */
  readonly endOffset: number;
  readonly leaderEndOffset: number;
  readonly nowMs: number;
}

export interface LeaderReplicasOptions {
  readonly nodeId: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly partitionEpoch: number;
  /** Where the leader's log ended when this leader epoch began. */
  readonly epochStartOffset: number;
  readonly nowMs: number;
}

/** A wish for another in-sync set. */
export interface WantedIsr {
  readonly isr: readonly SyncMember[];
  readonly partitionEpoch: number;
}

/**
 * How far the replicas of a partition are, as its leader knows, for one leader epoch: who is in sync, and what all of them have
 * (KIP-497). A wish that is on its way counts already for whom it takes in, and not yet for whom it leaves out, so that nothing counts as
 * committed that either set lacks.
 */
export class LeaderReplicas {
  readonly #nodeId: number;
  readonly #epochStartOffset: number;
  readonly #followers = new Map<number, FollowerProgress>();
  #isr: readonly number[];
  #partitionEpoch: number;
  #pending: readonly number[] | null = null;
  /** Nobody knows what became of the last wish: it is asked for again. */
  #isUnanswered = false;
  /** Of a wish before it nobody knows either, until another set is committed: it may come true late. */
  #isDoubtful = false;

  constructor(options: LeaderReplicasOptions) {
    const { nodeId, nowMs } = options;
    this.#nodeId = nodeId;
    this.#epochStartOffset = options.epochStartOffset;
    this.#isr = options.isr;
    this.#partitionEpoch = options.partitionEpoch;
    for (const id of options.replicas) if (id !== nodeId) this.#followers.set(id, unheard(nowMs));
  }

  /** As it is committed. */
  get isr(): readonly number[] {
    return this.#isr;
  }

  get partitionEpoch(): number {
    return this.#partitionEpoch;
  }

  /** A wish is on its way. */
  get isAsking(): boolean {
    return this.#pending !== null && !this.#isUnanswered;
  }

  /** Nobody knows what became of the last wish. */
  get isUnanswered(): boolean {
    return this.#isUnanswered;
  }

  get followers(): ReadonlyMap<number, FollowerProgress> {
    return this.#followers;
  }

  /** What the controller has committed; older news changes nothing. */
  follow(news: {
    readonly isr: readonly number[];
    readonly partitionEpoch: number;
    readonly replicas?: readonly number[];
    readonly nowMs: number;
  }): void {
    if (news.partitionEpoch <= this.#partitionEpoch) return;
    this.#isr = news.isr;
    this.#partitionEpoch = news.partitionEpoch;
    this.#settle();
    const { replicas } = news;
    if (replicas === undefined) return;
    for (const id of this.#followers.keys()) if (!replicas.includes(id)) this.#followers.delete(id);
    for (const id of replicas)
      if (id !== this.#nodeId && !this.#followers.has(id)) this.#followers.set(id, unheard(news.nowMs));
  }

  /** @returns false where the fetcher is no replica of the partition, or has registered anew since (KIP-903): what it had then may be lost */
  fetched({ id, brokerEpoch, endOffset, leaderEndOffset, nowMs }: FollowerFetch): boolean {
    const before = this.#followers.get(id);
    if (before === undefined || (brokerEpoch >= 0 && brokerEpoch < before.brokerEpoch)) return false;
    let { caughtUpMs } = before;
    // What it has now, the leader had no later than at the fetch before: so it lags no more than that.
    if (endOffset >= leaderEndOffset) caughtUpMs = nowMs;
    else if (before.lastFetchMs >= 0 && endOffset >= before.leaderEndOffset) caughtUpMs = before.lastFetchMs;
    this.#followers.set(id, { endOffset, brokerEpoch, caughtUpMs, lastFetchMs: nowMs, leaderEndOffset });
    return true;
  }

  /** Up to where all replicas in sync have the log, given where the leader's own is written. */
  committedTo(ownOffset: number): number {
    let committed = ownOffset;
    for (const id of new Set([...this.#isr, ...(this.#pending ?? [])])) {
      if (id === this.#nodeId) continue;
      const progress = this.#followers.get(id);
      if (progress !== undefined) committed = Math.min(committed, progress.endOffset);
    }
    return committed;
  }

  /**
   * The set that should be in sync: without those who have lagged for `lagMaxMs`, and with those who have caught up.
   * @param mayJoin whether the broker is alive, in the registration of that epoch
   * @returns null where it is as it should be, or a wish is on its way
   */
  wanted(now: {
    readonly nowMs: number;
    readonly lagMaxMs: number;
    readonly highWatermark: number;
    readonly leaderEndOffset: number;
    readonly mayJoin: (member: SyncMember) => boolean;
  }): WantedIsr | null {
    if (this.isAsking) return null;
    const isr: SyncMember[] = [];
    for (const id of [...new Set([...this.#isr, ...this.#followers.keys()])]) {
      const progress = this.#followers.get(id);
      const member = { id, epoch: progress?.brokerEpoch ?? -1 };
      if (id === this.#nodeId) isr.push(member);
      else if (progress === undefined) continue;
      else if (this.#isr.includes(id) ? this.#keepsUp(progress, now) : this.#joins(member, progress, now))
        isr.push(member);
    }
    const isSame = isr.length === this.#isr.length && isr.every(({ id }) => this.#isr.includes(id));
    // What became of the last wish is settled by the next one, though it be for what is.
    return isSame && !this.#isUnanswered ? null : { isr, partitionEpoch: this.#partitionEpoch };
  }

  asked(wanted: WantedIsr): void {
    const before = this.#isUnanswered ? (this.#pending ?? []) : [];
    this.#pending = [...new Set([...before, ...wanted.isr.map(({ id }) => id)])];
    this.#isUnanswered = false;
  }

  /** Whether the wish came true nobody knows: it is asked for again, and whoever it takes in goes on to count. */
  unanswered(): void {
    this.#isUnanswered = this.#pending !== null;
    this.#isDoubtful = this.#isUnanswered;
  }

  /** The controller has refused for good: nothing of the wish came true. One before it that had no answer still may. */
  refused(): void {
    if (this.#isDoubtful) this.#isUnanswered = true;
    else this.#settle();
  }

  #settle(): void {
    this.#pending = null;
    this.#isUnanswered = false;
    this.#isDoubtful = false;
  }

  #keepsUp(
    { caughtUpMs, endOffset }: FollowerProgress,
    now: { readonly nowMs: number; readonly lagMaxMs: number; readonly leaderEndOffset: number },
  ): boolean {
    return endOffset >= now.leaderEndOffset || now.nowMs - caughtUpMs <= now.lagMaxMs;
  }

  /** It has all that is committed, and all that was there when this leader epoch began. */
  #joins(
    member: SyncMember,
    { endOffset }: FollowerProgress,
    now: { readonly highWatermark: number; readonly mayJoin: (member: SyncMember) => boolean },
  ): boolean {
    return endOffset >= now.highWatermark && endOffset >= this.#epochStartOffset && now.mayJoin(member);
  }
}

function unheard(nowMs: number): FollowerProgress {
  return { endOffset: -1, brokerEpoch: -1, caughtUpMs: nowMs, lastFetchMs: -1, leaderEndOffset: -1 };
}
