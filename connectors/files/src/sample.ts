import { open } from 'node:fs/promises';
import type { ConfigOf, ConnectRecord } from '@millrace/sdk';
import type { sourceConfig } from './config.ts';
import { codeOf, fileError } from './file-error.ts';
import { matchingPaths, patternsOf } from './file-pattern.ts';
import { LineReader } from './line-reader.ts';
import { lineRecord } from './line-record.ts';

/** The first lines of the files, in their order, as records; lines at fault are passed over. @throws {MillraceError} where one can't be read */
export async function sampleLines(
  config: ConfigOf<typeof sourceConfig>,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  const records: ConnectRecord[] = [];
  for (const path of await matchingPaths(patternsOf(config))) {
    if (records.length >= limit || signal.aborted) break;
    records.push(...(await firstLines(path, config, limit - records.length)));
  }
  return records;
}

async function firstLines(
  path: string,
  config: ConfigOf<typeof sourceConfig>,
  limit: number,
): Promise<readonly ConnectRecord[]> {
  try {
    await using file = await open(path, 'r');
    const lines = await new LineReader(file, 0, config['max.line.bytes']).lines(limit);
    return lines.flatMap((line) => {
      const record = lineRecord(line, config);
      if (record === null || 'fault' in record) return [];
      return [{ topic: config.topic, partition: null, ...record, headers: [], timestamp: null }];
    });
  } catch (error) {
    // A file that is not there yet is waited for.
    if (codeOf(error) === 'ENOENT') return [];
    throw fileError(error, path, 'file');
  }
}
