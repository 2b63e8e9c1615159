import { describe, expect, it } from 'vitest';
import { handlers } from './index.ts';

/** The ranges of Apache Kafka 4.3's broker, for the APIs that are served. */
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
  22: [0, 5],
  32: [1, 4],
  37: [0, 3],
  42: [0, 2],
  44: [0, 1],
  60: [0, 2],
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
