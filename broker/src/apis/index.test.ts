import { describe, expect, it } from 'vitest';
import { handlers } from './index.ts';

/** The ranges of Apache Kafka 4.3's brokers and controllers, for the APIs that are served. */
const KAFKA_VERSIONS: Readonly<Record<number, readonly [number, number]>> = {
  0: [0, 13],
  1: [4, 18],
  2: [1, 11],
  3: [0, 13],
  8: [2, 10],
  9: [1, 10],
  10: [0, 6],
  11: [0, 9],
  12: [0, 4],
  13: [0, 5],
  14: [0, 5],
  15: [0, 6],
  16: [0, 5],
  18: [0, 4],
  19: [2, 7],
  20: [1, 6],
  21: [0, 2],
  22: [0, 5],
  23: [2, 4],
  24: [0, 5],
  25: [0, 4],
  26: [0, 5],
  27: [1, 2],
  28: [0, 5],
  32: [1, 4],
  33: [0, 2],
  35: [1, 5],
  37: [0, 3],
  42: [0, 2],
  43: [0, 2],
  44: [0, 1],
  45: [0, 1],
  46: [0, 0],
  47: [0, 0],
  48: [0, 1],
  49: [0, 1],
  50: [0, 0],
  52: [0, 2],
  53: [0, 1],
  54: [0, 1],
  55: [0, 2],
  56: [2, 3],
  57: [0, 2],
  58: [0, 0],
  59: [0, 1],
  60: [0, 2],
  61: [0, 0],
  62: [0, 4],
  63: [0, 2],
  64: [0, 0],
  65: [0, 0],
  66: [0, 2],
  67: [0, 0],
  68: [0, 1],
  69: [0, 1],
  74: [0, 1],
  75: [0, 0],
  76: [1, 1],
  77: [1, 1],
  78: [1, 2],
  79: [1, 2],
  83: [0, 0],
  84: [0, 0],
  85: [0, 1],
  86: [0, 0],
  87: [0, 1],
  90: [0, 1],
  91: [0, 0],
  92: [0, 0],
};

describe('the table of APIs', () => {
  it.each([...handlers.values()].map((handler) => [handler.api.name, handler] as const))(
    '%s states the access that it asks for',
    (_name, { access }) => {
      if (access !== 'open') expect(access.length).toBeGreaterThan(0);
      expect(access).toBeDefined();
    },
  );

  it('serves the versions that Apache Kafka does', () => {
    const served = [...handlers].map(([key, { versions }]) => [String(key), versions]);
    expect(Object.fromEntries(served)).toEqual(KAFKA_VERSIONS);
  });

  it('lets only ApiVersions pass without asking', () => {
    const open = [...handlers.values()].filter(({ access }) => access === 'open').map(({ api }) => api.name);
    expect(open).toEqual(['ApiVersions']);
  });
});
