import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { CrashReport } from './crash-run.ts';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
/** The table of crash runs ends here. */
const END = '<!-- crash:end -->';

export function summaryOf(report: CrashReport): string {
  const readyMs = report.recoveries.flatMap((recovery) => recovery.readyMs ?? []);
  const recordMs = report.recoveries.flatMap((recovery) => recovery.recordMs ?? []);
  const sinkMs = report.recoveries.flatMap((recovery) => recovery.sinkMs ?? []);
  return [
    `${report.rowChanges} row changes in ${report.transactions} transactions`,
    `${report.kills.length} kills, ${report.kills.filter(({ kind }) => kind === 'server').length} of them of the database server with ${report.unanswered} transactions unanswered`,
    `${report.records} records, ${report.repeats} of them repeats`,
    `start to ready ${spread(readyMs)}, to the first new record ${spread(recordMs)}, to the sink's first commit ${spread(sinkMs)}`,
    `caught up after ${seconds(report.catchUpMs)}`,
    `${report.rows} rows equal in the end`,
    `${report.violations.length} violations`,
    `${seconds(report.totalMs)} in all`,
  ].join('; ');
}

/** Adds a row to the table of crash runs. */
export function recordResult(command: string, report: CrashReport): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const row = `| ${date} | ${commit} | \`${command}\` | ${summaryOf(report)} |\n`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(END, `${row}${END}`));
}

function spread(ms: readonly number[]): string {
  if (ms.length === 0) return 'not measured';
  const sorted = ms.toSorted((a, b) => a - b);
  return `${seconds(sorted[Math.floor(sorted.length / 2)]!)} (median, most ${seconds(sorted.at(-1)!)})`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
