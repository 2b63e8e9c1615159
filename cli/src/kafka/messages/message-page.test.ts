import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Direction, type Lane, MessagePageBuilder, windowOf } from './message-page.ts';

interface Stored {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

/** Reads pages as the reader does, window by window, until there is nothing left. */
function pages(logs: readonly (readonly number[])[], direction: Direction, limit: number, width: number) {
  let lanes: Lane[] = logs.map(({ length: end }, partition) => ({
    ...{ partition, start: 0, end, at: direction === 'back' ? end : 0 },
  }));
  const read: Stored[][] = [];
  for (let turns = 0; lanes.some((lane) => windowOf(lane, direction, 1)); turns++) {
    if (turns > 1_000) throw new Error('the pages do not end');
    const page = new MessagePageBuilder<Stored>(direction, limit);
    for (let size = width; !page.isFull; size *= 2) {
      let some = false;
      for (const lane of lanes) {
        const window = windowOf(lane, direction, size);
        if (!window) continue;
        some = true;
        for (let offset = window.from; offset < window.to; offset++) {
          const timestamp = logs[lane.partition]![offset]!;
          const message = { partition: lane.partition, offset, timestamp };
          page.add({ ...message, size: 1, message });
        }
        lane.at = direction === 'back' ? window.from : window.to;
      }
      if (!some) break;
    }
    read.push([...page.messages()]);
    lanes = lanes.map((lane) => ({ ...lane, at: page.next(lane) }));
  }
  return read;
}

const logs = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 }), {
  minLength: 1,
  maxLength: 4,
});
const directions = fc.constantFrom<Direction>('back', 'on');

test('every record is on one page, whatever the timestamps, and pages are full but for the last', () => {
  fc.assert(
    fc.property(
      logs,
      directions,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 9 }),
      (all, direction, limit, width) => {
        const read = pages(all, direction, limit, width);
        const ids = read.flat().map(({ partition, offset }) => `${partition}-${offset}`);
        const expected = all.flatMap((log, partition) => log.map((_, offset) => `${partition}-${offset}`));
        expect(ids.toSorted()).toEqual(expected.toSorted());
        for (const page of read) expect(page.length).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test('where timestamps rise with offsets, pages follow each other by time', () => {
  const rising = logs.map((all) => all.map((log) => log.toSorted((a, b) => a - b)));
  fc.assert(
    fc.property(rising, directions, fc.integer({ min: 1, max: 7 }), (all, direction, limit) => {
      const times = pages(all, direction, limit, limit)
        .flat()
        .map(({ timestamp }) => timestamp);
      expect(times).toEqual(times.toSorted((a, b) => (direction === 'back' ? b - a : a - b)));
    }),
  );
});

test('large messages make a page end early', () => {
  const page = new MessagePageBuilder<number>('on', 10);
  for (const offset of [0, 1, 2]) {
    page.add({ partition: 0, offset, timestamp: 0, size: 10 * 1024 * 1024, message: offset });
  }
  expect(page.messages()).toEqual([0, 1]);
  expect(page.next({ partition: 0, start: 0, end: 9, at: 3 })).toBe(2);
});
