import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Departure, TakeoverReport } from './takeover-run.ts';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
/** The table of takeovers ends here. */
const END = '<!-- takeover:end -->';

export function summaryOf({ takeovers, violations }: TakeoverReport): string {
  const of = (signal: Departure, led: boolean) => {
    const all = takeovers.filter((one) => one.signal === signal && one.led === led);
    const gaps = signal === 'SIGTERM' ? `, each away for ${seconds(all.map(({ gapMs }) => gapMs))}` : '';
    return `${signal} of ${led ? 'the leader' : 'another'}: ${seconds(all.map(({ lastMs }) => lastMs))}${gaps}`;
  };
  return [
    ...[false, true].flatMap((led) => [of('SIGKILL', led), of('SIGTERM', led)]),
    `${violations.length} violations`,
  ].join('; ');
}

/** Adds a row to the table of takeovers. */
export function recordResult(command: string, report: TakeoverReport): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const row = `| ${date} | ${commit} | \`${command}\` | ${summaryOf(report)} |\n`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(END, `${row}${END}`));
}

/** Median and longest. */
function seconds(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const [middle, longest] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
  return `${(middle / 1000).toFixed(2)} s (most ${(longest / 1000).toFixed(2)} s)`;
}
