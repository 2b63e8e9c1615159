import { describe, expect, it } from 'vitest';
import { MemberCore } from './member-core.ts';
import type { Failure, JoinResult, MemberEffect, MemberEvent } from './member-events.ts';

const timings = {
  sessionTimeoutMs: 1_000,
  heartbeatIntervalMs: 300,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 400,
};
const retriable = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR',
  'CONNECTION_LOST',
  'COORDINATOR_NOT_AVAILABLE',
]);

function failure(code: string): Failure {
  return { code, retriable: retriable.has(code), error: new Error(code) };
}

function result(generationId: number, leaderId: string, memberId = 'm1'): JoinResult {
  return { generationId, memberId, leaderId, protocol: 'p', skipAssignment: false, members: [] };
}

function shown(effect: MemberEffect): string {
  switch (effect.kind) {
    case 'sendJoin':
      return `sendJoin "${effect.memberId}" ${effect.reason}`.trim();
    case 'sendSync':
      return `sendSync ${effect.assignments.size}`;
    case 'sendHeartbeat':
      return `sendHeartbeat ${effect.generationId}`;
    case 'callJoined':
      return `callJoined ${effect.result.generationId}`;
    case 'callLost':
      return `callLost ${effect.reason.message}`;
    default:
      return effect.kind;
  }
}

/** Plays events and writes down what is done about them. */
class Play {
  readonly core: MemberCore;
  nowMs = 0;

  constructor(leavesOnClose = true) {
    this.core = new MemberCore(timings, leavesOnClose);
  }

  at(nowMs: number, event: MemberEvent): string {
    this.nowMs = nowMs;
    return this.core.handle(event, nowMs).map(shown).join(', ');
  }

  tell(event: MemberEvent): string {
    return this.at(this.nowMs, event);
  }

  /** Follows into generation 1, callback ended. */
  stable(): this {
    this.tell({ kind: 'start' });
    this.tell({ kind: 'coordinatorFound' });
    this.tell({ kind: 'joined', result: result(1, 'other') });
    this.tell({ kind: 'synced', assignment: Buffer.from('a') });
    this.tell({ kind: 'callbackEnded' });
    return this;
  }

  heartbeat(code: string | null, sentMs = this.nowMs): string {
    const generationId = this.core.generationId;
    return this.tell({
      kind: 'heartbeatAnswered',
      generationId,
      sentMs,
      failure: code === null ? null : failure(code),
    });
  }
}

describe('MemberCore', () => {
  it('joins: coordinator, member id, join, sync, and heartbeats from then on', () => {
    const play = new Play();
    expect(play.tell({ kind: 'start' })).toBe('findCoordinator');
    expect(play.tell({ kind: 'coordinatorFound' })).toBe('sendJoin ""');
    expect(play.tell({ kind: 'joinFailed', failure: failure('MEMBER_ID_REQUIRED'), memberId: 'm1' })).toBe(
      'sendJoin "m1"',
    );
    expect(play.tell({ kind: 'joined', result: result(4, 'other') })).toBe('sendSync 0');
    expect(play.tell({ kind: 'synced', assignment: Buffer.from('a') })).toBe('callJoined 4');
    expect(play.at(300, { kind: 'tick' })).toBe('sendHeartbeat 4');
    expect(play.at(400, { kind: 'tick' })).toBe('');
    expect(play.heartbeat(null)).toBe('');
    expect(play.core.wakeAtMs).toBe(700);
  });

  it('assigns as the leader, with heartbeats meanwhile', () => {
    const play = new Play();
    play.tell({ kind: 'start' });
    play.tell({ kind: 'coordinatorFound' });
    expect(play.tell({ kind: 'joined', result: result(1, 'm1') })).toBe('callAssign');
    expect(play.at(300, { kind: 'tick' })).toBe('sendHeartbeat 1');
    expect(play.tell({ kind: 'assigned', assignments: new Map([['m1', Buffer.alloc(0)]]) })).toBe(
      'sendSync 1',
    );
  });

  it('joins again when assigning fails, after a pause', () => {
    const play = new Play();
    play.tell({ kind: 'start' });
    play.tell({ kind: 'coordinatorFound' });
    play.tell({ kind: 'joined', result: result(1, 'm1') });
    expect(play.tell({ kind: 'assigned', assignments: null })).toBe('');
    expect(play.core.wakeAtMs).toBe(100);
    expect(play.at(100, { kind: 'tick' })).toBe('sendJoin "m1"');
  });

  it('gives up first and then rejoins when the group rebalances', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    expect(play.heartbeat('REBALANCE_IN_PROGRESS')).toBe('callRejoining');
    expect(play.at(600, { kind: 'tick' })).toBe('sendHeartbeat 1');
    expect(play.heartbeat('REBALANCE_IN_PROGRESS')).toBe('');
    expect(play.tell({ kind: 'callbackEnded' })).toBe('sendJoin "m1" the group rebalances');
  });

  it('rejoins when asked to, once the joined callback has ended', () => {
    const play = new Play();
    play.tell({ kind: 'start' });
    play.tell({ kind: 'coordinatorFound' });
    play.tell({ kind: 'joined', result: result(1, 'other') });
    expect(play.tell({ kind: 'synced', assignment: Buffer.alloc(0) })).toBe('callJoined 1');
    expect(play.tell({ kind: 'rejoinRequested', reason: 'more topics' })).toBe('');
    expect(play.tell({ kind: 'callbackEnded' })).toBe('callRejoining');
    expect(play.tell({ kind: 'callbackEnded' })).toBe('sendJoin "m1" more topics');
  });

  it('has lost everything when a rejoin does not get through for the session', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    expect(play.heartbeat('REBALANCE_IN_PROGRESS')).toBe('callRejoining');
    expect(play.tell({ kind: 'callbackEnded' })).toBe('sendJoin "m1" the group rebalances');
    play.at(400, { kind: 'joinFailed', failure: failure('CONNECTION_LOST'), memberId: 'm1' });
    play.at(900, { kind: 'coordinatorFailed', failure: failure('COORDINATOR_NOT_AVAILABLE') });
    expect(play.core.wakeAtMs).toBeLessThanOrEqual(1_300);
    expect(play.at(1_300, { kind: 'tick' })).toContain('callLost');
  });

  it('has lost everything when unknown, and joins as somebody new', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    expect(play.heartbeat('UNKNOWN_MEMBER_ID')).toBe('callLost UNKNOWN_MEMBER_ID');
    expect(play.core.generationId).toBe(-1);
    expect(play.tell({ kind: 'callbackEnded' })).toBe('sendJoin ""');
  });

  it('keeps its id when only the generation is over', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    expect(play.heartbeat('ILLEGAL_GENERATION')).toBe('callLost ILLEGAL_GENERATION');
    expect(play.tell({ kind: 'callbackEnded' })).toBe('sendJoin "m1"');
  });

  it('loses nothing by a heartbeat that its own join has overtaken', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    play.tell({ kind: 'rejoinRequested', reason: 'more topics' });
    expect(play.tell({ kind: 'callbackEnded' })).toBe('sendJoin "m1" more topics');
    expect(play.heartbeat('ILLEGAL_GENERATION')).toBe('');
    expect(play.tell({ kind: 'joined', result: result(2, 'other') })).toBe('sendSync 0');
    expect(play.tell({ kind: 'synced', assignment: Buffer.alloc(0) })).toBe('callJoined 2');
  });

  it('passes over answers to heartbeats of an earlier generation', () => {
    const play = new Play().stable();
    const stale = {
      kind: 'heartbeatAnswered',
      generationId: 0,
      sentMs: 0,
      failure: failure('UNKNOWN_MEMBER_ID'),
    } as const;
    expect(play.tell(stale)).toBe('');
    expect(play.core.phase).toBe('stable');
  });

  it('stops for good when fenced', () => {
    const play = new Play(false).stable();
    play.at(300, { kind: 'tick' });
    expect(play.heartbeat('FENCED_INSTANCE_ID')).toBe('callLost FENCED_INSTANCE_ID, closed');
    expect(play.core.wakeAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('stops with a reason when it may not join at all', () => {
    const play = new Play();
    play.tell({ kind: 'start' });
    play.tell({ kind: 'coordinatorFound' });
    expect(
      play.tell({ kind: 'joinFailed', failure: failure('GROUP_AUTHORIZATION_FAILED'), memberId: '' }),
    ).toBe('callLost GROUP_AUTHORIZATION_FAILED, closed');
  });

  it('looks for the coordinator anew and stays in its generation', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    expect(play.heartbeat('NOT_COORDINATOR')).toBe('');
    expect(play.at(400, { kind: 'tick' })).toBe('findCoordinator');
    expect(play.at(450, { kind: 'coordinatorFound' })).toBe('sendHeartbeat 1');
    expect(play.core.phase).toBe('stable');
  });

  it('notices by its own clock that its session is over', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    play.at(310, {
      kind: 'heartbeatAnswered',
      generationId: 1,
      sentMs: 300,
      failure: failure('CONNECTION_LOST'),
    });
    expect(play.at(420, { kind: 'tick' })).toBe('findCoordinator');
    expect(play.core.wakeAtMs).toBe(1_000);
    expect(play.at(999, { kind: 'tick' })).toBe('');
    expect(play.at(1_000, { kind: 'tick' })).toMatch(/^callLost no heartbeat was answered/);
    expect(play.tell({ kind: 'callbackEnded' })).toBe('findCoordinator');
    expect(play.tell({ kind: 'coordinatorFound' })).toBe('sendJoin "m1"');
  });

  it('counts the session from when the answered heartbeat was sent', () => {
    const play = new Play().stable();
    play.at(300, { kind: 'tick' });
    play.at(900, { kind: 'heartbeatAnswered', generationId: 1, sentMs: 300, failure: null });
    expect(play.at(1_299, { kind: 'tick' })).toBe('sendHeartbeat 1');
    expect(play.at(1_300, { kind: 'tick' })).toMatch(/^callLost/);
  });

  it('rejoins without giving up again when the sync finds another rebalance', () => {
    const play = new Play().stable();
    play.tell({ kind: 'rejoinRequested', reason: 'r' });
    play.tell({ kind: 'callbackEnded' });
    play.tell({ kind: 'joined', result: result(2, 'other') });
    expect(play.tell({ kind: 'syncFailed', failure: failure('REBALANCE_IN_PROGRESS') })).toBe(
      'sendJoin "m1"',
    );
  });

  it('leaves when it closes, where it is told to', () => {
    const play = new Play().stable();
    expect(play.tell({ kind: 'close' })).toBe('sendLeave');
    expect(play.tell({ kind: 'left' })).toBe('closed');
    expect(new Play(false).stable().tell({ kind: 'close' })).toBe('closed');
  });

  it('closes only after the callback that runs', () => {
    const play = new Play().stable();
    play.tell({ kind: 'rejoinRequested', reason: 'r' });
    expect(play.tell({ kind: 'close' })).toBe('');
    expect(play.tell({ kind: 'callbackEnded' })).toBe('sendLeave');
  });

  it('closes before it was started', () => {
    expect(new Play().tell({ kind: 'close' })).toBe('closed');
  });
});
