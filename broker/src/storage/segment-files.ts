import { join } from 'node:path';

const NAME_DIGITS = 20;
const SEGMENT_FILE = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)$/;

/** The files that are one segment, the records last: whoever renames them one after the other has the log whole at each step. */
export const SEGMENT_KINDS = ['index', 'timeindex', 'txnindex', 'log'] as const;

/** Of files on their way, as Kafka's: made by compaction; about to take the place of others; out of the log. */
export type SegmentFileStage = '.cleaned' | '.swap' | '.deleted';

const STAGED_FILE = /^(\d{20})\.(log|index|timeindex|txnindex)(\.cleaned|\.swap|\.deleted)$/;

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

/** What a file on its way is; undefined for all others. */
export function parseStagedFile(
  name: string,
): { baseOffset: number; kind: (typeof SEGMENT_KINDS)[number]; stage: SegmentFileStage } | undefined {
  const [, digits, kind, stage] = STAGED_FILE.exec(name) ?? [];
  if (digits === undefined || kind === undefined || stage === undefined) return undefined;
  return {
    baseOffset: Number(digits),
    kind: kind as (typeof SEGMENT_KINDS)[number],
    stage: stage as SegmentFileStage,
  };
}
