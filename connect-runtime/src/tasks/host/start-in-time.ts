import { MillraceError } from '@millrace/foundation';
import { settledWithin } from './wait.ts';

/**
 * Starts a plugin's task.
 * @throws {MillraceError} TASK_START_TIMED_OUT; or what the task threw
 */
export async function startInTime(
  task: { start(): Promise<void> },
  { startTimeoutMs }: { readonly startTimeoutMs: number },
): Promise<void> {
  const starting = Promise.resolve(task.start());
  if (await settledWithin(starting, startTimeoutMs)) return starting;
  throw new MillraceError(`The plugin's task did not start within ${startTimeoutMs} ms.`, {
    code: 'TASK_START_TIMED_OUT',
    class: 'transient',
    hint: "Look at what it waits for: an address that does not answer, a lock. The worker's task.start.timeout.ms says how long it may take.",
  });
}
