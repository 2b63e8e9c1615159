import { useOfTrees } from '../../measure/process-tree.ts';
import type { RunningWorker } from '../connect/side.ts';

/** Processor seconds that the worker and its task hosts use from here on. */
export function cpuOf(worker: RunningWorker): () => number {
  const before = useOfTrees([worker.pid]).cpuSeconds;
  return () => useOfTrees([worker.pid]).cpuSeconds - before;
}
