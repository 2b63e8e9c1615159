import type { Session } from './connection.ts';

/** Names the advisory lock that is the mark: `MLRC`, `READ` in ASCII. */
const [SPACE, KEY] = [0x4d4c5243, 0x52454144];

/**
 * Marks the transaction that has begun as one of ours that can't write, by a lock that ends with it: nothing else on the server tells
 * others so, and tasks that read by time would wait for its end. Its snapshot is taken by then.
 * @throws {MillraceError}
 */
export async function markReadOnly(session: Session, doing: string): Promise<void> {
  // Shared, so that any number may have it; only tried, as others may have chosen the same numbers.
  await session.query(`SELECT pg_try_advisory_xact_lock_shared(${SPACE}, ${KEY})`, [], doing);
}

/** In SQL: whether the transaction of a row `l` of `pg_locks` is marked. */
export const isMarkedReadOnly = `EXISTS (
  SELECT FROM pg_locks m
   WHERE m.locktype = 'advisory' AND m.granted AND m.mode = 'ShareLock'
     AND m.classid = ${SPACE} AND m.objid = ${KEY} AND m.objsubid = 2 AND m.virtualtransaction = l.virtualtransaction)`;
