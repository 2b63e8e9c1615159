import type { Session } from './connection.ts';

/** As it is stored: the table's oid, its file, and the file of the sequence that gives a column its numbers. */
const GENERATION = /^(\d+)\/(\d+)\/(\d+)$/;

/** Whether a text is a generation as `tableGeneration` gives it. */
export const isGeneration = (text: string): boolean => GENERATION.test(text);

/**
 * Which rows of a table have their numbers in one line: `TRUNCATE ... RESTART IDENTITY` begins another one. Null where the column has no
 * sequence of its own, or the table has no file, as partitioned ones.
 */
export async function tableGeneration(session: Session, oid: number, column: string): Promise<string | null> {
  const [row] = await session.query(
    `SELECT c.oid || '/' || pg_relation_filenode(c.oid) || '/' || pg_relation_filenode(s.sequence) AS generation
       FROM pg_class c, LATERAL (SELECT pg_get_serial_sequence(c.oid::regclass::text, $2)::regclass AS sequence) s
      WHERE c.oid = $1`,
    [oid, column],
    'Looking at the sequence',
  );
  return row?.generation ?? null;
}

/**
 * Whether numbers began anew in between. Both files are new then; a table alone is given one by VACUUM FULL, a sequence by ALTER SEQUENCE.
 * A table of another oid was made, or restored, and who reads it by its name goes on.
 */
export function beganAnew(before: string, now: string): boolean {
  const [, oid, file, sequence] = GENERATION.exec(before) ?? [];
  const [, oidNow, fileNow, sequenceNow] = GENERATION.exec(now) ?? [];
  return oid === oidNow && file !== fileNow && sequence !== sequenceNow;
}
