import { fetch, metadata, produce } from '@millrace/protocol/messages';
import { batch } from '../wire/batch.ts';
import { frame } from '../wire/frames.ts';
import type { Dice } from './dice.ts';
import { spoiltBatch } from './mad-batches.ts';
import type { MadRequests } from './mad-request.ts';

const AT_SIZE = 0;
const SIZE_BYTES = 4;
const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Requests that are well-formed, to be spoilt. */
const OF_RECORDS: readonly (() => Buffer)[] = [3, 9, 13].flatMap((version) => [
  () =>
    frame(produce, version, {
      acks: 1,
      timeoutMs: 100,
      topicData: [
        {
          name: 'fuzz',
          topicId: ZERO_UUID,
          partitionData: [
            { index: 0, records: batch(['a', 'b', 'c'], { compression: version === 9 ? 'gzip' : 'none' }) },
            { index: 0, records: batch([{ key: 'k', value: 'v' }], { compression: 'zstd' }) },
          ],
        },
      ],
    }),
  () =>
    frame(fetch, version + 4, {
      maxWaitMs: 1,
      minBytes: 1,
      topics: [
        {
          topic: 'fuzz',
          topicId: ZERO_UUID,
          partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }],
        },
      ],
    }),
  () => frame(metadata, version, { topics: [{ name: 'fuzz' }] }),
]);

/** A frame of a client that has lost its mind: a request of any kind that is spoilt, or a sound one with a batch that is not. */
export function madFrame(dice: Dice, requests: MadRequests): Buffer {
  if (dice.chance(0.4)) return produceOf(spoiltBatch(dice));
  return spoilt(dice.chance(0.3) ? dice.pick(OF_RECORDS)() : requests.nextToSpoil().frame, dice);
}

function produceOf(records: Buffer): Buffer {
  const topicData = [{ name: 'fuzz', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
  return frame(produce, 9, { acks: 1, timeoutMs: 100, topicData });
}

/** Bits turned, bytes put in, taken out or set to extremes; mostly with a size that fits, so that the body is read. */
function spoilt(bytes: Buffer, dice: Dice): Buffer {
  let result = Buffer.from(bytes);
  const edits = 1 + dice.below(4);
  for (let edit = 0; edit < edits; edit++) {
    const at = SIZE_BYTES + dice.below(result.length - SIZE_BYTES);
    const kind = dice.below(5);
    if (kind === 0) result[at] = (result[at] ?? 0) ^ (1 << dice.below(8));
    else if (kind === 1) result[at] = dice.pick([0, 0x7f, 0x80, 0xff]);
    else if (kind === 2)
      result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + dice.below(8))]);
    else if (kind === 3)
      result = Buffer.concat([result.subarray(0, at), Buffer.from([dice.below(256)]), result.subarray(at)]);
    else if (at + 4 <= result.length)
      result.writeInt32BE(dice.pick([-1, 0x7fffffff, 1_000_000, -0x80000000]), at);
    if (result.length <= SIZE_BYTES + 1) break;
  }
  if (dice.chance(0.95)) result.writeInt32BE(result.length - SIZE_BYTES, AT_SIZE);
  return result;
}
