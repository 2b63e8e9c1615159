import { type CatalogColumn, compareNames, listColumns, listTables } from './catalog.ts';
import { quoteLiteral, type Session } from './connection.ts';
import { type Lsn, parseLsn } from './lsn.ts';
import type { SnapshotRead, SnapshotState } from './position.ts';

/** A key as text values by column. */
export type KeyText = ReadonlyMap<string, string>;

/**
 * Knows which changes of the stream a snapshot has shown already.
 *
 * Why it is needed. An attempt at the snapshot that was cut off (or one that found its slot already there) goes on under
 * a newer snapshot, from the key after the last durable row, while the stream still begins where the slot began: what
 * happened since to the rows of the first attempt, deletions too, comes only from there. But rows that the newer
 * snapshot shows have in them what committed before it, and the stream would tell that once more, in an older state.
 * So each row belongs to the first attempt that came up to it, and a change of it is passed over if its transaction
 * was visible to that attempt. Each change is told once then, and a key's records stay in the order of commits.
 */
export class SnapshotReads {
  readonly #session: Session;
  readonly #state: SnapshotState;
  readonly #until: Lsn;
  readonly #keyColumns = new Map<string, readonly CatalogColumn[]>();

  constructor(session: Session, state: SnapshotState) {
    this.#session = session;
    this.#state = state;
    this.#until = state.reads.reduce((until, read) => {
      const lsn = parseLsn(read.until) ?? 0n;
      return lsn > until ? lsn : until;
    }, 0n);
  }

  /** What offsets from this place on must carry; null where no attempt has seen anything beyond it. */
  stateAt(lsn: Lsn): SnapshotState | null {
    return lsn < this.#until ? this.#state : null;
  }

  /**
   * Whether the row with this key was read in a state that has this transaction in it.
   *
   * @param key null for a table without key
   * @throws {MillraceError} when the server can't be asked
   */
  async showed(transactionId: number, table: string, key: KeyText | null): Promise<boolean> {
    const { reads } = this.#state;
    const verdicts = reads.map((read) => read.seen !== undefined && sees(read.seen, transactionId));
    if (verdicts.every((verdict) => verdict === verdicts[0])) return verdicts[0] ?? false;
    for (const [index, read] of reads.entries()) {
      if (index === reads.length - 1 || (await this.#reached(read, table, key)))
        return verdicts[index] ?? false;
    }
    return false;
  }

  async #reached(read: SnapshotRead, table: string, key: KeyText | null): Promise<boolean> {
    if (read.table === undefined) return false;
    const order = compareNames(table, read.table);
    if (order !== 0 || read.done) return order <= 0;
    if (!key || !read.key) return false;
    return await this.#upTo(table, key, read.key);
  }

  /** In the order of the key's index, which only the server knows for every type and collation. */
  async #upTo(table: string, key: KeyText, last: readonly string[]): Promise<boolean> {
    const columns = this.#keyColumns.get(table) ?? (await this.#loadKey(table));
    if (columns.length === 0) return false;
    const row = (values: readonly string[]) =>
      columns
        .map(({ typeName, collation }, index) => {
          const value = `${quoteLiteral(values[index] ?? '')}::${typeName}`;
          return collation === null ? value : `${value} COLLATE ${collation}`;
        })
        .join(', ');
    const own = columns.map(({ name }) => key.get(name) ?? '');
    const [answer] = await this.#session.query(
      `SELECT (${row(own)}) <= (${row(last)}) AS reached`,
      [],
      'Comparing keys',
    );
    return answer?.reached === 't';
  }

  async #loadKey(table: string): Promise<readonly CatalogColumn[]> {
    const oid = (await listTables(this.#session)).find((candidate) => candidate.table === table)?.oid;
    const columns = oid === undefined ? [] : await listColumns(this.#session, oid);
    const key = columns.filter((column) => column.keyOrder > 0).sort((a, b) => a.keyOrder - b.keyOrder);
    this.#keyColumns.set(table, key);
    return key;
  }
}

/**
 * Whether a snapshot in the form `xmin:xmax:xip,xip` sees a transaction that has committed. Ids in snapshots have 64
 * bits, those in the stream the lower 32, which order around the circle.
 */
export function sees(snapshot: string, transactionId: number): boolean {
  const [min = '0', max = '0', running = ''] = snapshot.split(':');
  const before = (bound: string) => ((transactionId - Number(BigInt(bound) & 0xffffffffn)) | 0) < 0;
  if (before(min)) return true;
  if (!before(max)) return false;
  return !running.split(',').some((id) => id !== '' && Number(BigInt(id) & 0xffffffffn) === transactionId);
}
