import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OpenFiles } from './open-files.ts';
import { Segment } from './segment.ts';
import { parseSegmentFile, parseStagedFile, SEGMENT_KINDS, segmentPath } from './segment-files.ts';
import { syncFolder } from './small-file.ts';

/**
 * Puts a compacted segment in the place of those that it was made of. At once, in steps of which each leaves either the
 * old segments or what `finishSwaps` makes the new one of: first it gets the name of one that replaces, then the old
 * ones go, then it gets its own.
 * @param cleaned in stage `.cleaned`, complete and synced, with the base offset of the first replaced one
 * @returns the log's segments, the files of the old ones, and when the new names last: until then a loss of power may need those
 * @throws an AbortError where not all of `replaced` are among `segments` any more: nothing is done then
 */
export function swapIn(
  segments: readonly Segment[],
  cleaned: Segment,
  replaced: readonly Segment[],
): { readonly segments: Segment[]; readonly discarded: readonly string[]; readonly lasting: Promise<void> } {
  const [first] = replaced;
  const at = first === undefined ? -1 : segments.indexOf(first);
  if (at < 0 || replaced.some((segment, index) => segments[at + index] !== segment))
    throw new DOMException('segments that were compacted are deleted', 'AbortError');
  const incoming = cleaned.staged('.cleaned', '.swap');
  const discarded = replaced.flatMap((segment) => segment.discard());
  const segment = incoming.staged('.swap', '');
  return {
    segments: segments.toSpliced(at, replaced.length, segment),
    discarded,
    lasting: syncFolder(dirname(segment.path)),
  };
}

/**
 * Ends what a kill interrupted, before a log's files are looked at: what was being made by compaction goes, and what was
 * taking the place of others takes it.
 */
export async function finishSwaps(folder: string, files: OpenFiles): Promise<void> {
  const names = readdirSync(folder);
  const staged = names.flatMap((name) => {
    const file = parseStagedFile(name);
    return file === undefined ? [] : [{ ...file, path: join(folder, name) }];
  });
  for (const { stage, path } of staged) if (stage !== '.swap') rmSync(path, { force: true });
  const incoming = staged.filter(({ stage }) => stage === '.swap');
  const bases = incoming.filter(({ kind }) => kind === 'log').map(({ baseOffset }) => baseOffset);
  for (const baseOffset of bases) await finishSwap(folder, names, baseOffset, files);
  // Indexes whose records have their name already, or never got so far.
  for (const { baseOffset, path } of incoming) if (!bases.includes(baseOffset)) rmSync(path, { force: true });
}

/** What the new segment covers goes. A segment behind its last record that was to go too stays, and is compacted again. */
async function finishSwap(
  folder: string,
  names: readonly string[],
  baseOffset: number,
  files: OpenFiles,
): Promise<void> {
  const endOffset = await endOf(new Segment(folder, baseOffset, files, '.swap'));
  const old = names.flatMap((name) => {
    const file = parseSegmentFile(name);
    return file === undefined || file.kind === 'snapshot' ? [] : [{ ...file, path: join(folder, name) }];
  });
  // Files go with their records last: without those of the first one, its indexes are the new ones already.
  const hasFirst = old.some((file) => file.baseOffset === baseOffset && file.kind === 'log');
  const isCovered = (base: number) => base > baseOffset && base < endOffset;
  for (const kind of SEGMENT_KINDS) {
    for (const file of old)
      if (file.kind === kind && (isCovered(file.baseOffset) || (hasFirst && file.baseOffset === baseOffset)))
        rmSync(file.path);
  }
  for (const kind of SEGMENT_KINDS) {
    const path = segmentPath(folder, baseOffset, kind);
    if (names.includes(`${path.slice(folder.length + 1)}.swap`)) renameSync(`${path}.swap`, path);
  }
  await syncFolder(folder);
}

/** Offset after the last record of a segment whose name is not its own yet. */
async function endOf(segment: Segment): Promise<number> {
  segment.writtenBytes = statSync(segment.path).size;
  let endOffset = segment.baseOffset;
  await segment.scan(await segment.offsetIndex.lastPosition(), ({ header }) => {
    endOffset = header.lastOffset + 1;
    return true;
  });
  segment.release();
  return endOffset;
}
