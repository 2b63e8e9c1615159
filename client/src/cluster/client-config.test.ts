import { expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';
import { clientConfig, parseEndpoint } from './client-config.ts';

it.each([
  ['localhost:9092', 'localhost', 9092],
  ['[::1]:9092', '::1', 9092],
  ['PLAINTEXT://broker-1.example:19092', 'broker-1.example', 19092],
])('reads %s', (text, host, port) => {
  expect(parseEndpoint(text)).toEqual({ host, port });
});

it.each(['localhost', 'localhost:', ':9092', 'localhost:0', 'localhost:70000', '::1:9092'])(
  'refuses %s and names the option',
  (text) => {
    expect(() => clientConfig({ bootstrapServers: [text] })).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        details: expect.objectContaining({ path: 'bootstrapServers' }),
      }),
    );
  },
);

it('backs off exponentially up to its maximum, with a fifth of jitter', () => {
  expect([0, 1, 2, 10, 1000].map((attempt) => backoffMs(attempt, 100, 1_000, 0.5))).toEqual([
    100, 200, 400, 1_000, 1_000,
  ]);
  expect(backoffMs(0, 100, 1_000, 0)).toBe(80);
});
