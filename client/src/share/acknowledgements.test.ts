import { describe, expect, test } from 'vitest';
import { Acknowledgements, batchesOf } from './acknowledgements.ts';
import { ShareSession } from './share-session.ts';

const partition = { topic: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partition: 0 };
const at = (offset: number) => ({ topic: 't', partition: 0, offset });

function holding(offsets: readonly number[], gaps: readonly number[] = []) {
  const acknowledgements = new Acknowledgements();
  const session = new ShareSession(1);
  acknowledgements.hold(partition, session, offsets, gaps);
  return { acknowledgements, session };
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
    const { acknowledgements, session } = holding([5, 6, 7]);
    acknowledgements.say(at(7), 'reject');
    acknowledgements.say(at(5), 'accept');
    expect(acknowledgements.heldRecords).toBe(1);
    expect(acknowledgements.take(session)).toEqual([
      {
        ...partition,
        offsets: [5, 7],
        batches: [
          { firstOffset: 5, lastOffset: 5, acknowledgeTypes: [1] },
          { firstOffset: 7, lastOffset: 7, acknowledgeTypes: [3] },
        ],
        hasRenewals: false,
      },
    ]);
    expect(acknowledgements.take(session)).toEqual([]);
    expect(() => acknowledgements.say(at(5), 'accept')).toThrow(
      expect.objectContaining({ code: 'INVALID_RECORD_STATE' }),
    );
    expect(acknowledgements.isOpen(at(6))).toBe(true);
  });

  test('keeps a renewed record for a later word', () => {
    const { acknowledgements, session } = holding([5]);
    acknowledgements.say(at(5), 'renew');
    expect(acknowledgements.take(session)).toMatchObject([{ offsets: [5], hasRenewals: true }]);
    expect(acknowledgements.heldRecords).toBe(1);
    acknowledgements.say(at(5), 'accept');
    expect(acknowledgements.take(session)).toMatchObject([{ offsets: [5], hasRenewals: false }]);
    expect(acknowledgements.heldRecords).toBe(0);
  });

  test('takes the last word of several, and counts the record once', () => {
    const { acknowledgements, session } = holding([5]);
    for (const type of ['renew', 'accept', 'renew', 'release'] as const) acknowledgements.say(at(5), type);
    expect(acknowledgements.heldRecords).toBe(0);
    expect(acknowledgements.take(session)).toMatchObject([{ batches: [{ acknowledgeTypes: [2] }] }]);
    expect(acknowledgements.sessions().size).toBe(0);
  });

  test('tells gaps by itself, which are no records to anybody', () => {
    const { acknowledgements, session } = holding([5, 7], [6]);
    expect(acknowledgements.heldRecords).toBe(2);
    expect(() => acknowledgements.say(at(6), 'accept')).toThrow('is not held');
    acknowledgements.say(at(5), 'accept');
    expect(acknowledgements.take(session)).toMatchObject([
      { offsets: [5], batches: [{ firstOffset: 5, lastOffset: 6, acknowledgeTypes: [1, 0] }] },
    ]);
  });

  test('forgets what it said of a record that is delivered again', () => {
    const { acknowledgements, session } = holding([5]);
    acknowledgements.say(at(5), 'accept');
    acknowledgements.hold(partition, session, [5], []);
    expect(acknowledgements.heldRecords).toBe(1);
    expect(acknowledgements.take(session)).toEqual([]);
    acknowledgements.say(at(5), 'release');
    expect(acknowledgements.take(session)).toMatchObject([{ offsets: [5] }]);
  });

  test('loses everything with the session, and says what was not told', () => {
    const { acknowledgements, session } = holding([5, 6]);
    acknowledgements.say(at(5), 'accept');
    expect(acknowledgements.lose(session)).toMatchObject([{ offsets: [5] }]);
    expect(acknowledgements.heldRecords).toBe(0);
    expect(acknowledgements.holds(at(6))).toBe(false);
  });

  test('holds what a new session acquires, and nothing of the old one', () => {
    const { acknowledgements, session } = holding([5, 6]);
    const next = new ShareSession(2);
    acknowledgements.hold(partition, next, [6], []);
    expect(acknowledgements.heldRecords).toBe(1);
    acknowledgements.say(at(6), 'accept');
    expect(acknowledgements.take(session)).toEqual([]);
    expect(acknowledgements.take(next)).toMatchObject([{ offsets: [6] }]);
  });
});
