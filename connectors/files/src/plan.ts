import { resolve } from 'node:path';
import { type ConnectRecord, isMillraceError, type PlannedChange } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { filledPath, offsetText } from './path-template.ts';
import { lineFormat, recordLine } from './record-line.ts';
import { rolls } from './sink-paths.ts';

/** The files that writing these records would make or append to; nothing is touched. */
export async function planSink(
  config: SinkConfig,
  records: readonly ConnectRecord[],
): Promise<readonly PlannedChange[]> {
  const counts = new Map<string, number>();
  const refused: PlannedChange[] = [];
  const offset = rolls(config) ? offsetText(0) : '';
  for (const [at, record] of records.entries()) {
    try {
      const written = { ...record, partition: record.partition ?? 0, offset: at };
      if (recordLine(written, lineFormat(config)) === null) continue;
      const path = resolve(filledPath(config.file, written, 0, offset));
      counts.set(path, (counts.get(path) ?? 0) + 1);
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      refused.push({ what: `refuse a record: ${error.message}` });
    }
  }
  const verb = rolls(config) ? 'write' : 'append';
  return [
    ...[...counts].map(([path, count]) => ({ what: `${verb} ${count} records to ${path}` })),
    ...refused,
  ];
}
