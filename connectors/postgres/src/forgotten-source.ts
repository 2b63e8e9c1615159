import { type Forgotten, MillraceError, pause } from '@millrace/sdk';
import { type SourceConfig, sourceConnection } from './config.ts';
import { quoteIdent, type Session, withSession } from './connection.ts';
import { defaultSlotName, findSlot } from './replication-slot.ts';

/** How often it is looked whether a task that is stopping has let go of the slot, ms. */
const LOOK_MS = 250;

/**
 * Drops the slot of a connector that was deleted or reset, and with a deleted one the publication that bears its name: a slot that
 * nobody reads holds the server's log until its disk is full.
 * @throws {MillraceError} where the slot can't be dropped, with what to do by hand
 */
export async function forgetSource(
  config: SourceConfig,
  { connector, because, signal }: Forgotten,
): Promise<void> {
  if (!config['slot.drop.on.delete']) return;
  const own = defaultSlotName(connector);
  await withSession(sourceConnection(config), signal, async (session) => {
    await dropSlot(session, config['slot.name'] ?? own, signal);
    const isOwn = config['publication.name'] === null && config['publication.autocreate.mode'] !== 'disabled';
    if (because === 'deleted' && isOwn)
      await session.query(`DROP PUBLICATION IF EXISTS ${quoteIdent(own)}`, [], `Dropping publication ${own}`);
  });
}

/** Waits for a task that still reads from it. */
async function dropSlot(session: Session, name: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const slot = await findSlot(session, name);
    if (slot === null || slot.database !== session.settings.database) return;
    if (slot.activePid === null) break;
    await pause(LOOK_MS, signal);
    if (signal.aborted) throw inUse(name);
  }
  await session.query('SELECT pg_drop_replication_slot($1)', [name], `Dropping replication slot ${name}`);
}

function inUse(name: string): MillraceError {
  return new MillraceError(`Replication slot ${name} is still read from, and was not dropped.`, {
    code: 'POSTGRES_OBJECT_IN_USE',
    class: 'transient',
    hint: `Run SELECT pg_drop_replication_slot('${name}') when nobody reads from it.`,
  });
}
