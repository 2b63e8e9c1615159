import { beforeAll, expect, test } from 'vitest';
import { INITIAL, type LiveState } from '../api/live-state.ts';
import { readIn } from '../format/times.ts';
import { staleWords } from './connection-bar.tsx';

const AT = Date.UTC(2026, 10, 21, 14, 2, 11);

beforeAll(() => readIn({ utc: true }));

const live = (more: Partial<LiveState> = {}): LiveState => ({
  ...INITIAL,
  ...{ connection: 'live', asOfMs: AT, pipelines: new Map() },
  health: {
    atMs: AT,
    kafka: { answers: true, asOfMs: AT, brokers: { up: 1, total: 1 } },
    silentWorkers: [],
  },
  ...more,
});
const kafkaAway = { answers: false, asOfMs: AT - 1_000, brokers: { up: 1, total: 1 } };
const silentWorkers = [{ id: '127.0.0.1:8084', asOfMs: AT - 2_000 }];
const stale = { asOfMs: AT - 9_000, message: 'The server answered HTTP 503.' };

test.each([
  ['nothing is said where all is of now', live(), null, null],
  ['before the first answer', INITIAL, null, null],
  [
    'a worker that is gone',
    live({ connection: 'lost' }),
    stale,
    'Connection lost. As of 14:02:11, reconnecting',
  ],
  [
    'a worker that still starts',
    { ...INITIAL, failures: 2 },
    null,
    'The server is not ready yet, still trying',
  ],
  [
    'brokers that are gone, before the workers beside them',
    live({ health: { atMs: AT, kafka: kafkaAway, silentWorkers } }),
    stale,
    'No broker answers the worker. As of 14:02:10, still trying',
  ],
  [
    'another worker that is gone',
    live({ health: { atMs: AT, kafka: { ...kafkaAway, answers: true }, silentWorkers } }),
    stale,
    'Worker 127.0.0.1:8084 does not answer: what runs there is shown as of 14:02:09',
  ],
  [
    'several, of which nothing is known',
    live({
      health: {
        atMs: AT,
        kafka: { ...kafkaAway, answers: true },
        silentWorkers: [
          { id: 'a:1', asOfMs: null },
          { id: 'b:1', asOfMs: null },
        ],
      },
    }),
    null,
    '2 workers do not answer, a:1 among them: what runs there is not known',
  ],
  ['what could not be read again', live(), stale, 'As of 14:02:02: The server answered HTTP 503.'],
] as const)('%s', (_, state, marked, expected) => {
  expect(staleWords(state, marked)).toBe(expected);
});
