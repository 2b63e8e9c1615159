import { describe, expect, it } from 'vitest';
import { FetchSessions, type FetchTurn, type WantedPartition } from './fetch-sessions.ts';

const EVICTION_MS = 1000;

function sessions(slots = 2, partitionsMax?: number) {
  let monoMs = 0;
  const floats = Array.from({ length: 100 }, (_, index) => index / 100);
  const cache = new FetchSessions({
    clock: { now: () => ({ wallMs: 0, monoMs }) },
    random: { float: () => floats.pop() ?? 0, uuid: () => '' },
    slots,
    evictionMs: EVICTION_MS,
    ...(partitionsMax !== undefined && { partitionsMax }),
  });
  return { cache, pass: (ms: number) => (monoMs += ms) };
}

const want = (partition: number, fetchOffset = 0) => ({
  topic: 't',
  topicId: 'id',
  data: { partition, currentLeaderEpoch: -1, fetchOffset, partitionMaxBytes: 10 },
});
type Ask = Partial<Parameters<FetchSessions['turn']>[0]>;
const ask = (more: Ask) => ({
  sessionId: 0,
  sessionEpoch: 0,
  usesTopicIds: false,
  wanted: [],
  forgotten: [],
  ...more,
});
const answer = (more: object = {}) => ({
  errorCode: 0,
  highWatermark: 5,
  logStartOffset: 0,
  bytes: 0,
  ...more,
});

function served(turn: ReturnType<FetchSessions['turn']>): FetchTurn<WantedPartition> {
  if (turn.error !== null) throw new Error(turn.error);
  return turn;
}

/** A session of these partitions, all answered alike. */
function begin(cache: FetchSessions, partitions: readonly number[]): number {
  const turn = served(cache.turn(ask({ wanted: partitions.map((one) => want(one)) })));
  return turn.answered(partitions.map(() => answer())).sessionId;
}

const partitionsOf = (turn: FetchTurn<WantedPartition>) => turn.wanted.map(({ data }) => data.partition);

describe('a fetch session', () => {
  it('reads what it knows, and tells what has news alone', () => {
    const { cache } = sessions();
    const sessionId = begin(cache, [0, 1, 2]);
    expect(sessionId).toBeGreaterThan(0);
    const turn = served(cache.turn(ask({ sessionId, sessionEpoch: 1 })));
    expect(partitionsOf(turn)).toEqual([0, 1, 2]);
    const answers = [answer(), answer({ highWatermark: 6 }), answer({ logStartOffset: 1 })];
    expect(turn.answered(answers)).toEqual({ sessionId, told: [false, true, true] });
  });

  it('takes changes of offsets, new partitions and those forgotten', () => {
    const { cache } = sessions();
    const sessionId = begin(cache, [0, 1]);
    const forgotten = [{ topic: 't', topicId: '', partitions: [1] }];
    const turn = served(
      cache.turn(ask({ sessionId, sessionEpoch: 1, wanted: [want(0, 7), want(2)], forgotten })),
    );
    expect(turn.wanted.map(({ data }) => [data.partition, data.fetchOffset])).toEqual([
      [0, 7],
      [2, 0],
    ]);
    expect(turn.answered([answer(), answer()]).told).toEqual([false, true]);
  });

  it('reads those last that got records', () => {
    const { cache } = sessions();
    const sessionId = begin(cache, [0, 1]);
    served(cache.turn(ask({ sessionId, sessionEpoch: 1 }))).answered([answer({ bytes: 9 }), answer()]);
    expect(partitionsOf(served(cache.turn(ask({ sessionId, sessionEpoch: 2 }))))).toEqual([1, 0]);
  });

  it('tells an error each time, and its end', () => {
    const { cache } = sessions();
    const sessionId = begin(cache, [0]);
    const told = (epoch: number, more: object) =>
      served(cache.turn(ask({ sessionId, sessionEpoch: epoch }))).answered([answer(more)]).told[0];
    expect([told(1, { errorCode: 6 }), told(2, { errorCode: 6 }), told(3, {}), told(4, {})]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('knows its requests by their order, and by how they name topics', () => {
    const { cache } = sessions();
    const sessionId = begin(cache, [0]);
    expect(cache.turn(ask({ sessionId, sessionEpoch: 2 })).error).toBe('INVALID_FETCH_SESSION_EPOCH');
    expect(cache.turn(ask({ sessionId, sessionEpoch: 1, usesTopicIds: true })).error).toBe(
      'FETCH_SESSION_TOPIC_ID_ERROR',
    );
    expect(cache.turn(ask({ sessionId: sessionId + 1, sessionEpoch: 1 })).error).toBe(
      'FETCH_SESSION_ID_NOT_FOUND',
    );
  });

  it('ends with a full request, and with its last partition', () => {
    const { cache } = sessions();
    const first = begin(cache, [0]);
    served(cache.turn(ask({ sessionId: first, sessionEpoch: -1, wanted: [want(0)] })));
    expect(cache.size).toBe(0);
    const second = begin(cache, [0]);
    const forgotten = [{ topic: 't', topicId: '', partitions: [0] }];
    const turn = served(cache.turn(ask({ sessionId: second, sessionEpoch: 1, forgotten })));
    expect([turn.answered([]).sessionId, cache.size]).toEqual([0, 0]);
  });
});

describe('slots for sessions', () => {
  it('are given to new ones when the old were not used, or are smaller', () => {
    const { cache, pass } = sessions(1);
    const small = begin(cache, [0]);
    expect(begin(cache, [0, 1])).toBe(0);
    pass(EVICTION_MS + 1);
    served(cache.turn(ask({ sessionId: small, sessionEpoch: 1 })));
    expect(begin(cache, [0])).toBe(0);
    const large = begin(cache, [0, 1]);
    expect([large > 0, cache.size]).toEqual([true, 1]);
    pass(EVICTION_MS + 1);
    expect(begin(cache, [0])).toBeGreaterThan(0);
  });

  it('are not taken by requests without a session', () => {
    const { cache } = sessions();
    const turn = served(cache.turn(ask({ sessionEpoch: -1, wanted: [want(0)] })));
    expect([turn.answered([answer()]).sessionId, cache.size]).toEqual([0, 0]);
  });

  it('does not begin, or ends, where all of them would have too many partitions', () => {
    const { cache, pass } = sessions(10, 5);
    const first = begin(cache, [0, 1, 2]);
    expect([begin(cache, [3, 4, 5]), cache.partitions]).toEqual([0, 3]);
    expect(begin(cache, [3])).toBeGreaterThan(0);
    const more = ask({ sessionId: first, sessionEpoch: 1, wanted: [want(3), want(4)] });
    expect(cache.turn(more)).toEqual({ error: 'FETCH_SESSION_ID_NOT_FOUND' });
    expect([cache.size, cache.partitions]).toEqual([1, 1]);
    pass(2 * EVICTION_MS);
    expect(begin(cache, [0, 1, 2, 3, 4])).toBeGreaterThan(0);
    expect([cache.size, cache.partitions]).toEqual([1, 5]);
  });
});
