import type { Clock, Random } from '@millrace/foundation';
import type { ErrorName } from '@millrace/protocol';

/** What a consumer wants of one partition. */
export interface WantedPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly partitionMaxBytes: number;
}

export interface Wanted<P extends WantedPartition = WantedPartition> {
  readonly topic: string;
  readonly topicId: string;
  readonly data: P;
}

/** A Fetch request, as far as sessions go. */
export interface SessionRequest<P extends WantedPartition> {
  readonly sessionId: number;
  /** 0 begins a session, -1 goes without one; both name all that is wanted. */
  readonly sessionEpoch: number;
  readonly usesTopicIds: boolean;
  readonly wanted: readonly Wanted<P>[];
  readonly forgotten: readonly {
    readonly topic: string;
    readonly topicId: string;
    readonly partitions: readonly number[];
  }[];
}

/** What a partition's answer says that a session remembers. */
export interface SessionAnswer {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly bytes: number;
  /** It says where to read instead. */
  readonly isRedirected?: boolean;
}

/** One request within its session, or without one. */
export interface FetchTurn<P extends WantedPartition> {
  readonly error: null;
  readonly wanted: readonly Wanted<P>[];
  /** Of an answer that tells nothing because the client has to wait: a session that has begun goes on, none begins. */
  readonly throttledSessionId: number;
  /** Notes the answers, one for each wanted. @returns the session's id, and which of the answers are told */
  answered(answers: readonly SessionAnswer[]): {
    readonly sessionId: number;
    readonly told: readonly boolean[];
  };
}

interface Cached {
  wanted: Wanted;
  highWatermark: number;
  logStartOffset: number;
}

interface Session {
  readonly id: number;
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  /** In the order in which they are read: who got records goes to the end. */
  readonly partitions: Map<string, Cached>;
  epoch: number;
  lastUsedMs: number;
}

const NO_SESSION = 0;
const FIRST_EPOCH = 0;
const FINAL_EPOCH = -1;
const EPOCH_MAX = 0x7fffffff;
const UNKNOWN = -1;
/** Of all sessions: each is remembered with what was last said of it, 300 bytes or so. */
const PARTITIONS_MAX = 1_000_000;

/**
 * What consumers want, remembered from one Fetch to the next (KIP-227): an incremental request names only what has changed, and its
 * answer only what has news. As many sessions as there are slots; one gives way when it was not used, or is smaller and older. Nor are
 * there more than {@link PARTITIONS_MAX} partitions in them: who asks for more goes without a session.
 */
export class FetchSessions {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #slots: number;
  readonly #evictionMs: number;
  readonly #partitionsMax: number;
  /** The least recently used one first. */
  readonly #sessions = new Map<number, Session>();
  #partitions = 0;

  constructor(options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly slots: number;
    readonly evictionMs: number;
    readonly partitionsMax?: number;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#slots = options.slots;
    this.#evictionMs = options.evictionMs;
    this.#partitionsMax = options.partitionsMax ?? PARTITIONS_MAX;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Partitions of all sessions. */
  get partitions(): number {
    return this.#partitions;
  }

  turn<P extends WantedPartition>(request: SessionRequest<P>): FetchTurn<P> | { readonly error: ErrorName } {
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch === FIRST_EPOCH || sessionEpoch === FINAL_EPOCH) {
      const before = this.#sessions.get(sessionId);
      if (before !== undefined) this.#forget(before);
      return this.#full(request);
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return { error: 'FETCH_SESSION_ID_NOT_FOUND' };
    if (session.usesTopicIds !== request.usesTopicIds) return { error: 'FETCH_SESSION_TOPIC_ID_ERROR' };
    if (session.epoch !== sessionEpoch) return { error: 'INVALID_FETCH_SESSION_EPOCH' };
    this.#update(session, request);
    if (this.#partitions > this.#partitionsMax) {
      this.#forget(session);
      return { error: 'FETCH_SESSION_ID_NOT_FOUND' };
    }
    if (session.partitions.size === 0) {
      this.#forget(session);
      const answered = () => ({ sessionId: NO_SESSION, told: [] });
      return { error: null, wanted: [], throttledSessionId: NO_SESSION, answered };
    }
    session.epoch = session.epoch === EPOCH_MAX ? 1 : session.epoch + 1;
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, session);
    session.lastUsedMs = this.#clock.now().monoMs;
    const cached = [...session.partitions.values()];
    return {
      error: null,
      // A session holds what its own requests brought.
      wanted: cached.map(({ wanted }) => wanted as Wanted<P>),
      throttledSessionId: sessionId,
      answered: (answers) => ({
        sessionId,
        told: cached.map((one, index) => this.#note(session, one, answers[index])),
      }),
    };
  }

  #full<P extends WantedPartition>(request: SessionRequest<P>): FetchTurn<P> {
    const { wanted, sessionEpoch, usesTopicIds } = request;
    return {
      error: null,
      wanted,
      throttledSessionId: NO_SESSION,
      answered: (answers) => {
        const told = wanted.map(() => true);
        const session = sessionEpoch === FIRST_EPOCH ? this.#begin(wanted.length, usesTopicIds) : null;
        for (const [index, one] of wanted.entries()) {
          const cached = { wanted: one, highWatermark: UNKNOWN, logStartOffset: UNKNOWN };
          session?.partitions.set(keyOf(one, usesTopicIds), cached);
          if (session !== null) this.#note(session, cached, answers[index]);
        }
        this.#partitions += session?.partitions.size ?? 0;
        return { sessionId: session?.id ?? NO_SESSION, told };
      },
    };
  }

  #begin(size: number, usesTopicIds: boolean): Session | null {
    if (this.#sessions.size >= this.#slots && !this.#evict(size)) return null;
    while (this.#partitions + size > this.#partitionsMax) if (!this.#evict(size)) return null;
    const nowMs = this.#clock.now().monoMs;
    let id = NO_SESSION;
    while (id === NO_SESSION || this.#sessions.has(id)) {
      id = 1 + Math.floor(this.#random.float() * (EPOCH_MAX - 1));
    }
    const session = {
      id,
      usesTopicIds,
      epoch: 1,
      createdMs: nowMs,
      lastUsedMs: nowMs,
      partitions: new Map<string, Cached>(),
    };
    this.#sessions.set(id, session);
    return session;
  }

  #evict(size: number): boolean {
    const beforeMs = this.#clock.now().monoMs - this.#evictionMs;
    let smallest: Session | null = null;
    for (const session of this.#sessions.values()) {
      if (session.lastUsedMs < beforeMs) return this.#forget(session);
      if (session.createdMs >= beforeMs || session.partitions.size >= size) continue;
      if (smallest === null || session.partitions.size < smallest.partitions.size) smallest = session;
    }
    return smallest !== null && this.#forget(smallest);
  }

  #forget(session: Session): boolean {
    if (this.#sessions.delete(session.id)) this.#partitions -= session.partitions.size;
    return true;
  }

  #update<P extends WantedPartition>(session: Session, request: SessionRequest<P>): void {
    const { partitions, usesTopicIds } = session;
    const before = partitions.size;
    for (const wanted of request.wanted) {
      const key = keyOf(wanted, usesTopicIds);
      const known = partitions.get(key);
      if (known !== undefined) known.wanted = wanted;
      else partitions.set(key, { wanted, highWatermark: UNKNOWN, logStartOffset: UNKNOWN });
    }
    for (const { topic, topicId, partitions: gone } of request.forgotten)
      for (const partition of gone) partitions.delete(`${usesTopicIds ? topicId : topic}/${partition}`);
    this.#partitions += partitions.size - before;
  }

  /** Whether the answer has news. An error is news, and so is its end. */
  #note(session: Session, cached: Cached, answer: SessionAnswer | undefined): boolean {
    if (answer === undefined) return false;
    const { errorCode, bytes, highWatermark, logStartOffset, isRedirected } = answer;
    const hasNews =
      errorCode !== 0 ||
      bytes > 0 ||
      isRedirected === true ||
      highWatermark !== cached.highWatermark ||
      logStartOffset !== cached.logStartOffset;
    cached.highWatermark = errorCode === 0 ? highWatermark : UNKNOWN;
    cached.logStartOffset = logStartOffset;
    if (bytes > 0) {
      const key = keyOf(cached.wanted, session.usesTopicIds);
      if (session.partitions.delete(key)) session.partitions.set(key, cached);
    }
    return hasNews;
  }
}

function keyOf({ topic, topicId, data }: Wanted, usesTopicIds: boolean): string {
  return `${usesTopicIds ? topicId : topic}/${data.partition}`;
}
