import type { ConnectRecord } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import { matchingPaths, patternsOf } from './file-pattern.ts';
import { followFile } from './follow-file.ts';
import { lineForm } from './line-form.ts';

/** How many lines are looked at for each record that is wanted: some are headers or at fault. */
const LINES_A_RECORD_MAX = 10;

/** The first records of the files, in their order; lines at fault are passed over. @throws {MillraceError} where one can't be read */
export async function sampleLines(
  config: SourceConfig,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  const records: ConnectRecord[] = [];
  for (const path of await matchingPaths(patternsOf(config))) {
    if (records.length >= limit || signal.aborted) break;
    records.push(...(await firstRecords(path, config, limit - records.length)));
  }
  return records;
}

async function firstRecords(
  path: string,
  config: SourceConfig,
  limit: number,
): Promise<readonly ConnectRecord[]> {
  const file = followFile(path, null, config, {
    logger: { warn: () => undefined },
    isTakenElsewhere: () => false,
  });
  const form = lineForm(config, path);
  const records: ConnectRecord[] = [];
  try {
    for (let looked = 0; records.length < limit && looked < limit * LINES_A_RECORD_MAX; ) {
      const tailed = await file.lines(limit - records.length);
      if (tailed.lines.length === 0) break;
      looked += tailed.lines.length;
      form.begin?.(tailed);
      for (const line of tailed.lines) {
        const record = form.record(line);
        if (record === null || 'fault' in record) continue;
        records.push({ topic: config.topic, partition: null, ...record, headers: [], timestamp: null });
      }
    }
    return records;
  } finally {
    await file.close();
  }
}
