import { writeFileSync } from 'node:fs';
import { putSection } from './benchmarks-page.ts';
import type { Circumstances } from './machine.ts';

/** A benchmark under `bench/macro`. */
export interface Benchmark {
  /** Its heading in docs/benchmarks.md. */
  readonly title: string;
  readonly command: string;
  /** Its folder in `bench/macro`, where a README says what exactly is measured. */
  readonly folder: string;
  /** What was moved, how often, and what counts; lines of some 150 characters. */
  readonly about: string;
}

/** What came of a benchmark: `tables` go to its section of docs/benchmarks.md, `results` to `results.json` in its folder, both with where it ran. */
export function record(
  { title, command, folder, about }: Benchmark,
  where: Circumstances,
  { tables, results }: { readonly tables: string; readonly results: Readonly<Record<string, unknown>> },
): void {
  const commit = `${where.commit}${where.modified ? ' with changes' : ''}`;
  const text = [
    `\`${command}\`, ${where.date}, commit ${commit}, Node ${where.node}, ${where.processors}, ${where.memoryMiB} MiB,`,
    `load before ${where.loadBefore}. ${about}`,
    `What exactly is measured: [bench/macro/${folder}](../bench/macro/${folder}/README.md).`,
  ].join('\n');
  putSection(title, `${text}\n\n${tables}`);
  writeFileSync(
    new URL(`../macro/${folder}/results.json`, import.meta.url),
    `${JSON.stringify({ command, where, ...results }, null, 2)}\n`,
  );
}
