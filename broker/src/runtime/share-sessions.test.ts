import { beforeEach, describe, expect, it } from 'vitest';
import type { ShareSession } from '../core/share/share-session.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { SharePartitions } from './share-partitions.ts';
import { ShareSessions } from './share-sessions.ts';

const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

let released: string[];
let sessions: ShareSessions;
beforeEach(() => {
  released = [];
  const partitions = {
    release: (group: string, memberId: string) => released.push(`${group}/${memberId}`),
    groupLeft: () => undefined,
  };
  const config = { values: { 'group.share.max.share.sessions': 10 } };
  sessions = new ShareSessions(
    partitions as unknown as SharePartitions,
    config as unknown as BrokerConfig,
    100,
  );
});

function begin(memberId: string): ShareSession {
  const { signal } = new AbortController();
  const session = sessions.turn({ group: 'g', memberId, epoch: 0, signal });
  if (typeof session === 'string') throw new Error(session);
  return session;
}

const partitionsTo = (count: number) =>
  Array.from({ length: count }, (_, partition) => ({ topicId: TOPIC_ID, partition }));
const read = (session: ShareSession, count: number) =>
  sessions.change(session, { added: partitionsTo(count), forgotten: [] });

describe('share sessions', () => {
  it('tell which partitions were not read before', () => {
    const session = begin('m');
    const first = read(session, 2);
    const second = read(session, 3);
    expect([first, second].map((one) => (typeof one === 'string' ? one : one.size))).toEqual([2, 1]);
    expect(session.size).toBe(3);
  });

  it('read a bounded number of partitions together: who asks for more has no session', () => {
    const [one, other] = [begin('one'), begin('other')];
    expect(read(one, 60)).toHaveProperty('size', 60);
    expect(read(other, 41)).toBe('SHARE_SESSION_LIMIT_REACHED');
    expect([other.isOpen, one.isOpen, sessions.size]).toEqual([false, true, 1]);
    expect(released).toEqual(['g/other']);
    expect(read(begin('other'), 40)).toHaveProperty('size', 40);
  });

  it('make room when they end, begin anew, or read less', () => {
    const session = begin('m');
    read(session, 100);
    const forgotten = partitionsTo(50);
    expect(sessions.change(session, { added: [], forgotten })).toHaveProperty('size', 0);
    expect(read(begin('other'), 50)).toHaveProperty('size', 50);
    // The one before it gave back its fifty.
    expect(read(begin('m'), 50)).toHaveProperty('size', 50);
    const last = sessions.turn({
      group: 'g',
      memberId: 'other',
      epoch: -1,
      signal: new AbortController().signal,
    });
    if (typeof last === 'string') throw new Error(last);
    sessions.end(last);
    expect(read(begin('third'), 50)).toHaveProperty('size', 50);
  });
});
