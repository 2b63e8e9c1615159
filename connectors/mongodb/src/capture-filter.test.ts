import { requireConfig } from '@millrace/sdk';
import { Timestamp } from 'mongodb';
import { expect, it } from 'vitest';
import { CaptureFilter } from './capture-filter.ts';
import { sourceConfig } from './config.ts';

const filter = new CaptureFilter(
  requireConfig(sourceConfig, { 'connection.uri': 'mongodb://localhost/?replicaSet=rs0', database: 'shop' }),
);
const timed = (i: number) => new Timestamp({ t: 0x6b030172, i });
/** Of a change at 0x34 within that second. */
const token = { _data: '826B030172000000342B022C0100296E5A1004' };

it('asks for what is newer than a time only where the token does not say it', () => {
  const stages = (i: number) => filter.pipeline({ time: timed(i), token, copy: null });
  expect(stages(0x33)).toEqual([]);
  // The server finds the change of the token behind the filters: it must not be left out by them.
  expect(stages(0x34)).toEqual([]);
  expect(stages(0x35)).toEqual([{ $match: { clusterTime: { $gt: timed(0x35) } } }]);
  expect(filter.pipeline({ time: timed(1), token: null, copy: null })).toHaveLength(1);
  // Behind it come the changes of that very time.
  const highWater = { _data: '826B030172000000342B0229296E04' };
  expect(filter.pipeline({ time: timed(0x34), token: highWater, copy: null })).toHaveLength(1);
  expect(filter.pipeline({ time: timed(0x33), token: highWater, copy: null })).toEqual([]);
});
