import { setTimeout as passed } from 'node:timers/promises';
import { useOfTrees } from '../../measure/process-tree.ts';

/** Nothing is asked for so long before memory is read, and for so long while idle CPU is measured. */
const SETTLE_MS = 8_000;
const IDLE_MS = 10_000;
const ANSWER_TIMEOUT_MS = 600_000;
const ASK_EVERY_MS = 10;

/** What one start of one side gave. */
export interface Sample extends Idle {
  /** From its start until it says that it serves. */
  readonly readySeconds: number;
  /** From its start until its REST API lists connectors with 200. */
  readonly answersSeconds: number;
  /** Processor time of the whole tree until it was ready. */
  readonly startCpuSeconds: number;
}

export interface Idle {
  readonly processes: number;
  readonly rssMiB: number;
  readonly pssMiB: number;
  /** Processor time in ten seconds in which nothing was asked. */
  readonly idleCpuSeconds: number;
}

/** Leaves the processes alone, and reads what they hold and use. */
export async function watchIdle(roots: readonly number[]): Promise<Idle> {
  await passed(SETTLE_MS);
  const before = useOfTrees(roots);
  await passed(IDLE_MS);
  const after = useOfTrees(roots);
  return {
    processes: before.processes,
    rssMiB: before.rssMiB,
    pssMiB: before.pssMiB,
    idleCpuSeconds: after.cpuSeconds - before.cpuSeconds,
  };
}

/** Asks until the answer is a 2xx. @throws {Error} after ten minutes */
export async function untilAnswers(url: string): Promise<void> {
  const deadline = performance.now() + ANSWER_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (performance.now() > deadline) throw new Error(`${url} did not answer in time`);
    await passed(ASK_EVERY_MS);
  }
}
