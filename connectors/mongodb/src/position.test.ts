import { Binary, BSON, Long, ObjectId, Timestamp } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { fromOffset, inWords, isHighWater, timeText, tokenTime, toOffset } from './position.ts';

const highWater = { _data: '826B01D755000003FF2B0229296E04' };
const ofChange = {
  _data: '826B01D755000000122B022C0100296E5A10043949',
  _typeBits: new Binary(Buffer.from([0x81])),
};
const time = new Timestamp({ t: 0xf0000001, i: 7 });

describe('a position', () => {
  test.each([
    { time: null, token: highWater, copy: null },
    { time: null, token: ofChange, copy: null },
    { time, token: null, copy: null },
    { time, token: null, copy: { namespace: '' } },
    {
      time,
      token: ofChange,
      copy: { namespace: 'shop.a.b', after: { _id: Long.fromString('9007199254740993') } },
    },
    { time, token: ofChange, copy: { namespace: 'shop.c', after: { _id: new ObjectId() } } },
  ])('survives the offset topic', (position) => {
    const stored = JSON.parse(JSON.stringify(toOffset(position)));
    const read = fromOffset(stored);
    expect(BSON.EJSON.stringify(read, { relaxed: false })).toBe(
      BSON.EJSON.stringify(position, { relaxed: false }),
    );
    expect(inWords(position)).toMatch(/\S/);
  });

  test('is read from what MongoDB’s own connector stored', () => {
    expect(fromOffset({ _id: '{"_data": "8263"}' })).toEqual({
      time: null,
      token: { _data: '8263' },
      copy: null,
    });
    expect(fromOffset({ _id: '{"_data": "8263"}', HEARTBEAT: 'true' })?.token).toEqual({ _data: '8263' });
  });

  test.each([
    {},
    { _id: '{"_data": "8263"}', copy: 'true' },
    { _id: 5 },
    { _id: '{"other": 1}' },
    { time: '12' },
    { time: '1:99999999999' },
    { copying: { ns: 'a.b' } },
    { time: '1:1', copying: { ns: 'a.b', after: '{}' } },
  ])('is not read from %j', (offset) => {
    expect(fromOffset(offset as never)).toBeNull();
  });
});

test('a resume token tells its cluster time, and whether it is a change’s', () => {
  expect(timeText(tokenTime(highWater) as Timestamp)).toBe(`${0x6b01d755}:1023`);
  expect(isHighWater(highWater)).toBe(true);
  expect(isHighWater(ofChange)).toBe(false);
  expect(tokenTime({ _data: 'xyz' })).toBeNull();
});
