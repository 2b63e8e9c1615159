import type { AnyConnector } from '../plugin.ts';
import type { AcceptanceDriver, Entry, Place } from './driver.ts';
import { eventually } from './eventually.ts';
import { type OpenHandles, openedSince, openHandles } from './open-handles.ts';
import { TimerWatch } from './timer-watch.ts';

/** Texts that every system should hold. */
export const ODD_VALUES: readonly string[] = [
  '',
  ' ',
  'ünïcödé',
  '日本語',
  '😀👩‍👩‍👧',
  '"\'\\`;--',
  '{"a":1}',
  'null',
];

/** How soon a task gives back what it opened, once it has stopped. */
const RELEASE_MS = 3_000;

/** What the promises are defined in: vitest, or a list of the suite's own tests. */
export interface Suite {
  group(name: string, body: () => void): void;
  /** `skip` ends the test as skipped, and prints the reason. */
  test(name: string, body: (skip: (reason: string) => never) => Promise<void> | void): void;
  /** A test that can't be run, with the reason, which is printed. */
  skip(name: string, reason: string): void;
}

/** What a test asks of the suite while it runs. */
export interface Stage {
  /** Ends what the test started, the last first, also when the test fails. */
  cleanup(end: () => Promise<void>): void;
  /** Ends the test here as skipped, and prints why. */
  skip(reason: string): never;
}

/** One test with a place of its own, which must leave nothing open. */
export type InPlace<P extends Place> = (
  name: string,
  body: (place: P, stage: Stage) => Promise<void>,
  skip?: string,
) => void;

/**
 * Gives tests a place each. What the test started it hands to `cleanup`, which ends it even when the test fails;
 * after that nothing that was opened in the meantime may still be open: a task host runs many tasks one after the
 * other, so what one leaks all pay for.
 */
export function inPlace<P extends Place>(
  suite: Suite,
  driver: AcceptanceDriver,
  open: () => Promise<P>,
): InPlace<P> {
  return (name, body, whySkip) => {
    const reason = driver.unavailable ?? whySkip;
    if (reason !== undefined) return suite.skip(name, reason);
    suite.test(name, async (skip) => {
      const place = await open();
      const before = openHandles();
      const timers = new TimerWatch();
      const ends: (() => Promise<void>)[] = [];
      try {
        try {
          await timers.run(() => body(place, { cleanup: (end) => ends.push(end), skip }));
        } finally {
          for (const end of ends.reverse()) await end().catch(() => undefined);
        }
        await expectReleased(before, timers);
      } finally {
        timers.stop();
        await place.close();
      }
    });
  };
}

async function expectReleased(before: OpenHandles, timers: TimerWatch): Promise<void> {
  const check = () => {
    const left = openedSince(before).concat(timers.pending > 0 ? [`Timeout +${timers.pending}`] : []);
    if (left.length > 0) throw new Error(`still open: ${left.join(', ')}`);
    return true;
  };
  await eventually('everything that was opened is closed', check, RELEASE_MS);
}

/** The driver's connector by its class name; a missing one fails the suite at once. */
export function connectorOf<T extends AnyConnector['type']>(
  driver: AcceptanceDriver,
  type: T,
  className: string,
): Extract<AnyConnector, { type: T }> {
  const found = driver.manifest.plugins.find((plugin) => plugin.class === className);
  if (found?.type !== type) throw new Error(`${driver.manifest.name} has no ${type} of class ${className}`);
  return found as Extract<AnyConnector, { type: T }>;
}

/** `count` entries over `keys` keys in turn, each with a text of its own: `k0`: `0`, `k1`: `1`, `k0`: `2`, ... */
export function entries(count: number, keys: number, from: number = 0): readonly Entry[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `k${(from + index) % keys}`,
    value: String(from + index),
  }));
}

/** The entries' values by key, in order. */
export function byKey(all: readonly Entry[]): Readonly<Record<string, readonly (string | null)[]>> {
  const out: Record<string, (string | null)[]> = {};
  for (const { key, value } of all) {
    const values = out[key];
    if (values) values.push(value);
    else out[key] = [value];
  }
  return out;
}
