import { type ChildProcess, fork } from 'node:child_process';
import type { SeedsPlayed } from './seed-worker.ts';

export interface SeedPoolOptions {
  readonly workers: number;
  /** Of `planted-bugs.ts`; null: none. */
  readonly bug: string | null;
  readonly from: number;
  readonly count: number;
  /** In the order of their ends. @returns false where no more are to be begun */
  readonly played: (played: SeedsPlayed) => boolean;
}

const WORKER = new URL('./seed-worker.ts', import.meta.url);
const PLANT = new URL('./plant-bug.ts', import.meta.url);
const SEEDS_AT_ONCE = 5;

/** Plays seeds in processes of their own, so that all cores have something to do. Rejects where one of them fails. */
export async function playSeeds(options: SeedPoolOptions): Promise<void> {
  const { workers, from, count } = options;
  let next = from;
  let goesOn = true;
  const take = (): { from: number; count: number } | null => {
    if (!goesOn || next >= from + count) return null;
    const taken = { from: next, count: Math.min(SEEDS_AT_ONCE, from + count - next) };
    next += taken.count;
    return taken;
  };
  const worker = async (): Promise<void> => {
    const child = begin(options.bug);
    try {
      for (let asked = take(); asked !== null; asked = take()) {
        const played = await answerOf(child, asked);
        if (!options.played(played)) goesOn = false;
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

function begin(bug: string | null): ChildProcess {
  return fork(WORKER, {
    execArgv: bug === null ? [] : ['--import', PLANT.href],
    env: { ...process.env, ...(bug !== null && { PLANTED_BUG: bug }) },
  });
}

function answerOf(child: ChildProcess, asked: { from: number; count: number }): Promise<SeedsPlayed> {
  const answer = Promise.withResolvers<SeedsPlayed>();
  const ended = (code: number | null): void =>
    answer.reject(new Error(`a worker ended with ${code} at the seeds from ${asked.from} on`));
  child.once('exit', ended);
  child.once('message', (played) => {
    child.off('exit', ended);
    answer.resolve(played as SeedsPlayed);
  });
  child.send(asked);
  return answer.promise;
}
