/**
 * Writes the table of metrics into docs/reference/metrics.md, between `<!-- metrics:start -->` and `<!-- metrics:end -->`. With
 * `--check` it writes nothing, and fails where the table is not what it should be.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectMetrics } from '@millrace/connect-runtime';
import { metricsReference } from '@millrace/foundation';

const PAGE = join(import.meta.dirname, '../docs/reference/metrics.md');

const text = readFileSync(PAGE, 'utf8');
const renewed = text.replace(
  /(<!-- metrics:start -->)[\s\S]*(<!-- metrics:end -->)/,
  (_all, start: string, end: string) => `${start}\n\n${metricsReference(connectMetrics)}\n\n${end}`,
);
if (renewed !== text && process.argv.includes('--check')) {
  console.error('docs/reference/metrics.md: the table is out of date; run node scripts/metrics-reference.ts');
  process.exitCode = 1;
} else if (renewed !== text) writeFileSync(PAGE, renewed);
