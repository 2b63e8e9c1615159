import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeAssignment,
  decodeWorkerState,
  encodeAssignment,
  encodeWorkerState,
  type WorkerAssignment,
} from './connect-protocol.ts';

const golden = (
  JSON.parse(readFileSync(new URL('../../test/fixtures/connect-protocol.json', import.meta.url), 'utf8')) as {
    bytes: Record<string, string>;
  }
).bytes;
const bytesOf = (name: string) => Buffer.from(golden[name]!, 'hex');

const assigned = {
  connectors: ['orders'],
  tasks: [
    { connector: 'orders', task: 0 },
    { connector: 'orders', task: 1 },
    { connector: 'zähler', task: 3 },
  ],
};
const nothing = { connectors: [], tasks: [] };
const full: WorkerAssignment = {
  error: 0,
  leader: 'leader-1',
  leaderUrl: 'http://w1:8083/',
  configOffset: 42,
  assigned,
  revoked: { connectors: ['old'], tasks: [{ connector: 'old', task: 2 }] },
  delayMs: 300_000,
  whole: false,
};
const empty: WorkerAssignment = {
  ...full,
  error: 1,
  configOffset: 7,
  assigned: nothing,
  revoked: nothing,
  delayMs: 0,
};

describe.each([1, 2])('version %i, as Kafka writes it', (version) => {
  test('an assignment', () => {
    expect(encodeAssignment(full, version).toString('hex')).toBe(golden[`assignment v${version}`]);
    expect(decodeAssignment(bytesOf(`assignment v${version}`))).toEqual(full);
  });

  test('an assignment of nothing', () => {
    expect(encodeAssignment(empty, version).toString('hex')).toBe(golden[`empty assignment v${version}`]);
    expect(decodeAssignment(bytesOf(`empty assignment v${version}`))).toEqual(empty);
  });

  test('the state of a worker that holds nothing yet', () => {
    const state = { url: 'http://w2:8083/', configOffset: -1, held: nothing, ours: null };
    expect(encodeWorkerState(state, version).toString('hex')).toBe(golden[`fresh state v${version}`]);
    expect(decodeWorkerState(bytesOf(`fresh state v${version}`))).toEqual(state);
  });

  test('the state of a worker that holds work', () => {
    const state = decodeWorkerState(bytesOf(`state v${version}`));
    expect(state).toEqual({ url: 'http://w2:8083/', configOffset: 9, held: assigned, ours: null });
    expect(decodeWorkerState(encodeWorkerState(state, version))).toEqual(state);
  });
});

test('version 0, which knows no revocation, is read too', () => {
  expect(decodeWorkerState(bytesOf('state v0'))).toEqual({
    url: 'http://w2:8083/',
    configOffset: 9,
    held: nothing,
    ours: null,
  });
  expect(decodeAssignment(bytesOf('assignment v0'))).toEqual({ ...full, revoked: nothing, delayMs: 0 });
});

test('what our workers add stands behind the bytes that a Java worker reads', () => {
  const ours = { draining: true, weights: new Map([['orders-0', 12]]) };
  const state = { url: 'http://w2:8083/', configOffset: 9, held: assigned, ours };
  const bytes = encodeWorkerState(state, 2);
  expect(decodeWorkerState(bytes)).toEqual(state);
  const plain = encodeWorkerState({ ...state, ours: null }, 2);
  expect(bytes.subarray(0, plain.length)).toEqual(plain);

  const whole = encodeAssignment({ ...full, whole: true }, 2);
  expect(decodeAssignment(whole)).toEqual({ ...full, whole: true });
  expect(whole.subarray(0, encodeAssignment(full, 2).length)).toEqual(encodeAssignment(full, 2));
});

test('bytes that are cut or foreign are read or refused with a typed error, never otherwise', () => {
  const codes = new Set<unknown>();
  const decode = (bytes: Buffer) => {
    for (const one of [decodeAssignment, decodeWorkerState]) {
      try {
        one(bytes);
      } catch (error) {
        codes.add((error as { code?: unknown }).code);
      }
    }
  };
  const whole = bytesOf('assignment v2');
  for (let length = 0; length < whole.length; length++) decode(whole.subarray(0, length));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => decode(Buffer.from(bytes))));
  expect(codes).toEqual(new Set(['CONNECT_PROTOCOL_MALFORMED']));
});
