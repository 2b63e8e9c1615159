import { type AlteredConnector, MillraceError, type WantedOffset } from '@millrace/sdk';
import { type SourceConfig, sourceConnection } from './config.ts';
import { Session } from './connection.ts';
import { formatLsn } from './lsn.ts';
import { fromOffset } from './position.ts';
import { defaultSlotName, findSlot } from './replication-slot.ts';

/**
 * Whether the source could go on from these positions: they must be its own, and the slot must still have the log from there on.
 * @throws {MillraceError} OFFSET_NOT_ACCEPTED (class config); where the server can't be asked
 */
export async function checkAltered(
  config: SourceConfig,
  wanted: readonly WantedOffset[],
  { connector }: AlteredConnector,
): Promise<boolean> {
  const server = config['topic.prefix'];
  for (const { partition, offset } of wanted) {
    if (offset === null) continue;
    if (partition.server !== server || Object.keys(partition).length !== 1)
      throw refused('A partition', `is {"server": "${server}"}, as topic.prefix names it`);
    const position = fromOffset(offset);
    if (position === null)
      throw refused('An offset', 'is {"lsn": "0/16B3748"}, with "event" and "snapshot" beside it');
    await requireLogFrom(config, config['slot.name'] ?? defaultSlotName(connector), position.lsn);
  }
  return true;
}

async function requireLogFrom(config: SourceConfig, name: string, lsn: bigint): Promise<void> {
  const session = new Session(sourceConnection(config));
  try {
    const slot = await findSlot(session, name);
    if (slot?.confirmed === undefined || slot.confirmed === null)
      throw refused(`The slot ${name} is not there, and an offset`, 'needs the slot that it was read from');
    if (slot.confirmed > lsn)
      throw refused(
        'The offset',
        `can go back to ${formatLsn(slot.confirmed)} at most: slot ${name} has let go of the log before`,
      );
  } finally {
    session.close();
  }
}

function refused(what: string, rule: string): MillraceError {
  return new MillraceError(`${what} of PostgresSource ${rule}.`, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Correct it, or reset the offsets to take a new snapshot.',
  });
}
