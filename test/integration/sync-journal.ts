/**
 * Loaded into a broker before anything else (`--import`): notes in the file SYNC_JOURNAL how large each file was when a sync of it
 * began that has ended well. What lies beyond, a loss of power may take.
 */
import fs, { appendFileSync, fstatSync, readlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const journal = process.env.SYNC_JOURNAL ?? '';
const { fdatasync } = fs;

function noting(fd: number, done: (error: NodeJS.ErrnoException | null) => void): void {
  const path = readlinkSync(`/proc/self/fd/${fd}`);
  const { size } = fstatSync(fd);
  fdatasync(fd, (error) => {
    if (error === null) appendFileSync(journal, `${JSON.stringify({ path, size })}\n`);
    done(error);
  });
}

fs.fdatasync = noting as typeof fs.fdatasync;
syncBuiltinESMExports();
