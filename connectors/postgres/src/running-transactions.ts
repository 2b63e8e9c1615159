import type { Session } from './connection.ts';
import { isMarkedReadOnly } from './read-only-mark.ts';

/** Transactions that run now. */
export interface Running {
  readonly running: ReadonlySet<string>;
  /** Of these, the prepared ones (two-phase commit). */
  readonly prepared: ReadonlySet<string>;
  /** Process ids of the sessions, by transaction. */
  readonly pids: ReadonlyMap<string, number>;
}

interface Found {
  readonly id: string;
  readonly pid: number | null;
}

const OF_THIS_DATABASE = '(SELECT oid FROM pg_database WHERE datname = current_database())';

/**
 * Those that have written to the table or its partitions, or to any table of the database. What inserts rows holds RowExclusiveLock until its
 * transaction is over, from before the first number is taken from a sequence for it; all may look at `pg_locks`.
 * @param table by its oid; null: any
 */
export async function writersOf(session: Session, table: number | null): Promise<Running> {
  const rows = await session.query(
    `WITH RECURSIVE family(oid) AS (
       SELECT $1::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN family f ON i.inhparent = f.oid)
     SELECT DISTINCT l.virtualtransaction AS id, l.pid FROM pg_locks l
      WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.database = ${OF_THIS_DATABASE}
        AND l.pid IS DISTINCT FROM pg_backend_pid()
        AND CASE WHEN $1::oid IS NULL THEN l.relation >= 16384 ELSE l.relation IN (SELECT oid FROM family) END`,
    [table],
    'Looking at running transactions',
  );
  return toRunning(rows.map(({ id, pid }) => ({ id: id ?? '', pid: pid ? Number(pid) : null })));
}

/**
 * The server's time less `delayMs`, and the transactions that had begun by then: times that later ones give to their rows are later. All that
 * run in the database count, as none of them says whether it will write; but the server's own cleaning does not, nor do our readings.
 */
export async function runningSince(
  session: Session,
  delayMs: number,
): Promise<Running & { readonly time: string }> {
  const [row] = await session.query(
    `SELECT (statement_timestamp() - make_interval(secs => $1::float8 / 1000))::text AS time,
            (SELECT json_agg(json_build_object('id', r.id, 'pid', r.pid)) FROM (
               SELECT l.virtualtransaction AS id, l.pid FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'virtualxid' AND l.granted AND l.virtualxid = l.virtualtransaction
                  AND l.pid <> pg_backend_pid()
                  AND (a.pid IS NULL OR (a.datname = current_database() AND a.usesysid IS NOT NULL))
                  AND NOT ${isMarkedReadOnly}
               UNION
               SELECT l.virtualtransaction, NULL FROM pg_locks l
                WHERE l.locktype = 'relation' AND l.pid IS NULL AND l.database = ${OF_THIS_DATABASE}) r) AS running`,
    [delayMs],
    'Looking at running transactions',
  );
  return { time: row?.time ?? '', ...toRunning(row?.running ? (JSON.parse(row.running) as Found[]) : []) };
}

function toRunning(found: readonly Found[]): Running {
  return {
    running: new Set(found.map(({ id }) => id)),
    prepared: new Set(found.flatMap(({ id, pid }) => (pid === null ? id : []))),
    pids: new Map(found.flatMap(({ id, pid }) => (pid === null ? [] : [[id, pid]]))),
  };
}
