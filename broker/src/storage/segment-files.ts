import { join } from 'node:path';

const NAME_DIGITS = 20;
const SEGMENT_FILE = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)$/;

export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot';

/** As Kafka names a segment's files: the base offset in 20 digits. */
export function segmentPath(folder: string, baseOffset: number, kind: SegmentFileKind): string {
  return join(folder, `${String(baseOffset).padStart(NAME_DIGITS, '0')}.${kind}`);
}

/** What a file of a log's folder is; undefined for those that belong to no segment. */
export function parseSegmentFile(name: string): { baseOffset: number; kind: SegmentFileKind } | undefined {
  const [, digits, kind] = SEGMENT_FILE.exec(name) ?? [];
  if (digits === undefined || kind === undefined) return undefined;
  return { baseOffset: Number(digits), kind: kind as SegmentFileKind };
}
