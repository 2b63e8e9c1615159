import { MillraceError, type WantedOffset } from '@millrace/sdk';
import { CaptureFilter } from './capture-filter.ts';
import type { SourceConfig } from './config.ts';
import { connect, connectionOf } from './connection.ts';
import { isPositionLost, toMongoError } from './errors.ts';
import { EventStream } from './event-stream.ts';
import { fromOffset, type Position } from './position.ts';
import { sourcePartition } from './source.ts';

/**
 * Whether the source could go on from these positions: they must be its own, and the oplog must still have what follows them.
 * @throws {MillraceError} OFFSET_NOT_ACCEPTED (class config); where the server can't be asked
 */
export async function checkAltered(config: SourceConfig, wanted: readonly WantedOffset[]): Promise<boolean> {
  const { ns } = sourcePartition(config);
  for (const { partition, offset } of wanted) {
    if (offset === null) continue;
    if (partition.ns !== ns || Object.keys(partition).length !== 1)
      throw refused(
        'A partition',
        `is {"ns": "${ns}"}, as database and collection or offset.partition.name say`,
      );
    const position = fromOffset(offset);
    if (position === null)
      throw refused('An offset', 'is {"_id": "{\\"_data\\": \\"82...\\"}"} or {"time": "1700000000:1"}');
    await requireOplogFrom(config, position);
  }
  return true;
}

async function requireOplogFrom(config: SourceConfig, position: Position): Promise<void> {
  const client = await connect(connectionOf(config));
  const stream = EventStream.open(client, config, {
    filter: new CaptureFilter(config),
    position,
    bson: {},
    awaitMs: 1,
  });
  try {
    await stream.take(1);
  } catch (error) {
    if (isPositionLost(error))
      throw refused('The oplog no longer has this place: an offset', 'must lie within it');
    const failure = toMongoError(error, 'Looking for the position');
    if (failure.class !== 'config') throw failure;
    throw refused('The server does not take the resume token: an offset', 'is one that it gave');
  } finally {
    await stream.close();
    await client.close();
  }
}

function refused(what: string, rule: string): MillraceError {
  return new MillraceError(`${what} of MongoDbSource ${rule}.`, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Correct it, or reset the offsets to begin anew.',
  });
}
