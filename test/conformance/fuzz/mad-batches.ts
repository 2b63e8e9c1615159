import { crc32c } from '@millrace/protocol';
import { batch } from '../wire/batch.ts';
import type { Dice } from './dice.ts';

/** Of a record batch: what its checksum covers begins behind it. */
const AT_CRC = 17;
const AT_CRC_COVERS = 21;

/** Sound batches of every kind. */
export const BATCHES: readonly Buffer[] = [
  batch(['a', 'b', 'c']),
  batch(
    [
      { key: 'k', value: 'v' },
      { key: null, value: null },
    ],
    { producerId: 7, producerEpoch: 0, baseSequence: 0 },
  ),
  batch([{ key: 'k', value: 'v' }], {
    producerId: 1,
    producerEpoch: 0,
    baseSequence: 0,
    isTransactional: true,
  }),
  batch(['x'.repeat(200), 'y'], { compression: 'lz4' }),
  batch(['x'.repeat(200), 'y'], { compression: 'snappy' }),
  batch(['x'.repeat(200), 'y'], { compression: 'gzip' }),
  batch(['x'.repeat(200), 'y'], { compression: 'zstd' }),
];

/** A batch that is spoilt behind its checksum, which holds all the same: only a look at the records finds it out. */
export function spoiltBatch(dice: Dice): Buffer {
  const result = Buffer.from(dice.pick(BATCHES));
  const edits = 1 + dice.below(4);
  for (let edit = 0; edit < edits; edit++) {
    const at = AT_CRC_COVERS + dice.below(result.length - AT_CRC_COVERS);
    result[at] = dice.chance(0.5) ? (result[at] ?? 0) ^ (1 << dice.below(8)) : dice.below(256);
  }
  result.writeUInt32BE(crc32c(result.subarray(AT_CRC_COVERS)), AT_CRC);
  return result;
}
