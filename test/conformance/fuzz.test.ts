import { afterAll, beforeAll, expect, it } from 'vitest';
import { fuzz } from './fuzz/fuzz-run.ts';
import { type Peer, startOurs } from './peer.ts';

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** A million and more: `npm run fuzz`. */
const FRAMES = Number(process.env.FUZZ_FRAMES ?? 20_000);
/** How long others may wait while the frames come in, ms; a garbage collection or a busy machine fits in. */
const OTHERS_WAIT_MAX_MS = 2000;

let peer: Peer;
beforeAll(async () => {
  peer = await startOurs();
});
afterAll(() => peer?.close());

it(`spoilt frames and batches neither crash the broker nor keep others waiting (FUZZ_SEED=${seed})`, async () => {
  const report = await fuzz({ host: peer.host, port: peer.port, seed, frames: FRAMES });
  expect(report.sent).toBeGreaterThanOrEqual(FRAMES);
  expect(report.answered).toBeGreaterThan(0);
  expect(report.records).toBeGreaterThan(0);
  expect(report.slowestMs).toBeLessThan(OTHERS_WAIT_MAX_MS);
});
