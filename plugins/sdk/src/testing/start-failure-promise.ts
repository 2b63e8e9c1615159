import { expect } from 'vitest';
import { expectHelpful } from './config-promises.ts';
import type { Options, Place } from './driver.ts';
import type { InPlace } from './promise.ts';

interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A task of either kind that can’t start says why, and may be stopped none the less. */
export function startFailurePromise<P extends Place>(
  inItsPlace: InPlace<P>,
  taskOf: (options: Options) => Startable,
): void {
  inItsPlace(
    'says what is wrong when it can’t start, and stops after that',
    async (place, { cleanup, skip }) => {
      if (!place.unstartable) skip('the driver has no options that can’t start');
      const task = taskOf({ ...place.options, ...place.unstartable });
      cleanup(() => task.stop());
      const outcome = await task.start().then(
        () => null,
        (error: unknown) => error,
      );
      expect(outcome, 'the failure of start').not.toBeNull();
      expectHelpful(outcome);
      await task.stop();
      await task.stop();
    },
  );
}
