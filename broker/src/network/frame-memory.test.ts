import type { Timer } from '@millrace/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ComingFrame, FrameMemory } from './frame-memory.ts';

const MIB = 1024 * 1024;
let due: (() => void)[];
let memory: FrameMemory;

/** A client that sends as it is told to, as far as it is read. */
class Sender implements ComingFrame {
  readonly wantedBytes: number;
  hasBytes = 0;
  isPaused = false;
  isMuted = false;
  isClosed = false;

  constructor(wantedBytes: number) {
    this.wantedBytes = wantedBytes;
    memory.begun(this);
    this.readingChanged();
  }

  get isRead(): boolean {
    return !this.isPaused && !this.isMuted;
  }

  readingChanged(): void {
    this.isPaused = !memory.mayRead(this);
  }

  giveUp(): void {
    this.isClosed = true;
    memory.ended(this);
    memory.release(this.hasBytes);
  }

  /** @returns whether all of it was taken */
  send(bytes: number): boolean {
    for (let left = bytes; left > 0; left -= 64 * 1024) {
      if (!this.isRead || this.isClosed) return false;
      const taken = Math.min(left, 64 * 1024, this.wantedBytes - this.hasBytes);
      this.hasBytes += taken;
      memory.count(taken);
      this.readingChanged();
      if (this.hasBytes < this.wantedBytes) continue;
      memory.ended(this);
      memory.release(this.hasBytes);
      return true;
    }
    return true;
  }
}

const look = () => {
  for (const callback of due.splice(0)) callback();
};

beforeEach(() => {
  due = [];
  const after = (_delayMs: number, callback: () => void): Timer => {
    due.push(callback);
    const cancel = () => {
      due = due.filter((one) => one !== callback);
    };
    return { cancel };
  };
  memory = new FrameMemory({ maxBytes: 16 * MIB, receiveMaxMs: 60_000, timers: { after } });
});

describe('the memory for requests', () => {
  it('is not held by those who only say that they will send much', () => {
    for (let i = 0; i < 10; i++) new Sender(100 * MIB).send(100);
    expect(new Sender(10 * MIB).send(10 * MIB)).toBe(true);
    expect(memory.usedBytes).toBe(1000);
  });

  it('stops reading large requests at three quarters, and small ones at its bound', () => {
    const large = [new Sender(100 * MIB), new Sender(100 * MIB)];
    large[0]!.send(6 * MIB);
    large[1]!.send(6 * MIB);
    expect(large.map(({ isPaused }) => isPaused)).toEqual([false, true]);
    expect(new Sender(100 * MIB).send(10 * MIB)).toBe(false);
    expect(new Sender(MIB).send(MIB)).toBe(true);
  });

  it('goes to one large request at a time when there is none left, so that all of them come to their end', () => {
    const senders = Array.from({ length: 20 }, () => new Sender(5 * MIB));
    for (let round = 0; round < 100 && senders.some((one) => one.hasBytes < one.wantedBytes); round++) {
      for (const one of senders) if (one.hasBytes < one.wantedBytes) one.send(MIB);
      expect(memory.usedBytes).toBeLessThan(16 * MIB + 5 * MIB);
      look();
    }
    expect(senders.map(({ hasBytes, isClosed }) => [hasBytes, isClosed])).toEqual(
      senders.map(() => [5 * MIB, false]),
    );
    expect(memory.usedBytes).toBe(0);
  });

  it('is taken from those who hold all of it and send no more', () => {
    const holders = Array.from({ length: 12 }, () => new Sender(100 * MIB));
    for (const one of holders) one.send(MIB);
    const honest = new Sender(4 * MIB);
    expect(honest.send(4 * MIB)).toBe(false);
    for (let i = 0; i < 20 && honest.hasBytes < honest.wantedBytes; i++) {
      look();
      honest.send(honest.wantedBytes - honest.hasBytes);
    }
    expect([honest.hasBytes, honest.isClosed]).toEqual([4 * MIB, false]);
    expect(holders.some(({ isClosed }) => isClosed)).toBe(true);
  });

  it('passes over one whose connection is not read for other reasons', () => {
    const muted = new Sender(100 * MIB);
    muted.send(12 * MIB);
    muted.isMuted = true;
    const other = new Sender(2 * MIB);
    other.send(2 * MIB);
    look();
    look();
    expect(muted.isClosed).toBe(false);
    expect(other.send(2 * MIB - other.hasBytes)).toBe(true);
  });

  it('is given back by requests that do not come whole in time, while they are read', () => {
    const slow = new Sender(100);
    const muted = new Sender(100);
    muted.isMuted = true;
    for (let i = 0; i < 70; i++) {
      slow.hasBytes += 1;
      look();
    }
    expect([slow.isClosed, muted.isClosed]).toEqual([true, false]);
  });

  it('is asked for by nobody whose connection has ended', () => {
    const [first, second] = [new Sender(100 * MIB), new Sender(100 * MIB)];
    first.send(13 * MIB);
    second.send(MIB);
    expect(second.isPaused).toBe(true);
    memory.ended(first);
    memory.release(first.hasBytes);
    expect(second.isPaused).toBe(false);
    memory.ended(second);
    expect(due).toEqual([]);
  });
});
