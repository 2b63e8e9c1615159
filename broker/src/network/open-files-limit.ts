import { readFileSync } from 'node:fs';

/** How many files and sockets this process may have open; infinite where the system does not say. */
export function openFilesLimit(): number {
  try {
    const [, soft] =
      /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Connections of this broker to others, folders, pipes: whatever is neither a client nor a segment. */
const OTHER_FILES = 256;

/**
 * How many connections leave files enough for the logs: whoever opens connections without end must not keep a segment from being
 * opened. At least half of what there is, where that is little.
 */
export function connectionsWithin(openFiles: number, logFiles: number): number {
  return Math.max(Math.floor(openFiles / 2), openFiles - logFiles - OTHER_FILES);
}
