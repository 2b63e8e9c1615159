import type pg from 'pg';
import { quoteIdent, type Session } from './connection.ts';
import { type ConnectionKeys, toPostgresError } from './errors.ts';
import { type Lsn, parseLsn } from './lsn.ts';

/** A row of `pg_replication_slots`. */
export interface ReplicationSlot {
  readonly name: string;
  readonly plugin: string | null;
  readonly database: string | null;
  /** Process that reads from it now. */
  readonly activePid: number | null;
  readonly confirmed: Lsn | null;
  /** `wal_status`: reserved, extended, unreserved, lost. */
  readonly walStatus: string | null;
  /** Whether standbys are to keep it too, for a failover; null before PostgreSQL 17. */
  readonly failover: boolean | null;
}

export interface CreatedSlot {
  /** All that commits from here on comes through the slot; all that committed before is in the snapshot. */
  readonly consistentPoint: Lsn;
  /** Name of the exported snapshot; it lives until the next command on the connection that made the slot (`endExport`). */
  readonly snapshot: string | null;
}

/** The name for a connector that configures none: what a slot's name may hold, and not over 63 bytes. */
export function defaultSlotName(connector: string): string {
  return `millrace_${connector.toLowerCase().replace(/[^a-z0-9_]/g, '_')}`.slice(0, 63);
}

export async function findSlot(session: Session, name: string): Promise<ReplicationSlot | null> {
  const [row] = await session.query(
    // Not by its name: servers of earlier versions do not have it.
    `SELECT plugin, database, active_pid, confirmed_flush_lsn, wal_status, to_jsonb(s) ->> 'failover' AS failover
       FROM pg_replication_slots s WHERE slot_name = $1`,
    [name],
    'Looking for the replication slot',
  );
  if (!row) return null;
  return {
    name,
    plugin: row.plugin ?? null,
    database: row.database ?? null,
    activePid: row.active_pid ? Number(row.active_pid) : null,
    confirmed: parseLsn(row.confirmed_flush_lsn),
    walStatus: row.wal_status ?? null,
    failover: row.failover ? row.failover === 'true' : null,
  };
}

export interface SlotOptions {
  readonly name: string;
  readonly exportsSnapshot: boolean;
  /** Whether standbys are to keep it too; PostgreSQL 17 and later. */
  readonly failover: boolean;
  /** 0: however long it takes. */
  readonly timeoutMs: number;
  readonly keys: ConnectionKeys;
}

/**
 * Makes the slot; waits for the transactions that are open now to end, at most `timeoutMs`.
 *
 * @param replication a connection of purpose `replication`, left alone while the snapshot is needed
 * @throws {MillraceError}
 */
export async function createSlot(
  replication: pg.Client,
  { name, exportsSnapshot, failover, timeoutMs, keys }: SlotOptions,
): Promise<CreatedSlot> {
  const options = failover
    ? `(SNAPSHOT '${exportsSnapshot ? 'export' : 'nothing'}', FAILOVER true)`
    : exportsSnapshot
      ? 'EXPORT_SNAPSHOT'
      : 'NOEXPORT_SNAPSHOT';
  const command = `CREATE_REPLICATION_SLOT ${quoteIdent(name)} LOGICAL pgoutput ${options}`;
  const doing = `Creating replication slot ${name} (it waits for open transactions to end)`;
  try {
    const { rows } = await replication.query<Record<string, string | null>>({
      text: command,
      ...(timeoutMs > 0 && { query_timeout: timeoutMs }),
    });
    const consistentPoint = parseLsn(rows[0]?.consistent_point);
    if (consistentPoint === null) throw new Error('the server answered without a consistent point');
    return { consistentPoint, snapshot: rows[0]?.snapshot_name ?? null };
  } catch (error) {
    throw toPostgresError(error, doing, keys);
  }
}

/**
 * Ends the transaction that exports a snapshot, once the snapshot was taken over: it would last as long as the connection does nothing else,
 * and looks to others like one that may still write.
 * @throws {MillraceError}
 */
export async function endExport(replication: pg.Client, keys: ConnectionKeys): Promise<void> {
  try {
    await replication.query('IDENTIFY_SYSTEM');
  } catch (error) {
    throw toPostgresError(error, 'Ending the export of the snapshot', keys);
  }
}

/** Has standbys keep a slot that is there already. @throws {MillraceError} such as class transient where somebody reads from it */
export async function keepThroughFailover(
  replication: pg.Client,
  name: string,
  keys: ConnectionKeys,
): Promise<void> {
  try {
    await replication.query(`ALTER_REPLICATION_SLOT ${quoteIdent(name)} (FAILOVER true)`);
  } catch (error) {
    throw toPostgresError(error, `Having standbys keep replication slot ${name}`, keys);
  }
}
