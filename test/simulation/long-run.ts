import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RunProgress } from '../support/run-progress.ts';
import type { PlayedRow, Row } from './player.ts';
import type { Simulation } from './simulation.ts';

const PLAYER = new URL('./player.ts', import.meta.url);

export interface LongRunOptions {
  readonly name: string;
  readonly simulation: Simulation;
  readonly from: number;
  readonly count: number;
  /** Threads that play beside each other. */
  readonly threads: number;
  readonly say: (line: string) => void;
}

export interface LongRunResult {
  readonly finding: PlayedRow['finding'];
  /** Of all parts of the run, however often it was cut off. */
  readonly seconds: number;
}

/** Plays many seeds on all threads, until one breaks a promise. Cut off, it goes on where it was. */
export async function longRun(options: LongRunOptions): Promise<LongRunResult> {
  const { name, simulation, from, count, threads, say } = options;
  const asked = `${from} ${count}`;
  const progress = new RunProgress({ name: `simulate-${name}`, asked, sources: simulation.sources });
  const { done, seconds } = progress.read();
  if (done > 0) say(`goes on behind ${done} seeds`);
  const beganMs = performance.now();
  const passed = () => seconds + (performance.now() - beganMs) / 1_000;
  let next = done;
  /** Rows that are being played, by where they begin: nothing is done behind the first of them. */
  const playing = new Set<number>();
  let finding: PlayedRow['finding'] = null;
  const take = (): Row | null => {
    if (next >= count || finding !== null) return null;
    const row = { from: from + next, count: Math.min(simulation.seedsAStep, count - next) };
    playing.add(next);
    next += row.count;
    return row;
  };
  const played = (row: PlayedRow): void => {
    playing.delete(row.from - from);
    if (row.finding !== null && row.finding.seed < (finding?.seed ?? Number.POSITIVE_INFINITY))
      finding = row.finding;
    if (finding !== null) return;
    const whole = Math.min(next, ...playing);
    progress.write(whole, passed());
    const aSecond = ((whole - done) / (passed() - seconds)).toFixed(0);
    say(`${whole} of ${count} seeds, ${passed().toFixed(0)} s, ${aSecond} a second`);
  };
  await Promise.all(Array.from({ length: threads }, () => playOn(name, take, played)));
  if (finding === null) progress.forget();
  return { finding, seconds: passed() };
}

/** One thread, from row to row. */
async function playOn(name: string, take: () => Row | null, played: (row: PlayedRow) => void): Promise<void> {
  const worker = new Worker(PLAYER, { workerData: name });
  try {
    for (let row = take(); row !== null; row = take()) {
      worker.postMessage(row);
      const [answer] = (await once(worker, 'message')) as [PlayedRow];
      played(answer);
    }
  } finally {
    await worker.terminate();
  }
}
