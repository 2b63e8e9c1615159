import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from './frame-splitter.ts';

function frame(body: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

describe('FrameSplitter', () => {
  it('gives the same frames however the stream is cut, and keeps them when chunks are overwritten', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(frame));
        const got: Buffer[] = [];
        const splitter = new FrameSplitter(64, (bytes) => got.push(bytes));
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length]!;
          const chunk = stream.subarray(at, at + size);
          splitter.push(chunk);
          chunk.fill(0xff);
          at += size;
        }
        expect(got.map((bytes) => bytes.toString('hex'))).toEqual(
          sent.map((body) => Buffer.from(body).toString('hex')),
        );
      }),
    );
  });

  it.each([
    ['above the bound', [0, 0, 0, 65]],
    ['below zero', [255, 255, 255, 255]],
  ])('refuses a size %s before it allocates', (_, bytes) => {
    const splitter = new FrameSplitter(64, () => expect.unreachable());
    expect(() => splitter.push(Buffer.from(bytes))).toThrow(/bytes was announced/);
    const inPieces = new FrameSplitter(64, () => expect.unreachable());
    inPieces.push(Buffer.from(bytes.slice(0, 2)));
    expect(() => inPieces.push(Buffer.from(bytes.slice(2)))).toThrow(/bytes was announced/);
  });
});
