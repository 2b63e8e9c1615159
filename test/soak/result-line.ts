import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { SoakReport } from './soak-run.ts';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
/** The table of soaks ends here. */
const END = '<!-- soak:end -->';

export function soakSummary(report: SoakReport): string {
  const { lagMiB, violations } = report;
  return [
    `${report.rowChanges} row changes in ${report.seconds.toFixed(0)} s`,
    `${report.memoryMiB.toFixed(0)} MiB, trend ${report.growthMiB.toFixed(1)} MiB (bound ${report.growthBoundMiB.toFixed(0)})`,
    `slots behind by ${lagMiB.busy.toFixed(1)} MiB (busy table) and ${lagMiB.quiet.toFixed(1)} MiB (quiet) at most`,
    `caught up after ${report.catchUpSeconds.toFixed(1)} s`,
    `${report.rows} rows equal in the end`,
    violations.length === 0 ? '0 violations' : violations.join('; '),
  ].join('; ');
}

/** Adds a row to the table of soaks. */
export function recordSoak(command: string, report: SoakReport): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const row = `| ${date} | ${commit} | \`${command}\` | ${soakSummary(report)} |\n`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(END, `${row}${END}`));
}
