import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ChaosReport } from './chaos-run.ts';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
/** The table of chaos runs ends here. */
const END = '<!-- chaos:end -->';

export function summaryOf(report: ChaosReport): string {
  const { verdict } = report;
  const causes = Object.entries(verdict.causes).map(([cause, count]) => `${count} ${cause}`);
  return [
    `${report.connectors} connectors, ${report.tasks} tasks on ${report.broker === 'broker' ? 'our broker' : report.broker}`,
    `faults: ${[...report.faults].map(([kind, count]) => `${count} ${kind}`).join(', ') || 'none'}`,
    `${report.records} records in topics (${report.repeats} repeats), ${report.sunk} in sinks and ${report.deadLetters} dead letters (${report.sunkRepeats} repeats)`,
    `${verdict.starts} task starts, again because: ${causes.join(', ')}`,
    `a task ran twice for ${seconds(verdict.overlapMaxMs)} at most`,
    `${report.requestsRefused} requests refused`,
    `all tasks ran ${seconds(report.allRunMs)} after the last fault, sinks caught up in ${seconds(report.caughtUpMs)}`,
    `${report.violations.length} violations`,
  ].join('; ');
}

/** Adds a row to the table of chaos runs. */
export function recordResult(command: string, report: ChaosReport): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const row = `| ${date} | ${commit} | \`${command}\` | ${summaryOf(report)} |\n`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(END, `${row}${END}`));
}

const seconds = (ms: number): string => (ms < 0 ? 'not' : `${(ms / 1000).toFixed(1)} s`);
