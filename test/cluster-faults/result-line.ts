import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { FAULT_KINDS } from './cluster-fault.ts';
import type { FaultsReport, Outage } from './faults-run.ts';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
/** The table of cluster faults ends here. */
const END = '<!-- cluster-faults:end -->';

export function summaryOf({ outages, violations, ...report }: FaultsReport): string {
  const counts = FAULT_KINDS.map(
    (kind) => [kind, outages.filter((one) => one.kind === kind).length] as const,
  );
  const killed = outages.filter(({ kind, overlaps }) => kind === 'kill' && !overlaps);
  return [
    `${outages.length} faults: ${counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
    `${report.acknowledged} records acknowledged`,
    `${report.committed} of ${report.transactions} transactions committed`,
    `${report.read} records read by the group`,
    `without an acknowledgement after a kill: ${gaps(killed.filter(({ ledQuorum }) => !ledQuorum))}`,
    `of the quorum's leader: ${gaps(killed.filter(({ ledQuorum }) => ledQuorum))}`,
    `after a stop: ${gaps(outages.filter(({ kind }) => kind === 'stop'))}`,
    `${violations.length} violations`,
  ].join('; ');
}

/** Adds a row to the table of cluster faults. */
export function recordResult(command: string, report: FaultsReport): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const row = `| ${date} | ${commit} | \`${command}\` | ${summaryOf(report)} |\n`;
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(END, `${row}${END}`));
}

/** Median and longest. */
function gaps(outages: readonly Outage[]): string {
  const sorted = outages.map(({ gapMs }) => gapMs).toSorted((a, b) => a - b);
  if (sorted.length === 0) return 'none';
  const [middle, longest] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
  return `${(middle / 1000).toFixed(1)} s (most ${(longest / 1000).toFixed(1)} s)`;
}
