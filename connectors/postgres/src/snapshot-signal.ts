import type { Logger } from '@millrace/sdk';
import type { IncrementalSnapshot } from './incremental-snapshot.ts';
import type { Relation, Tuple } from './pgoutput.ts';

/**
 * Reads rows that are inserted into the table of signals, as Debezium has it: columns `id`, `type` and `data`, in that order.
 * `execute-snapshot` and `stop-snapshot` are served, for incremental snapshots.
 */
export class SnapshotSignals {
  readonly #table: string;
  readonly #snapshot: IncrementalSnapshot;
  readonly #logger: Logger;

  constructor(table: string, snapshot: IncrementalSnapshot, logger: Logger) {
    this.#table = table;
    this.#snapshot = snapshot;
    this.#logger = logger;
  }

  isOf({ schema, table }: Relation): boolean {
    return `${schema}.${table}` === this.#table;
  }

  /** Does what a row asks for; one that can't be understood is logged and passed over. */
  async received([id, type, data]: Tuple): Promise<void> {
    const wanted = requestOf(data ?? '');
    const known = type === 'execute-snapshot' || type === 'stop-snapshot';
    if (!known || typeof wanted === 'string') {
      const reason = known ? wanted : `its type is ${type ?? 'null'}`;
      this.#logger.warn({ id, reason }, 'a signal was passed over');
      return;
    }
    if (type === 'stop-snapshot') this.#snapshot.stop(wanted.tables);
    else if (wanted.tables.length > 0) await this.#snapshot.request(wanted.tables);
  }
}

/** The tables that a signal names, or why it can't be served. */
function requestOf(data: string): { readonly tables: readonly string[] } | string {
  try {
    const request = JSON.parse(data === '' ? '{}' : data) as Readonly<Record<string, unknown>>;
    const { type = 'incremental', 'data-collections': tables = [] } = request;
    if (String(type).toLowerCase() !== 'incremental') return 'only incremental snapshots are served';
    if ('additional-conditions' in request || 'additional-condition' in request || 'surrogate-key' in request)
      return 'conditions and surrogate keys are not served';
    if (!Array.isArray(tables) || !tables.every((table) => typeof table === 'string'))
      return 'data-collections must be a list of texts';
    for (const table of tables) new RegExp(table);
    return { tables };
  } catch {
    return 'its data is not JSON, or names tables by something that is no regular expression';
  }
}
