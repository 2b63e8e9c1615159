import { systemTimers } from '@millrace/foundation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameAssembler } from './frame-assembler.ts';
import { FrameMemory } from './frame-memory.ts';

const reader = { isRead: true, readingChanged: () => undefined, giveUp: () => undefined };
const assemblerOf = (maxBytes: number) => {
  const memory = new FrameMemory({ maxBytes: 1000, receiveMaxMs: 1000, timers: systemTimers });
  return { memory, assembler: new FrameAssembler({ maxBytes, memory, reader }) };
};

const framed = (payload: Buffer) =>
  Buffer.concat([Buffer.from([0, 0, payload.length >> 8, payload.length & 255]), payload]);

describe('frames', () => {
  it('come out whole however the stream is cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(payloads, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (frames, cuts) => {
        const wanted = frames.map((bytes) => Buffer.from(bytes));
        const stream = Buffer.concat(wanted.map(framed));
        const { assembler, memory } = assemblerOf(1000);
        const found: Buffer[] = [];
        let at = 0;
        for (let cut = 0; at < stream.length; cut++) {
          const next = at + (cuts[cut % cuts.length] ?? 1);
          // Now and then the reader has had enough, and takes the rest later.
          const takes = (frame: Buffer) => found.push(Buffer.from(frame)) % 3 !== 0;
          at += assembler.push(stream.subarray(at, next), takes);
          expect(assembler.fault).toBeNull();
        }
        expect(memory.usedBytes).toBe(0);
        expect(found).toEqual(wanted);
      }),
    );
  });

  it('are refused above the limit, and with a negative size, before their bytes come', () => {
    for (const size of [
      [0, 0, 0, 101],
      [0xff, 0xff, 0xff, 0xff],
    ]) {
      const { assembler } = assemblerOf(100);
      assembler.push(Buffer.from(size), () => expect.unreachable());
      expect(assembler.fault).toEqual({ sizeBytes: Buffer.from(size).readInt32BE(0) });
    }
  });

  it('take memory for what has come, whatever they say that will come', () => {
    const { assembler, memory } = assemblerOf(1 << 30);
    assembler.push(Buffer.from([0x3f, 0, 0, 0, 1, 2, 3]), () => expect.unreachable());
    expect(memory.usedBytes).toBeLessThan(16);
    assembler.push(Buffer.alloc(100_000), () => expect.unreachable());
    expect(memory.usedBytes).toBeLessThan(300_000);
    assembler.close();
    expect(memory.usedBytes).toBe(0);
  });
});
