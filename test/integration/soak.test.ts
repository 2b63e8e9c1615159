import { describe, expect, it } from 'vitest';
import { soakSummary } from '../soak/result-line.ts';
import { runSoak } from '../soak/soak-run.ts';
import { slopeOf } from '../soak/trend.ts';
import { unavailable } from '../support/index.ts';

const say = (line: string) => process.stdout.write(`soak: ${line}\n`);

/** As `npm run soak -- --minutes 1`. */
describe.skipIf(unavailable('postgres'))('a busy table beside a quiet one for a minute', () => {
  it('holds memory and slots where they are', async () => {
    const report = await runSoak({ minutes: 1, say });
    say(soakSummary(report));
    expect(report.violations).toEqual([]);
    expect(report.rowChanges).toBeGreaterThan(1000);
  });
});

describe('a trend', () => {
  const line = (value: (seconds: number) => number) =>
    Array.from({ length: 20 }, (_, seconds) => ({ seconds, value: value(seconds) }));

  it('is the slope, whatever single samples are', () => {
    expect(slopeOf(line((seconds) => 100 + seconds * 2))).toBe(2);
    expect(slopeOf(line((seconds) => (seconds % 7 === 3 ? 900 : 100)))).toBe(0);
    expect(slopeOf([])).toBe(0);
  });
});
