import type { MongoClient, Timestamp } from 'mongodb';
import { secondsOf } from './position.ts';

/** The stretch of time that the oplog holds, in seconds since the epoch. */
export interface OplogWindow {
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** The share of the oplog that a position must have left before it; with less, people are warned. */
const SAFE_SHARE = 0.25;

/**
 * What the oplog holds now; null where it can't be read: through mongos, or without the right to read the database local.
 */
export async function readOplogWindow(client: MongoClient): Promise<OplogWindow | null> {
  const oplog = client.db('local').collection('oplog.rs');
  const at = async (natural: 1 | -1) => {
    const [entry] = await oplog
      .find({}, { projection: { ts: 1 }, promoteValues: true })
      .sort({ $natural: natural })
      .limit(1)
      .toArray();
    return (entry?.ts as Timestamp | undefined) ?? null;
  };
  try {
    const [first, last] = [await at(1), await at(-1)];
    return first && last ? { firstSeconds: secondsOf(first), lastSeconds: secondsOf(last) } : null;
  } catch {
    return null;
  }
}

/** How many seconds a position has before the oplog drops it, at the rate of late; null while there is no need to worry. */
export function secondsToLoss({ firstSeconds, lastSeconds }: OplogWindow, at: Timestamp): number | null {
  const windowSeconds = lastSeconds - firstSeconds;
  const leftSeconds = secondsOf(at) - firstSeconds;
  return leftSeconds < windowSeconds * SAFE_SHARE ? Math.max(0, leftSeconds) : null;
}
