import { createLogger } from '@millrace/foundation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { failedRequest } from './fuzz/failed-request.ts';
import { fuzz, OTHERS_WAIT_MAX_MS } from './fuzz/fuzz-run.ts';
import { type Peer, startOurs } from './peer.ts';

/** Others may meet what docs/plan.md tells of the fuzz: `FUZZ_SEED` plays them. */
const seed = Number(process.env.FUZZ_SEED ?? 2026);
/** A million and more: `npm run fuzz`. */
const FRAMES = Number(process.env.FUZZ_FRAMES ?? 20_000);

let peer: Peer;
let log = '';
beforeAll(async () => {
  const destination = {
    write(line: string) {
      log += line;
    },
  };
  const logger = createLogger({ level: 'error', destination });
  peer = await startOurs({ listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0' }, logger);
});
afterAll(() => peer?.close());

it(`spoilt frames, mad requests and batches neither crash the broker nor keep others waiting (FUZZ_SEED=${seed})`, async () => {
  const report = await fuzz({ ...peer, seed, frames: FRAMES, thrown: () => failedRequest(log) });
  expect(report.sent).toBeGreaterThanOrEqual(FRAMES);
  expect(report.answered).toBeGreaterThan(0);
  expect(report.apisAnswered, 'APIs that have answered').toBe(report.apisServed);
  expect(report.records).toBeGreaterThan(0);
  expect(report.slowestMs).toBeLessThan(OTHERS_WAIT_MAX_MS);
});
