import { describe, expect, it } from 'vitest';
import { runCrashes } from '../crash/crash-run.ts';
import { summaryOf } from '../crash/result-line.ts';
import { unavailable } from '../support/index.ts';

const say = (line: string) => process.stdout.write(`crash: ${line}\n`);

/** As `npm run crash -- --kills 3 --seed S`: twice of the process, once of the database server; the seed is in the output, and CRASH_SEED gives it again. */
describe.skipIf(unavailable('postgres'))('the whole process killed under load', () => {
  it('loses nothing, repeats only what was not confirmed, and ends with both databases equal', async () => {
    const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
    const report = await runCrashes({ kills: 3, seed, changes: 200_000, say });
    say(summaryOf(report));
    expect(report.violations).toEqual([]);
    expect(report.rowChanges).toBeGreaterThanOrEqual(200_000);
    expect(report.recoveries).toHaveLength(2);
  });
});
