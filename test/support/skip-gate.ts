import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** A test that may be skipped under CI_STRICT, with the reason why that is right on a complete machine. */
export interface AllowedSkip {
  /** The start of `path/of/file.test.ts > suite > test`. */
  readonly test: string;
  readonly reason: string;
}

const ALLOWED = new URL('../allowed-skips.json', import.meta.url);

/**
 * Ends a run with CI_STRICT=1 as failed where a test was skipped that `test/allowed-skips.json` does not list: a service that
 * could not start must not look like success. Without CI_STRICT it only counts.
 */
export default class SkipGate implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (process.env.CI_STRICT !== '1') return;
    const allowed = JSON.parse(readFileSync(ALLOWED, 'utf8')) as readonly AllowedSkip[];
    const unexpected = unexpectedSkips(modules.flatMap(skippedIn), allowed);
    if (unexpected.length === 0) return;
    process.stderr.write(
      `\nCI_STRICT=1: ${unexpected.length} tests were skipped that test/allowed-skips.json does not list:\n${unexpected
        .map((name) => `  ${name}\n`)
        .join('')}`,
    );
    process.exitCode = 1;
  }
}

/** Those that no row of `allowed` begins. */
export function unexpectedSkips(names: readonly string[], allowed: readonly AllowedSkip[]): string[] {
  return names.filter((name) => !allowed.some(({ test }) => name.startsWith(test)));
}

function skippedIn(module: TestModule): string[] {
  return [...module.children.allTests('skipped')].filter(isMeant).map(nameOf);
}

/** Tests that did not run because what was before them failed are failures already. */
function isMeant(test: TestCase): boolean {
  if (test.options.mode !== 'run') return true;
  const { state, note } = test.result() as { readonly state: string; readonly note?: string };
  return state === 'skipped' && note !== undefined;
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}
