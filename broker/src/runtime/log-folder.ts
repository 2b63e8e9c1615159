import { statfs } from 'node:fs/promises';
import type { LogFolder } from './services.ts';

/** The data folder as DescribeLogDirs shows it. */
export function logFolder(path: string): LogFolder {
  return {
    path,
    async space() {
      try {
        const { bsize, blocks, bavail } = await statfs(path);
        return { totalBytes: blocks * bsize, usableBytes: bavail * bsize };
      } catch {
        // The folder's own troubles are told by the logs in it; only its volume is not known then.
        return { totalBytes: -1, usableBytes: -1 };
      }
    },
  };
}
