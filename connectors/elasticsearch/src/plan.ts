import { type ConnectRecord, isMillraceError, type PlannedChange, type SinkRecord } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { connect, loginKey } from './connection.ts';
import { toElasticError } from './errors.ts';
import { Targets } from './targets.ts';
import { WriteActions } from './write-action.ts';

/**
 * The indexes, templates and fields that writing these records would make, and the records that would be refused; nothing is made.
 * @throws {MillraceError} where the servers can't be asked
 */
export async function planSink(
  config: SinkConfig,
  records: readonly ConnectRecord[],
  signal: AbortSignal,
): Promise<readonly PlannedChange[]> {
  const actions = new WriteActions(config);
  const client = await connect(config, signal);
  const changes = new Map<string, PlannedChange>();
  try {
    const targets = new Targets(client, config);
    for (const [offset, record] of records.entries()) {
      const written: SinkRecord = { ...record, partition: record.partition ?? 0, offset };
      for (const change of await planned(targets, actions, written)) changes.set(change.what, change);
    }
    return [...changes.values()];
  } catch (error) {
    throw toElasticError(error, 'Planning for Elasticsearch', loginKey(config));
  } finally {
    await client.close();
  }
}

async function planned(
  targets: Targets,
  actions: WriteActions,
  record: SinkRecord,
): Promise<readonly PlannedChange[]> {
  try {
    const action = actions.of(record);
    if (!action) return [];
    const unfit = action.prepare();
    if (unfit) throw unfit;
    const changes = await targets.changesFor(action.index, record.valueSchema);
    return changes.map(({ what, method, path, body }) => ({
      what,
      statement: `${method} ${path}\n${JSON.stringify(body, null, 2)}`,
    }));
  } catch (error) {
    if (!isMillraceError(error) || error.class !== 'poison') throw error;
    return [{ what: `refuse a record: ${error.message}` }];
  }
}
