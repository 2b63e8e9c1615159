import { join } from 'node:path';
import { type LeaderEpochStart, LeaderEpochs } from '../core/log/leader-epochs.ts';
import { readSmallFile, replaceSmallFileNow } from './small-file.ts';

/** Its name in a log's folder. */
export const LEADER_EPOCH_FILE = 'leader-epoch-checkpoint';
const VERSION = '0';

/**
 * The leader epochs of a log as Kafka keeps them: version, count, then `epoch offset` a line. An unreadable file counts
 * as none: batches carry their epoch, and what follows the recovery point is read again.
 */
export function readLeaderEpochs(folder: string): LeaderEpochs {
  const text = readSmallFile(join(folder, LEADER_EPOCH_FILE))?.toString('latin1') ?? '';
  const [version, count, ...lines] = text.split('\n');
  const starts: LeaderEpochStart[] = [];
  for (const line of lines.slice(0, Number(count))) {
    const [epoch, startOffset] = line.split(' ').map(Number);
    const previous = starts.at(-1);
    if (version !== VERSION || !isCount(epoch) || !isCount(startOffset)) return new LeaderEpochs();
    if (previous !== undefined && (previous.epoch >= epoch || previous.startOffset > startOffset)) {
      return new LeaderEpochs();
    }
    starts.push({ epoch, startOffset });
  }
  return new LeaderEpochs(starts);
}

export function writeLeaderEpochs(folder: string, starts: readonly LeaderEpochStart[]): void {
  const lines = starts.map((start) => `${start.epoch} ${start.startOffset}\n`);
  replaceSmallFileNow(join(folder, LEADER_EPOCH_FILE), `${VERSION}\n${starts.length}\n${lines.join('')}`);
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0;
}
