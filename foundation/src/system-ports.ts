import { randomBytes } from 'node:crypto';
import type { Clock, Random, Timers } from './types.ts';

export const systemClock: Clock = {
  now: () => ({ wallMs: Date.now(), monoMs: performance.now() }),
};

export const systemRandom: Random = {
  float: () => randomBytes(4).readUInt32BE(0) / 0x1_0000_0000,
  uuid: () => randomBytes(16).toString('base64url'),
};

export const systemTimers: Timers = {
  after(delayMs, callback) {
    const handle = setTimeout(callback, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
