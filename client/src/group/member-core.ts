import { assert } from '@millrace/foundation/assert';
import { backoffMs } from '../cluster/backoff.ts';
import { isCoordinatorLost } from '../cluster/coordinator-lost.ts';
import type { Failure, JoinResult, MemberEffect, MemberEvent } from './member-events.ts';

export interface MemberTimings {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
}

/**
 * - `unjoined`: to join as soon as the coordinator is known and the backoff is over
 * - `preparing`: giving up what must be given up before a rejoin
 * - `joining`, `assigning` (the leader's part), `syncing`: on the way into a generation
 * - `stable`: in a generation
 * - `leaving`, `stopped`: on the way out, and out
 */
export type MemberPhase =
  | 'unjoined'
  | 'preparing'
  | 'joining'
  | 'assigning'
  | 'syncing'
  | 'stable'
  | 'leaving'
  | 'stopped';

const NO_GENERATION = -1;
const NO_MEMBER = '';
/** Phases in which the broker expects heartbeats: it holds no join or sync of ours meanwhile. */
const beating = new Set<MemberPhase>(['preparing', 'assigning', 'stable']);

/**
 * A classic group member as a state machine: told what happened and when (monotonic ms), it answers what to do. At most one
 * callback runs at a time; heartbeats go on under all of them, so that a slow one does not cost the membership.
 */
export class MemberCore {
  readonly #timings: MemberTimings;
  readonly #leavesOnClose: boolean;
  #phase: MemberPhase = 'unjoined';
  #started = false;
  #closing = false;
  #memberId = NO_MEMBER;
  #generationId = NO_GENERATION;
  /** Whether `joined` was called since anything was last lost. */
  #holding = false;
  #prepared = false;
  #callback = false;
  #rejoinReason: string | null = null;
  #lost: Failure | null = null;
  #fatal = false;
  #coordinator: 'unknown' | 'sought' | 'known' = 'unknown';
  #tries = 0;
  #retryAtMs = 0;
  #result: JoinResult | null = null;
  #heartbeatInFlight = false;
  #nextHeartbeatMs = Number.POSITIVE_INFINITY;
  #lastContactMs = 0;
  #effects: MemberEffect[] = [];

  constructor(timings: MemberTimings, leavesOnClose: boolean) {
    this.#timings = timings;
    this.#leavesOnClose = leavesOnClose;
  }

  get phase(): MemberPhase {
    return this.#phase;
  }

  get memberId(): string | null {
    return this.#memberId === NO_MEMBER ? null : this.#memberId;
  }

  get generationId(): number {
    return this.#generationId;
  }

  /** When the next `tick` is due, monotonic ms; Infinity where only an answer can move things. */
  get wakeAtMs(): number {
    if (!this.#started || this.#phase === 'stopped') return Number.POSITIVE_INFINITY;
    let atMs = Number.POSITIVE_INFINITY;
    if (this.#hasSession) {
      atMs = this.#lastContactMs + this.#timings.sessionTimeoutMs;
    }
    if (this.#isBeating) {
      const beats = this.#coordinator === 'known' && !this.#heartbeatInFlight;
      if (beats) atMs = Math.min(atMs, this.#nextHeartbeatMs);
    }
    const joins = this.#coordinator === 'known' && this.#phase === 'unjoined' && !this.#callback;
    if (joins || this.#coordinator === 'unknown') atMs = Math.min(atMs, this.#retryAtMs);
    return atMs;
  }

  handle(event: MemberEvent, nowMs: number): readonly MemberEffect[] {
    this.#effects = [];
    if (this.#phase === 'stopped') return this.#effects;
    this.#take(event, nowMs);
    this.#advance(nowMs);
    return this.#effects;
  }

  get #isBeating(): boolean {
    return this.#generationId !== NO_GENERATION && beating.has(this.#phase);
  }

  /** Also where a rejoin does not get through: the broker gives what is held to others all the same. */
  get #hasSession(): boolean {
    return (
      this.#isBeating || (this.#holding && this.#generationId !== NO_GENERATION && this.#phase === 'unjoined')
    );
  }

  #take(event: MemberEvent, nowMs: number): void {
    switch (event.kind) {
      case 'start':
        this.#started = true;
        break;
      case 'coordinatorFound':
        this.#coordinator = 'known';
        this.#retryAtMs = nowMs;
        break;
      case 'coordinatorFailed':
        this.#coordinator = 'unknown';
        this.#retryLater(event.failure, nowMs);
        break;
      case 'joined':
        if (this.#phase === 'joining') this.#takeJoin(event.result, nowMs);
        break;
      case 'joinFailed':
        if (this.#phase === 'joining') this.#takeJoinFailure(event.failure, event.memberId, nowMs);
        break;
      case 'assigned':
        this.#callback = false;
        if (this.#phase === 'assigning') this.#takeAssignments(event.assignments, nowMs);
        break;
      case 'synced':
        if (this.#phase === 'syncing') this.#takeSync(event.assignment, nowMs);
        break;
      case 'syncFailed':
        if (this.#phase === 'syncing') this.#takeSyncFailure(event.failure, nowMs);
        break;
      case 'heartbeatAnswered':
        this.#heartbeatInFlight = false;
        if (event.generationId === this.#generationId)
          this.#takeHeartbeat(event.failure, event.sentMs, nowMs);
        break;
      case 'commitRefused':
        if (event.generationId === this.#generationId && this.#phase === 'stable')
          this.#takeRefusal(event.failure, nowMs);
        break;
      case 'callbackEnded':
        this.#callback = false;
        if (this.#phase === 'preparing') {
          this.#phase = 'unjoined';
          this.#prepared = true;
        }
        break;
      case 'rejoinRequested':
        this.#rejoinReason ??= event.reason;
        break;
      case 'close':
        this.#closing = true;
        break;
      case 'left':
        this.#stop();
        break;
      case 'tick':
        break;
    }
  }

  /** Does whatever is next in the state that an event has left. */
  #advance(nowMs: number): void {
    if (!this.#started && !this.#closing) return;
    if (this.#phase === 'stopped' || this.#phase === 'leaving') return;
    this.#checkSession(nowMs);
    if (!this.#callback && this.#advanceCallbacks()) return;
    if (this.#closing) {
      if (!this.#callback) this.#leave();
      return;
    }
    if (this.#coordinator !== 'known') {
      this.#findCoordinator(nowMs);
      return;
    }
    if (this.#phase === 'unjoined' && !this.#callback && nowMs >= this.#retryAtMs) this.#join();
    this.#beat(nowMs);
  }

  /** Whether a callback was begun, or the member stopped. */
  #advanceCallbacks(): boolean {
    if (this.#lost !== null) {
      const reason = this.#lost.error;
      const tell = this.#holding || this.#fatal;
      this.#lost = null;
      this.#holding = false;
      if (tell) {
        this.#effects.push({ kind: 'callLost', reason });
        this.#callback = true;
      }
      if (this.#fatal) this.#stop();
      if (tell || this.#fatal) return true;
    }
    if (this.#phase !== 'stable' || this.#rejoinReason === null || this.#closing) return false;
    this.#phase = 'preparing';
    this.#effects.push({ kind: 'callRejoining' });
    this.#callback = true;
    return false;
  }

  #findCoordinator(nowMs: number): void {
    if (this.#coordinator === 'sought' || nowMs < this.#retryAtMs) return;
    this.#coordinator = 'sought';
    this.#effects.push({ kind: 'findCoordinator' });
  }

  #join(): void {
    if (this.#holding && !this.#prepared) {
      this.#phase = 'preparing';
      this.#effects.push({ kind: 'callRejoining' });
      this.#callback = true;
      return;
    }
    this.#phase = 'joining';
    this.#effects.push({ kind: 'sendJoin', memberId: this.#memberId, reason: this.#rejoinReason ?? '' });
    this.#rejoinReason = null;
  }

  #beat(nowMs: number): void {
    if (!this.#isBeating || this.#heartbeatInFlight || nowMs < this.#nextHeartbeatMs) return;
    this.#heartbeatInFlight = true;
    this.#effects.push({ kind: 'sendHeartbeat', generationId: this.#generationId });
  }

  #takeJoin(result: JoinResult, nowMs: number): void {
    this.#contact(nowMs);
    this.#memberId = result.memberId;
    this.#generationId = result.generationId;
    this.#result = result;
    this.#nextHeartbeatMs = nowMs + this.#timings.heartbeatIntervalMs;
    if (result.leaderId === result.memberId && !result.skipAssignment) {
      this.#phase = 'assigning';
      this.#callback = true;
      this.#effects.push({ kind: 'callAssign', result });
      return;
    }
    this.#sync(result, new Map());
  }

  #takeAssignments(assignments: ReadonlyMap<string, Buffer> | null, nowMs: number): void {
    assert(this.#result !== null, 'assignments follow a join');
    if (assignments !== null) {
      this.#sync(this.#result, assignments);
      return;
    }
    this.#phase = 'unjoined';
    this.#backOff(nowMs);
  }

  #sync({ protocol }: JoinResult, assignments: ReadonlyMap<string, Buffer>): void {
    this.#phase = 'syncing';
    this.#effects.push({ kind: 'sendSync', protocol, assignments });
  }

  #takeSync(assignment: Buffer, nowMs: number): void {
    assert(this.#result !== null, 'a sync follows a join');
    this.#contact(nowMs);
    this.#phase = 'stable';
    this.#holding = true;
    this.#prepared = false;
    this.#nextHeartbeatMs = nowMs + this.#timings.heartbeatIntervalMs;
    this.#effects.push({ kind: 'callJoined', result: this.#result, assignment });
    this.#callback = true;
    this.#result = null;
  }

  #takeJoinFailure(failure: Failure, memberId: string, nowMs: number): void {
    this.#phase = 'unjoined';
    switch (failure.code) {
      case 'MEMBER_ID_REQUIRED':
        this.#memberId = memberId;
        return;
      case 'REBALANCE_IN_PROGRESS':
        this.#backOff(nowMs);
        return;
      default:
        this.#takeRefusal(failure, nowMs);
    }
  }

  #takeSyncFailure(failure: Failure, nowMs: number): void {
    this.#phase = 'unjoined';
    if (failure.code === 'REBALANCE_IN_PROGRESS') return;
    this.#takeRefusal(failure, nowMs);
  }

  #takeHeartbeat(failure: Failure | null, sentMs: number, nowMs: number): void {
    this.#nextHeartbeatMs = nowMs + this.#timings.heartbeatIntervalMs;
    if (failure === null || failure.code === 'REBALANCE_IN_PROGRESS') {
      this.#contact(sentMs);
      if (failure !== null && this.#phase === 'stable') this.#rejoinReason ??= 'the group rebalances';
      return;
    }
    // Sent before the join, it may have come to the broker behind it, which is in the next generation by then: the join is answered too.
    if (this.#phase === 'joining') return;
    this.#takeRefusal(failure, nowMs);
    this.#nextHeartbeatMs = this.#retryAtMs;
  }

  /** Errors that mean the same in every answer. */
  #takeRefusal(failure: Failure, nowMs: number): void {
    switch (failure.code) {
      case 'REBALANCE_IN_PROGRESS':
        this.#rejoinReason ??= 'the group rebalances';
        return;
      case 'UNKNOWN_MEMBER_ID':
        this.#memberId = NO_MEMBER;
        this.#lose(failure);
        return;
      case 'ILLEGAL_GENERATION':
        this.#lose(failure);
        return;
      default:
        this.#retryLater(failure, nowMs);
    }
  }

  #retryLater(failure: Failure, nowMs: number): void {
    if (isCoordinatorLost(failure.code)) this.#coordinator = 'unknown';
    if (failure.retriable || isCoordinatorLost(failure.code)) {
      this.#backOff(nowMs);
      return;
    }
    this.#fatal = true;
    this.#lose(failure);
  }

  #backOff(nowMs: number): void {
    const { retryBackoffMs, retryBackoffMaxMs } = this.#timings;
    this.#retryAtMs = nowMs + backoffMs(this.#tries, retryBackoffMs, retryBackoffMaxMs, 0.5);
    this.#tries += 1;
  }

  #contact(atMs: number): void {
    this.#lastContactMs = Math.max(this.#lastContactMs, atMs);
    this.#tries = 0;
  }

  #lose(failure: Failure): void {
    this.#lost ??= failure;
    this.#generationId = NO_GENERATION;
    this.#result = null;
    this.#prepared = true;
    this.#phase = 'unjoined';
  }

  #checkSession(nowMs: number): void {
    if (!this.#hasSession || nowMs - this.#lastContactMs < this.#timings.sessionTimeoutMs) return;
    const message = `no heartbeat was answered for the session timeout of ${this.#timings.sessionTimeoutMs} ms`;
    this.#coordinator = 'unknown';
    this.#retryAtMs = nowMs;
    this.#lose({ code: 'SESSION_EXPIRED', retriable: true, error: new Error(message) });
  }

  #leave(): void {
    if (this.#memberId === NO_MEMBER || !this.#leavesOnClose || this.#coordinator !== 'known') {
      this.#stop();
      return;
    }
    this.#phase = 'leaving';
    this.#effects.push({ kind: 'sendLeave', memberId: this.#memberId });
  }

  #stop(): void {
    this.#phase = 'stopped';
    this.#generationId = NO_GENERATION;
    this.#effects.push({ kind: 'closed' });
  }
}
