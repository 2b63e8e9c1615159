import type pg from 'pg';
import type { WrittenTransaction } from './history-check.ts';
import type { PlannedTransaction, Workload } from './workload.ts';

/** Writes one workload over one connection, as fast as the server takes it, and keeps what it has committed. */
export class Writer {
  readonly #client: pg.Client;
  readonly #workload: Workload;
  readonly #written: WrittenTransaction[] = [];
  #rowChanges = 0;

  constructor(client: pg.Client, workload: Workload) {
    this.#client = client;
    this.#workload = workload;
  }

  /** In the order of their commits. */
  get written(): readonly WrittenTransaction[] {
    return this.#written;
  }

  get rowChanges(): number {
    return this.#rowChanges;
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
    const text = [
      'BEGIN',
      ...plan.statements,
      'SELECT pg_current_xact_id()::text AS id',
      plan.commits ? 'COMMIT' : 'ROLLBACK',
    ].join(';\n');
    // Several statements in one simple query come back as an array, which the driver's types leave out.
    const results = (await this.#client.query(text)) as unknown as readonly pg.QueryResult<{ id: string }>[];
    const transactionId = Number(results.at(-2)?.rows[0]?.id);
    if (!Number.isSafeInteger(transactionId)) throw new Error('the server told no transaction id');
    return { ...plan, transactionId };
  }
}
