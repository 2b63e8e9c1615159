import { randomBytes } from 'node:crypto';
import type { Clock, Random, Timers } from './types.ts';

export const systemClock: Clock = {
  now: () => ({ wallMs: Date.now(), monoMs: performance.now() }),
};

export const systemRandom: Random = {
  float: () => randomBytes(4).readUInt32BE(0) / 0x1_0000_0000,
  uuid: () => randomBytes(16).toString('base64url'),
};

/** What one of Node's timeouts lasts at most: asked for more, it fires at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

export const systemTimers: Timers = {
  after(delayMs, callback) {
    let handle: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      handle =
        leftMs > TIMEOUT_MAX_MS
          ? setTimeout(() => wait(leftMs - TIMEOUT_MAX_MS), TIMEOUT_MAX_MS)
          : setTimeout(callback, leftMs);
      handle.unref();
    };
    wait(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
