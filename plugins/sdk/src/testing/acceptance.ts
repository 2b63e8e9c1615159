import { afterAll, beforeAll, describe } from 'vitest';
import type { AcceptanceDriver } from './driver.ts';
import { manifestPromises } from './manifest-promises.ts';
import { sinkPromises } from './sink-promises.ts';
import { sourcePromises } from './source-promises.ts';

/**
 * Defines the tests that every connector passes, in vitest's words; call it at the top of `test/acceptance.test.ts`.
 * Each promise of the contract is one test, with the reason for it beside it. What a system can't do is skipped, and
 * the skip says so.
 */
export function acceptance(driver: AcceptanceDriver): void {
  describe(`acceptance of ${driver.manifest.name}`, () => {
    manifestPromises(driver);
    describe('against the system', () => {
      if (driver.unavailable !== undefined) {
        process.stdout.write(`skipped: ${driver.manifest.name}: ${driver.unavailable}\n`);
      } else {
        beforeAll(async () => driver.setup?.());
        afterAll(async () => driver.teardown?.());
      }
      if (driver.source) sourcePromises(driver, driver.source);
      if (driver.sink) sinkPromises(driver, driver.sink);
    });
  });
}
