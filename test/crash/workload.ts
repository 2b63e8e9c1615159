import { SeededRandom } from './seeded-random.ts';
import { markOf, SCHEMA, type TableName } from './tables.ts';

/** Debezium's letters; `r` is a row that the snapshot reads. */
export type ChangeKind = 'c' | 'u' | 'd' | 'r';

/** One record that must come out: a row change, or one of the two that a change of key makes. */
export interface Change {
  readonly table: TableName;
  /** The key's values joined by `/`. */
  readonly key: string;
  readonly kind: ChangeKind;
  /** 1 for the first change of a key, and one more for each that follows, deletions included. */
  readonly version: number;
  /** Which row change of its transaction it belongs to, from 1. */
  readonly event: number;
}

/** A transaction before it is written. */
export interface PlannedTransaction {
  readonly statements: readonly string[];
  /** Empty where it is rolled back. */
  readonly changes: readonly Change[];
  readonly rowChanges: number;
  readonly commits: boolean;
}

/** A version that only transactions have that are rolled back: no record may carry it. */
const ABORTED_VERSION = -1;
const ROLLED_BACK_SHARE = 0.03;
const WIDE_BODY_SHARE = 0.02;

interface LiveRow {
  readonly table: TableName;
  readonly key: string;
}

/**
 * Makes transactions of random size over keys of its own: inserts, updates, deletions, keys that come back after a
 * deletion, keys that change, wide values that an update leaves alone, and transactions that are rolled back.
 */
export class Workload {
  readonly #random: SeededRandom;
  readonly #writer: number;
  readonly #versions = new Map<string, number>();
  readonly #live: LiveRow[] = [];
  readonly #deleted: LiveRow[] = [];
  #numbers = 0;

  /** Writers of different numbers never touch each other's keys, so that the order by key is each one's own. */
  constructor(seed: number, writer: number) {
    this.#random = new SeededRandom(seed * 31 + writer);
    this.#writer = writer;
  }

  /** Rows for the snapshot to find: one transaction of inserts only. */
  initialRows(count: number): PlannedTransaction {
    const plan = new Plan();
    for (let i = 0; i < count; i++) this.#insert(plan);
    return plan.transaction(true);
  }

  next(rowChangesMax: number): PlannedTransaction {
    if (this.#live.length > 100 && this.#random.chance(ROLLED_BACK_SHARE)) return this.#rolledBack();
    const size = Math.min(this.#size(), rowChangesMax);
    const plan = new Plan();
    while (plan.rowChanges < size) this.#change(plan);
    return plan.transaction(true);
  }

  #size(): number {
    const pick = this.#random.fraction();
    if (pick < 0.85) return this.#random.between(1, 10);
    return pick < 0.98 ? this.#random.between(10, 200) : this.#random.between(200, 3000);
  }

  #change(plan: Plan): void {
    const pick = this.#random.fraction();
    if (pick < 0.45 || this.#live.length < 100) this.#insert(plan);
    else if (pick < 0.8) this.#update(plan);
    else if (pick < 0.94) this.#delete(plan);
    else if (pick < 0.97) this.#insertAgain(plan);
    else this.#move(plan);
  }

  #insert(plan: Plan): void {
    const row = this.#newRow();
    this.#live.push(row);
    this.#insertRow(plan, row);
  }

  #insertAgain(plan: Plan): void {
    const row = this.#takeAny(this.#deleted);
    if (!row) return;
    this.#live.push(row);
    this.#insertRow(plan, row);
  }

  #insertRow(plan: Plan, row: LiveRow): void {
    const version = this.#nextVersion(row);
    const values = [...keyLiterals(row), String(version), literal(markOf(row.key, version))];
    const { columns, rest } = this.#content(row.table);
    const names = [...keyColumns(row.table), 'version', 'mark', ...columns].join(', ');
    plan.add(`INSERT INTO ${SCHEMA}.${row.table} (${names}) VALUES (${[...values, ...rest].join(', ')})`, [
      { ...row, kind: 'c', version },
    ]);
  }

  /** Wide bodies are left alone: they are TOASTed, and PostgreSQL does not log a TOASTed value that did not change. */
  #update(plan: Plan): void {
    const row = this.#live[this.#random.between(0, this.#live.length - 1)];
    if (!row) return;
    const version = this.#nextVersion(row);
    const sets = [`version = ${version}`, `mark = ${literal(markOf(row.key, version))}`];
    const { columns, rest } = this.#content(row.table);
    for (const [index, column] of columns.entries())
      if (column !== 'body') sets.push(`${column} = ${rest[index]}`);
    plan.add(`UPDATE ${SCHEMA}.${row.table} SET ${sets.join(', ')} WHERE ${keyIs(row)}`, [
      { ...row, kind: 'u', version },
    ]);
  }

  #delete(plan: Plan): void {
    const row = this.#takeFresh(plan);
    if (!row) return;
    this.#deleted.push(row);
    plan.add(`DELETE FROM ${SCHEMA}.${row.table} WHERE ${keyIs(row)}`, [
      { ...row, kind: 'd', version: this.#nextVersion(row) },
    ]);
  }

  /**
   * A change of key comes out as a deletion and a creation. It writes the wide body too: one that it left alone would not be
   * in the log, and the new key's row could not be complete.
   */
  #move(plan: Plan): void {
    const row = this.#takeFresh(plan);
    if (!row) return;
    const to = this.#newRow(row.table);
    this.#live.push(to);
    const gone = this.#nextVersion(row);
    const version = this.#nextVersion(to);
    const literals = keyLiterals(to);
    const sets = keyColumns(to.table).map((column, index) => `${column} = ${literals[index]}`);
    sets.push(`version = ${version}`, `mark = ${literal(markOf(to.key, version))}`);
    const { columns, rest } = this.#content(to.table);
    for (const [index, column] of columns.entries()) sets.push(`${column} = ${rest[index]}`);
    plan.add(`UPDATE ${SCHEMA}.${row.table} SET ${sets.join(', ')} WHERE ${keyIs(row)}`, [
      { ...row, kind: 'd', version: gone },
      { ...to, kind: 'c', version },
    ]);
  }

  #rolledBack(): PlannedTransaction {
    const plan = new Plan();
    for (let count = this.#random.between(1, 30); count > 0; count--) {
      const row = this.#live[this.#random.between(0, this.#live.length - 1)];
      if (row)
        plan.add(`UPDATE ${SCHEMA}.${row.table} SET version = ${ABORTED_VERSION} WHERE ${keyIs(row)}`, []);
    }
    return plan.transaction(false);
  }

  #newRow(table = this.#anyTable()): LiveRow {
    const number = ++this.#numbers * 10 + this.#writer;
    if (table === 'orders') return { table, key: String(number) };
    if (table === 'lines') return { table, key: `${number}/${this.#random.between(1, 9)}` };
    return { table, key: `${this.#random.text(6)}-${number}` };
  }

  #anyTable(): TableName {
    const pick = this.#random.fraction();
    if (pick < 0.4) return 'orders';
    return pick < 0.8 ? 'lines' : 'documents';
  }

  #content(table: TableName): { readonly columns: readonly string[]; readonly rest: readonly string[] } {
    const random = this.#random;
    if (table === 'orders') {
      const placed = new Date(1_700_000_000_000 + random.between(0, 50_000_000_000)).toISOString();
      return {
        columns: ['amount', 'paid', 'placed'],
        rest: [(random.between(0, 9_999_999) / 100).toFixed(2), String(random.chance(0.5)), literal(placed)],
      };
    }
    if (table === 'lines') {
      return { columns: ['quantity'], rest: [random.chance(0.1) ? 'NULL' : String(random.between(1, 99))] };
    }
    const length = random.chance(WIDE_BODY_SHARE) ? random.between(4_000, 16_000) : random.between(10, 200);
    return {
      columns: ['body', 'tags'],
      rest: [literal(random.text(length)), literal(JSON.stringify([random.text(4)]))],
    };
  }

  /** A live row that this transaction has not deleted before: a deletion is known by key and transaction. */
  #takeFresh(plan: Plan): LiveRow | null {
    const row = this.#takeAny(this.#live);
    if (!row) return null;
    if (plan.firstDeletion(row)) return row;
    this.#live.push(row);
    return null;
  }

  #takeAny(rows: LiveRow[]): LiveRow | null {
    const index = this.#random.between(0, Math.max(0, rows.length - 1));
    const row = rows[index];
    const last = rows.pop();
    if (!row || !last) return null;
    if (row !== last) rows[index] = last;
    return row;
  }

  #nextVersion({ table, key }: LiveRow): number {
    const version = (this.#versions.get(`${table}:${key}`) ?? 0) + 1;
    this.#versions.set(`${table}:${key}`, version);
    return version;
  }
}

/** A transaction that grows. */
class Plan {
  readonly #statements: string[] = [];
  readonly #changes: Change[] = [];
  readonly #deleted = new Set<string>();

  get rowChanges(): number {
    return this.#statements.length;
  }

  firstDeletion({ table, key }: LiveRow): boolean {
    if (this.#deleted.has(`${table}:${key}`)) return false;
    this.#deleted.add(`${table}:${key}`);
    return true;
  }

  add(statement: string, changes: readonly Omit<Change, 'event'>[]): void {
    this.#statements.push(statement);
    for (const change of changes) this.#changes.push({ ...change, event: this.#statements.length });
  }

  transaction(commits: boolean): PlannedTransaction {
    const rowChanges = commits ? this.#statements.length : 0;
    return { statements: this.#statements, changes: this.#changes, rowChanges, commits };
  }
}

const literal = (text: string): string => `'${text}'`;

function keyColumns(table: TableName): readonly string[] {
  if (table === 'lines') return ['order_id', 'line'];
  return table === 'orders' ? ['id'] : ['name'];
}

function keyLiterals({ table, key }: LiveRow): readonly string[] {
  return table === 'documents' ? [literal(key)] : key.split('/');
}

function keyIs(row: LiveRow): string {
  const literals = keyLiterals(row);
  return keyColumns(row.table)
    .map((column, index) => `${column} = ${literals[index]}`)
    .join(' AND ');
}
