import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameAssembler } from './frame-assembler.ts';
import { FrameMemory } from './frame-memory.ts';

const framed = (payload: Buffer) =>
  Buffer.concat([Buffer.from([0, 0, payload.length >> 8, payload.length & 255]), payload]);

describe('frames', () => {
  it('come out whole however the stream is cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(payloads, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (frames, cuts) => {
        const wanted = frames.map((bytes) => Buffer.from(bytes));
        const stream = Buffer.concat(wanted.map(framed));
        const assembler = new FrameAssembler(1000, new FrameMemory(1000));
        const found: Buffer[] = [];
        let at = 0;
        for (let cut = 0; at < stream.length; cut++) {
          const next = at + (cuts[cut % cuts.length] ?? 1);
          expect(
            assembler.push(stream.subarray(at, next), (frame) => found.push(Buffer.from(frame))),
          ).toBeNull();
          at = next;
        }
        expect(found).toEqual(wanted);
      }),
    );
  });

  it('are refused above the limit, and with a negative size, before their bytes come', () => {
    const none = (): void => expect.unreachable();
    expect(new FrameAssembler(100, new FrameMemory(1000)).push(Buffer.from([0, 0, 0, 101]), none)).toEqual({
      sizeBytes: 101,
    });
    expect(
      new FrameAssembler(100, new FrameMemory(1000)).push(Buffer.from([0xff, 0xff, 0xff, 0xff]), none),
    ).toEqual({
      sizeBytes: -1,
    });
  });
});
