import { afterAll, beforeAll, describe, it } from 'vitest';
import type { AcceptanceDriver } from './driver.ts';
import { manifestPromises } from './manifest-promises.ts';
import type { Suite } from './promise.ts';
import { sinkPromises } from './sink-promises.ts';
import { sourcePromises } from './source-promises.ts';

/**
 * Defines the tests that every connector passes, in vitest's words; call it at the top of `test/acceptance.test.ts`.
 * Each promise of the contract is one test, with the reason for it beside it. What a system can't do is skipped, and
 * the skip says so.
 */
export function acceptance(driver: AcceptanceDriver): void {
  describe(`acceptance of ${driver.manifest.name}`, () => {
    if (driver.unavailable === undefined) {
      beforeAll(async () => driver.setup?.());
      afterAll(async () => driver.teardown?.());
    }
    definePromises(vitestSuite, driver);
  });
}

/** Defines the same tests in any suite. */
export function definePromises(suite: Suite, driver: AcceptanceDriver): void {
  manifestPromises(suite, driver);
  if (driver.source) sourcePromises(suite, driver, driver.source);
  if (driver.sink) sinkPromises(suite, driver, driver.sink);
}

const vitestSuite: Suite = {
  group: (name, body) => {
    describe(name, body);
  },
  test: (name, body) => {
    it(name, (context) =>
      body((reason) => {
        announceSkip(name, reason);
        return context.skip(reason);
      }),
    );
  },
  skip: (name, reason) => {
    announceSkip(name, reason);
    it.skip(`${name} (skipped: ${reason})`);
  },
};

function announceSkip(name: string, reason: string): void {
  process.stdout.write(`skipped: ${name}: ${reason}\n`);
}
