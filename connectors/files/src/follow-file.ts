import type { Logger } from '@millrace/sdk';
import type { SourceConfig } from './config.ts';
import type { FileOffset } from './file-offset.ts';
import { FileTail } from './file-tail.ts';
import { endsFiles } from './finished-files.ts';
import type { FollowedFile, FollowOptions } from './followed-file.ts';
import { csvOf } from './line-form.ts';
import { PackedFile } from './packed-file.ts';
import { packingOf } from './unpacked-bytes.ts';
import { WholeFile } from './whole-file.ts';

/** Begins to read a path, in the way that its config asks for and its name says. */
export function followFile(
  path: string,
  resume: FileOffset | null,
  config: SourceConfig,
  more: { readonly logger: Pick<Logger, 'warn'>; readonly isTakenElsewhere: (inode: string) => boolean },
): FollowedFile {
  const isWhole = config.format === 'whole-text' || config.format === 'whole-bytes';
  const options: FollowOptions = {
    ...more,
    lineMax: config['max.line.bytes'],
    rotateWaitMs: config['rotate.wait.ms'],
    csv: csvOf(config),
    completeAfterMs: isWhole || endsFiles(config) ? config['finished.after.ms'] : null,
  };
  const packing = packingOf(path, config.compression);
  if (isWhole)
    return new WholeFile(path, { packing, asBytes: config.format === 'whole-bytes' }, resume, options);
  return packing === null
    ? new FileTail(path, resume, options)
    : new PackedFile(path, packing, resume, options);
}
