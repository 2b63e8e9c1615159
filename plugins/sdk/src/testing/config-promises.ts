import { isMillraceError, parseConfig } from '@millrace/foundation';
import { expect } from 'vitest';
import type { AnyConnector } from '../plugin.ts';
import type { Options, Place, Refusal } from './driver.ts';
import { within } from './eventually.ts';
import type { InPlace } from './promise.ts';

/** All problems with these options: the definition's own, else those that need the outside world. */
async function problemsOf(connector: AnyConnector, options: Options) {
  const { problems, values } = parseConfig(connector.config, options);
  if (problems.length > 0) return problems;
  const asked = connector.validate?.(values, AbortSignal.timeout(10_000));
  return asked ? within('validate', asked, 15_000) : [];
}

/** What a pipeline owner is told before anything runs. */
export function configPromises<P extends Place>(
  test: InPlace<P>,
  connector: AnyConnector,
  refusals: readonly Refusal[],
): void {
  test('accepts good options', async (place) => {
    expect(await problemsOf(connector, place.options)).toEqual([]);
  });

  test('refuses each required option that is missing, by its name', async (place) => {
    const required = Object.keys(connector.config).filter(
      (key) => connector.config[key].default === undefined,
    );
    for (const key of required) {
      const { [key]: _left, ...rest } = place.options;
      const problems = await problemsOf(connector, rest);
      expect(problems.map((problem) => problem.key)).toContain(key);
    }
  });

  for (const { what, options, key } of refusals) {
    test(`refuses ${what}, naming ${key}`, async (place) => {
      const problems = await problemsOf(connector, { ...place.options, ...options });
      expect(problems.map((problem) => problem.key)).toContain(key);
      for (const problem of problems) expect(problem.message).toMatch(/^[\s\S]{10,}\.$/);
    });
  }
}

/** A failure as a user sees it: of a known class, in a sentence, with what to do. */
export function expectHelpful(error: unknown): void {
  if (!isMillraceError(error)) throw error;
  expect(['transient', 'throttled', 'auth', 'config']).toContain(error.class);
  expect(error.message).toMatch(/^[\s\S]{10,}$/);
  expect(error.details.hint, `the hint of: ${error.message}`).toBeTruthy();
}
