/** A thread of `npm run simulate:cores`: plays the seeds that it is told, one row after the other, and says what it has found. */
import { parentPort, workerData } from 'node:worker_threads';
import { simulations } from './simulations.ts';

/** Seeds in a row. */
export interface Row {
  readonly from: number;
  readonly count: number;
}

/** What came of a row: the first seed that broke a promise, or null. */
export interface PlayedRow extends Row {
  readonly finding: { readonly seed: number; readonly broken: string } | null;
}

const simulation = simulations[String(workerData)];

parentPort?.on('message', async ({ from, count }: Row) => {
  let finding: PlayedRow['finding'] = null;
  for (let seed = from; seed < from + count && finding === null && simulation !== undefined; seed++) {
    const { broken } = await simulation.play(seed, null);
    if (broken !== null) finding = { seed, broken };
  }
  parentPort?.postMessage({ from, count, finding } satisfies PlayedRow);
});
