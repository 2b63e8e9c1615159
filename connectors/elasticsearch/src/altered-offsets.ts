import { MillraceError, type WantedOffset } from '@millrace/sdk';
import { connect, loginKey } from './connection.ts';
import { toElasticError } from './errors.ts';
import { fromOffset, fromPartition } from './position.ts';
import { listShards, type ShardState } from './shards.ts';
import type { SourceConfig } from './source-config.ts';

/**
 * Whether the source could go on from these positions: they must be its own, of shards that are there.
 * @throws {MillraceError} OFFSET_NOT_ACCEPTED (class config); where the servers can't be asked
 */
export async function checkAltered(config: SourceConfig, wanted: readonly WantedOffset[]): Promise<boolean> {
  const given = wanted.filter(({ offset }) => offset !== null);
  if (given.length === 0) return true;
  const shards = await shardsOf(config);
  for (const { partition, offset } of given) {
    const [place, position] = [fromPartition(partition), fromOffset(offset ?? {})];
    if (!place) throw refused('A partition', 'is {"index": "orders", "shard": 0}');
    if (!position) throw refused('An offset', 'is {"seqNo": 41}, with the index’s uuid or without');
    const shard = shards.find(({ index, shard: number }) => index === place.index && number === place.shard);
    if (!shard)
      throw refused(
        'A partition',
        `is of an index that is read; there is no shard ${place.shard} of ${place.index}`,
      );
    if (position.uuid !== null && position.uuid !== shard.uuid)
      throw refused('An offset', `has the uuid of its index; ${place.index} was made anew since`);
    if (position.seqNo > shard.checkpoint)
      throw refused('An offset', `lies within the index; ${place.index} is at ${shard.checkpoint}`);
  }
  return true;
}

async function shardsOf(config: SourceConfig): Promise<readonly ShardState[]> {
  const client = await connect(config);
  try {
    return await listShards(client, config.index, new AbortController().signal);
  } catch (error) {
    throw toElasticError(error, 'Looking for the shards', loginKey(config));
  } finally {
    await client.close();
  }
}

function refused(what: string, rule: string): MillraceError {
  return new MillraceError(`${what} of ElasticsearchSource ${rule}.`, {
    code: 'OFFSET_NOT_ACCEPTED',
    class: 'config',
    hint: 'Correct it, or reset the offsets to begin anew.',
  });
}
