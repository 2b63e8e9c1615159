import type { Logger, Random, Timers } from '@millrace/foundation';
import type { CleanerCheckpoint } from './cleaner-checkpoint.ts';
import type { HighWatermarkCheckpoint } from './high-watermark-checkpoint.ts';
import type { LogWriter } from './log-writer.ts';
import type { OpenFiles } from './open-files.ts';
import type { TailCache } from './tail-cache.ts';

/** What the logs of one data folder share. */
export interface LogRoom {
  readonly files: OpenFiles;
  readonly writer: LogWriter;
  readonly tailCache: TailCache;
  readonly cleaner: CleanerCheckpoint;
  readonly highWatermarks: HighWatermarkCheckpoint;
  /** Much has reached the disk: soon, recovery is to know. */
  readonly checkpointSoon: () => void;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}
