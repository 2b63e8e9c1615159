import { describe, expect, test } from 'vitest';
import { Acknowledgements, batchesOf } from './acknowledgements.ts';
import { RecordLock } from './record-lock.ts';
import { ShareSession } from './share-session.ts';

const partition = { topic: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const NOW_MS = 1_000;
const lock = new RecordLock(5_000);
const at = (offset: number) => ({ topic: 't', partition: 0, offset });

function holding(offsets: readonly number[], gaps: readonly number[] = []) {
  const acknowledgements = new Acknowledgements();
  const session = new ShareSession(1);
  acknowledgements.hold(partition, session, lock, { offsets, gaps });
  const take = (of = session, nowMs = NOW_MS) => acknowledgements.take(of, nowMs).inTime;
  return { acknowledgements, session, take };
}

describe('batchesOf', () => {
  test('says rows of one type once, mixed ones offset by offset, and leaves holes out', () => {
    const said = [
      { offset: 3, type: 1 },
      { offset: 4, type: 1 },
      { offset: 6, type: 1 },
      { offset: 7, type: 2 },
    ];
    expect(batchesOf(said)).toEqual([
      { firstOffset: 3, lastOffset: 4, acknowledgeTypes: [1] },
      { firstOffset: 6, lastOffset: 7, acknowledgeTypes: [1, 2] },
    ]);
    expect(batchesOf([])).toEqual([]);
  });
});

describe('Acknowledgements', () => {
  test('tells what was said, in order of offsets, and then holds it no longer', () => {
    const { acknowledgements, take } = holding([5, 6, 7]);
    acknowledgements.say(at(7), 'reject');
    acknowledgements.say(at(5), 'accept');
    expect(acknowledgements.heldRecords).toBe(1);
    expect(take()).toEqual([
      {
        ...partition,
        offsets: [5, 7],
        batches: [
          { firstOffset: 5, lastOffset: 5, acknowledgeTypes: [1] },
          { firstOffset: 7, lastOffset: 7, acknowledgeTypes: [3] },
        ],
        renewals: [],
      },
    ]);
    expect(take()).toEqual([]);
    expect(() => acknowledgements.say(at(5), 'accept')).toThrow(
      expect.objectContaining({ code: 'INVALID_RECORD_STATE' }),
    );
    expect(acknowledgements.isOpen(at(6))).toBe(true);
  });

  test('keeps a renewed record for a later word', () => {
    const { acknowledgements, session, take } = holding([5]);
    acknowledgements.say(at(5), 'renew');
    expect(acknowledgements.take(session, NOW_MS)).toMatchObject({
      inTime: [],
      renewals: [{ offsets: [5], renewals: [5] }],
    });
    expect(acknowledgements.heldRecords).toBe(1);
    acknowledgements.say(at(5), 'accept');
    expect(take()).toMatchObject([{ offsets: [5], renewals: [] }]);
    expect(acknowledgements.heldRecords).toBe(0);
  });

  test('takes the last word of several, and counts the record once', () => {
    const { acknowledgements, take } = holding([5]);
    for (const type of ['renew', 'accept', 'renew', 'release'] as const) acknowledgements.say(at(5), type);
    expect(acknowledgements.heldRecords).toBe(0);
    expect(take()).toMatchObject([{ batches: [{ acknowledgeTypes: [2] }] }]);
    expect(acknowledgements.sessions().size).toBe(0);
  });

  test('tells gaps by itself, which are no records to anybody', () => {
    const { acknowledgements, take } = holding([5, 7], [6]);
    expect(acknowledgements.heldRecords).toBe(2);
    expect(() => acknowledgements.say(at(6), 'accept')).toThrow('is not held');
    acknowledgements.say(at(5), 'accept');
    expect(take()).toMatchObject([
      { offsets: [5], batches: [{ firstOffset: 5, lastOffset: 6, acknowledgeTypes: [1, 0] }] },
    ]);
  });

  test('forgets what it said of a record that is delivered again', () => {
    const { acknowledgements, session, take } = holding([5]);
    acknowledgements.say(at(5), 'accept');
    acknowledgements.hold(partition, session, lock, { offsets: [5], gaps: [] });
    expect(acknowledgements.heldRecords).toBe(1);
    expect(take()).toEqual([]);
    acknowledgements.say(at(5), 'release');
    expect(take()).toMatchObject([{ offsets: [5] }]);
  });

  test('loses everything with the session, and says what was not told', () => {
    const { acknowledgements, session } = holding([5, 6]);
    acknowledgements.say(at(5), 'accept');
    expect(acknowledgements.lose(session)).toMatchObject([{ offsets: [5] }]);
    expect(acknowledgements.heldRecords).toBe(0);
    expect(acknowledgements.isOpen(at(6))).toBe(false);
  });

  test('holds what a new session acquires, and nothing of the old one', () => {
    const { acknowledgements, take } = holding([5, 6]);
    const next = new ShareSession(2);
    acknowledgements.hold(partition, next, lock, { offsets: [6], gaps: [] });
    expect(acknowledgements.heldRecords).toBe(1);
    acknowledgements.say(at(6), 'accept');
    expect(take()).toEqual([]);
    expect(take(next)).toMatchObject([{ offsets: [6] }]);
  });

  test('tells what was said too late apart from what was not, which it would take along', () => {
    const { acknowledgements, session } = holding([5]);
    acknowledgements.hold(partition, session, new RecordLock(9_000), { offsets: [6], gaps: [] });
    acknowledgements.say(at(5), 'accept');
    acknowledgements.say(at(6), 'accept');
    expect(acknowledgements.take(session, 5_000)).toMatchObject({
      inTime: [{ offsets: [6] }],
      late: [{ offsets: [5] }],
    });
  });

  test('begins locks anew of what is held still, whatever was said since', () => {
    const { acknowledgements, session } = holding([5, 6, 7]);
    acknowledgements.say(at(6), 'accept');
    expect(acknowledgements.renewing(session, [at(7), at(6), at(5)])).toMatchObject([
      { offsets: [5, 7], renewals: [5, 7], batches: [{ acknowledgeTypes: [4] }, { acknowledgeTypes: [4] }] },
    ]);
    acknowledgements.say(at(5), 'accept');
    acknowledgements.renewed(partition, session, [5, 7], new RecordLock(9_000));
    expect(acknowledgements.take(session, 6_000)).toMatchObject({
      inTime: [{ offsets: [5] }],
      late: [{ offsets: [6] }],
    });
    expect(acknowledgements.lockOf(at(7))?.lock.endsAtMs).toBe(9_000);
  });

  test('counts no record that nobody has said anything of until its lock ended', () => {
    const { acknowledgements, take } = holding([5, 6]);
    acknowledgements.say(at(6), 'accept');
    acknowledgements.expire(4_999);
    expect(acknowledgements.heldRecords).toBe(1);
    acknowledgements.expire(5_000);
    expect(acknowledgements.heldRecords).toBe(0);
    expect(() => acknowledgements.say(at(5), 'accept')).toThrow('is not held');
    expect(take()).toMatchObject([{ offsets: [6] }]);
  });

  test('does not promise to renew where the broker cannot', () => {
    const { acknowledgements, session } = holding([5]);
    session.canRenew = false;
    expect(() => acknowledgements.say(at(5), 'renew')).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }),
    );
  });
});
