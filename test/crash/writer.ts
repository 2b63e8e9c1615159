import type pg from 'pg';
import type { Database } from './database.ts';
import type { WrittenTransaction } from './history-check.ts';
import type { PlannedTransaction, Workload } from './workload.ts';

/**
 * Writes one workload over one connection, as fast as the server takes it, and keeps what it has committed. A server that is killed may have
 * committed what it did not answer: each transaction writes its number into a journal beside the tables, which tells afterwards. (Its id
 * would not: ids that were given out and not logged are given out again.)
 */
export class Writer {
  readonly #database: Database;
  readonly #workload: Workload;
  readonly #number: number;
  readonly #written: WrittenTransaction[] = [];
  #client: pg.Client | null = null;
  #serial = 0;
  #rowChanges = 0;
  #unanswered = 0;

  /** @param number another one for each writer */
  constructor(database: Database, workload: Workload, number: number) {
    this.#database = database;
    this.#workload = workload;
    this.#number = number;
  }

  /** In the order of their commits. */
  get written(): readonly WrittenTransaction[] {
    return this.#written;
  }

  get rowChanges(): number {
    return this.#rowChanges;
  }

  /** Transactions whose answer was lost with the server, committed or not. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Rows that are there before anything is captured: `r` records will tell of them. */
  async writeInitialRows(count: number): Promise<void> {
    const { changes } = await this.#execute(this.#workload.initialRows(count));
    this.#written.push({ transactionId: null, changes: changes.map((change) => ({ ...change, kind: 'r' })) });
  }

  /** One transaction of at most so many row changes. */
  async writeNext(rowChangesMax: number): Promise<void> {
    const { transactionId, changes, rowChanges } = await this.#execute(this.#workload.next(rowChangesMax));
    if (changes.length > 0) this.#written.push({ transactionId, changes });
    this.#rowChanges += rowChanges;
  }

  async #execute(plan: PlannedTransaction) {
    this.#serial++;
    for (;;) {
      const transactionId = (await this.#attempt(plan)) ?? (await this.#committedAs());
      if (transactionId !== null) return { ...plan, transactionId };
      // Nothing of it is there: it is written again as it was.
    }
  }

  /** The transaction's id; null where the server went away without an answer. */
  async #attempt(plan: PlannedTransaction): Promise<number | null> {
    const text = [
      'BEGIN',
      ...plan.statements,
      `INSERT INTO load.journal VALUES (${this.#number}, ${this.#serial}, pg_current_xact_id()::text)
       ON CONFLICT (writer) DO UPDATE SET serial = EXCLUDED.serial, id = EXCLUDED.id RETURNING id`,
      plan.commits ? 'COMMIT' : 'ROLLBACK',
    ].join(';\n');
    let results: readonly pg.QueryResult<{ id: string }>[];
    try {
      this.#client ??= await this.#database.connect(this.#database.from);
      // Several statements in one simple query come back as an array, which the driver's types leave out.
      results = (await this.#client.query(text)) as unknown as typeof results;
    } catch (error) {
      if (!this.#database.isGone(error)) throw error;
      this.#client = null;
      this.#unanswered++;
      return null;
    }
    return idOf(results.at(-2)?.rows[0]?.id);
  }

  /** The id under which the transaction was committed, though nobody said so; null: it was not. */
  async #committedAs(): Promise<number | null> {
    const text = 'SELECT id FROM load.journal WHERE writer = $1 AND serial = $2';
    const [row] = await this.#database.ask(this.#database.from, text, [this.#number, this.#serial]);
    return row ? idOf(row.id) : null;
  }
}

function idOf(text: unknown): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id)) throw new Error('the server told no transaction id');
  return id;
}
