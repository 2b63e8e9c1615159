import { gzipSync } from 'node:zlib';
import { isMillraceError } from '@millrace/foundation';
import fc from 'fast-check';
import { compressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { isKafkaError } from '../errors.ts';
import frames from './fixtures/lz4-frames.json' with { type: 'json' };
import { compress, compressionTypes, decompress, decompressBriefly } from './index.ts';
import { lz4BlockBytes } from './lz4-block.ts';
import { unpackLz4 } from './lz4-scratch.ts';

const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const lines = (count: number) =>
  Buffer.from(
    Array.from({ length: count }, (_, i) => `line ${i % 7} of a frame, again and again and again\n`).join(''),
  );

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(compressionTypes)('%s', (type) => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 2000 }), (seed, times) => {
        const bytes = Buffer.concat(Array.from({ length: times }, () => seed));
        const bound = Math.max(bytes.length, 1);
        expect(decompress(type, compress(type, bytes), bound).equals(bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe.each(codecs)('%s', (type) => {
  it('refuses a bomb without unpacking it, and takes the same within the bound', () => {
    const bomb = compress(type, Buffer.alloc(50_000_000));
    const before = process.memoryUsage().rss;
    expect(
      isKafkaError(
        failure(() => decompress(type, bomb, 100_000)),
        'MESSAGE_TOO_LARGE',
      ),
    ).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
    expect(decompress(type, bomb, 50_000_000)).toHaveLength(50_000_000);
    expect(
      isKafkaError(
        failure(() => decompress(type, bomb, 49_999_999)),
        'MESSAGE_TOO_LARGE',
      ),
    ).toBe(true);
  });

  it('refuses what is cut short', () => {
    const whole = compress(type, lines(5000));
    for (let length = 0; length < whole.length; length += 1 + Math.floor(whole.length / 200)) {
      const error = failure(() => decompress(type, whole.subarray(0, length), 1_000_000));
      // A xerial stream has no end mark: cut between two blocks it is a shorter stream.
      if (type === 'snappy' && error === undefined) continue;
      expect(isKafkaError(error, 'CORRUPT_MESSAGE'), `${length} of ${whole.length}`).toBe(true);
    }
  });

  it('answers altered bytes with an error of its own or with bytes within the bound', () => {
    const whole = compress(type, lines(500));
    const place = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), (changes) => {
        const altered = Buffer.from(whole);
        for (const [at, byte] of changes) altered[at] = byte;
        try {
          expect(decompress(type, altered, 100_000).length).toBeLessThanOrEqual(100_000);
        } catch (error) {
          if (!isMillraceError(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('snappy', () => {
  const bytes = lines(5000);

  it('is read as one raw block, as librdkafka writes it', () => {
    expect(decompress('snappy', compressSync(bytes), bytes.length).equals(bytes)).toBe(true);
  });

  it('is written in the framing of the Java library, blocks of 32 KiB', () => {
    const framed = compress('snappy', bytes);
    expect(framed.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001');
    let at = 16;
    let blocks = 0;
    for (; at < framed.length; blocks += 1) at += 4 + framed.readInt32BE(at);
    expect(at).toBe(framed.length);
    expect(blocks).toBe(Math.ceil(bytes.length / 32_768));
  });

  it('is read where framed streams follow one another', () => {
    const half = compress('snappy', bytes);
    expect(decompress('snappy', Buffer.concat([half, half]), bytes.length * 2)).toHaveLength(
      bytes.length * 2,
    );
  });

  it('is refused when a block claims more than is allowed', () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]);
    expect(
      isKafkaError(
        failure(() => decompress('snappy', claim, 1000)),
        'MESSAGE_TOO_LARGE',
      ),
    ).toBe(true);
  });
});

describe('lz4 in memory that is used again', () => {
  const letters = (seed: number, length: number) =>
    Buffer.from(Array.from({ length }, (_, i) => 97 + ((i * seed + (i >> 5) * 7 + ((i * i) >> 9)) % 13)));

  it('gives what the library gives, whatever went in', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.tuple(fc.nat(255), fc.nat(3_000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
        fc.tuple(fc.nat(50), fc.nat(90_000)).map(([seed, length]) => letters(seed, length)),
        fc
          .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(300))
          .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => bytes))),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const bytes = Buffer.concat(parts);
        const packed = compress('lz4', bytes);
        const unpacked = unpackLz4(packed, Math.max(bytes.length, 1));
        if (bytes.length > 0) expect(unpacked?.equals(bytes)).toBe(true);
        if (bytes.length > 1) expect(unpackLz4(packed, bytes.length - 1)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('takes no frame that the library refuses, and gives the same of each that both take', () => {
    const wholes = [lines(40), letters(3, 3_000), Buffer.alloc(70_000, 'ab'), letters(0, 500)].map((bytes) =>
      compress('lz4', bytes),
    );
    const change = fc.tuple(fc.nat(1_000_000), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...wholes),
        fc.array(change, { maxLength: 4 }),
        fc.nat(20),
        (whole, changes, cut) => {
          const altered = Buffer.from(whole.subarray(0, whole.length - cut));
          for (const [at, byte] of changes) altered[at % altered.length] = byte;
          const unpacked = unpackLz4(altered, 1_000_000);
          if (unpacked === null) return;
          expect(decompress('lz4', altered, 1_000_000).equals(unpacked)).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  /** A frame of one compressed block. */
  const frameOf = (...block: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(block.length);
    return Buffer.concat([Buffer.from('04224d18604082', 'hex'), bytes, Buffer.from(block), Buffer.alloc(4)]);
  };
  /** So many more than a nibble of 15 holds. */
  const more = (count: number) => [
    ...Array.from({ length: Math.floor(count / 255) }, () => 255),
    count % 255,
  ];

  it('copies a match from however near behind it', () => {
    for (let distance = 1; distance <= 70; distance++) {
      const literals = Array.from({ length: distance }, (_, i) => i + 1);
      const head = distance < 15 ? [(distance << 4) | 15] : [0xff, ...more(distance - 15)];
      const frame = frameOf(...head, ...literals, distance, 0, ...more(100 - 19), 0x10, 250);
      const copied = Array.from({ length: 100 }, (_, i) => literals[i % distance] ?? 0);
      expect(unpackLz4(frame, 1_000)).toEqual(Buffer.from([...literals, ...copied, 250]));
    }
  });

  it('unpacks no block to more than the frame says, nor beyond where it ends', () => {
    const longest = 64 * 1024;
    const filled = (bytes: number) => frameOf(0x1f, 7, 1, 0, ...more(bytes - 2 - 19), 0x10, 8);
    expect(unpackLz4(filled(longest), longest)).toHaveLength(longest);
    expect(unpackLz4(filled(longest + 1), longest * 2)).toBeNull();
    const unsound: readonly number[][] = [
      [],
      [0x20, 1],
      [0x1f, 7, 1],
      [0x1f, 7, 1, 0],
      [0x1f, 7, 1, 0, 255],
      [0x1f, 7, 1, 0, 3],
      [0x10, 7, 0, 0, 0x10, 8],
      [0x10, 7, 2, 0, 0x10, 8],
      [0xf0, 255],
    ];
    for (const block of unsound) expect(unpackLz4(frameOf(...block), 1_000)).toBeNull();
    expect(unpackLz4(Buffer.concat([frameOf(0x10, 7), Buffer.from([9])]), 1)).toEqual(Buffer.from([7]));
  });

  it('leaves large frames to the library, and goes on', () => {
    expect(unpackLz4(compress('lz4', Buffer.alloc(20_000_000)), 50_000_000)).toBeNull();
    expect(decompressBriefly('lz4', compress('lz4', Buffer.alloc(20_000_000)), 50_000_000)).toHaveLength(
      20_000_000,
    );
    const packed = compress('lz4', lines(10));
    expect(unpackLz4(packed, 10_000)?.equals(lines(10))).toBe(true);
  });
});

describe('lz4', () => {
  it.each(Object.entries(frames))("is read as the format's own tool writes it (%s)", (_, frame) => {
    const bytes = lines(5000);
    const packed = Buffer.from(frame, 'base64');
    expect(decompress('lz4', packed, bytes.length).equals(bytes)).toBe(true);
    expect(
      isKafkaError(
        failure(() => decompress('lz4', packed, bytes.length - 1)),
        'MESSAGE_TOO_LARGE',
      ),
    ).toBe(true);
  });

  it('is written in independent blocks, without content size and checksums', () => {
    const frame = compress('lz4', lines(10));
    expect(frame.subarray(0, 7).toString('hex')).toBe('04224d18604082');
  });

  it('is refused with a wrong header checksum, which other readers would refuse too', () => {
    const frame = compress('lz4', lines(10));
    frame[6] = (frame[6] ?? 0) ^ 1;
    expect(
      isKafkaError(
        failure(() => decompress('lz4', frame, 10_000)),
        'CORRUPT_MESSAGE',
      ),
    ).toBe(true);
  });

  it('tells the size of a block from its sequences', () => {
    // 3 literals and a match of 4 + 15 + 2, then 2 literals that end the block.
    expect(lz4BlockBytes(Buffer.from([0x3f, 97, 98, 99, 3, 0, 2, 0x20, 100, 101]))).toBe(26);
  });
});

it('gzip of several members is read as one', () => {
  const two = Buffer.concat([gzipSync('one '), gzipSync('two')]);
  expect(String(decompress('gzip', two, 7))).toBe('one two');
});
