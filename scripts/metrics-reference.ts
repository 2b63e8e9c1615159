/**
 * Writes the tables of metrics into the pages below docs/reference, between `<!-- metrics:start -->` and `<!-- metrics:end -->`. With
 * `--check` it writes nothing, and fails where a table is not what it should be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerMetrics } from '@millrace/broker';
import { connectMetrics } from '@millrace/connect-runtime';
import { metricsReference } from '@millrace/foundation';

const TABLES = { 'metrics.md': connectMetrics, 'broker-metrics.md': brokerMetrics };

for (const [name, defs] of Object.entries(TABLES)) {
  const page = join(import.meta.dirname, '../docs/reference', name);
  const text = readFileSync(page, 'utf8');
  const renewed = text.replace(
    /(<!-- metrics:start -->)[\s\S]*(<!-- metrics:end -->)/,
    (_all, start: string, end: string) => `${start}\n\n${metricsReference(defs)}\n\n${end}`,
  );
  if (renewed !== text && process.argv.includes('--check')) {
    console.error(`docs/reference/${name}: the table is out of date; run node scripts/metrics-reference.ts`);
    process.exitCode = 1;
  } else if (renewed !== text) writeFileSync(page, renewed);
}
