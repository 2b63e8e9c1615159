import { readSmallFile, replaceSmallFile } from './small-file.ts';

const VERSION = '0';

/**
 * Offsets by log name, as Kafka's checkpoint files hold them: version, count, then `topic partition offset` a line. Null
 * where there is no such file, or it cannot be read.
 */
export function readOffsetCheckpoint(path: string): ReadonlyMap<string, number> | null {
  const [version, count, ...lines] = readSmallFile(path)?.toString('utf8').split('\n') ?? [];
  const offsets = new Map<string, number>();
  if (version !== VERSION) return null;
  for (const line of lines.slice(0, Number(count))) {
    const [topic, partition, offset] = line.split(' ');
    if (topic === undefined || !/^\d+$/.test(partition ?? '') || !/^\d+$/.test(offset ?? '')) return null;
    offsets.set(`${topic}-${partition}`, Number(offset));
  }
  return offsets;
}

/** Resolves when it is on disk. */
export async function writeOffsetCheckpoint(
  path: string,
  offsets: ReadonlyMap<string, number>,
): Promise<void> {
  const lines = [...offsets].map(([name, offset]) => {
    const dash = name.lastIndexOf('-');
    return `${name.slice(0, dash)} ${name.slice(dash + 1)} ${offset}\n`;
  });
  await replaceSmallFile(path, `${VERSION}\n${lines.length}\n${lines.join('')}`);
}
