import type { Client } from '@elastic/elasticsearch';

/** A shard, and how far it is. */
export interface ShardState {
  readonly index: string;
  /** Of the index: one that was made anew has another. */
  readonly uuid: string;
  readonly shard: number;
  /** Every operation up to this sequence number is done by all copies in sync, and is never taken back; -1: none. */
  readonly checkpoint: number;
}

interface ShardStats {
  readonly routing: { readonly primary: boolean; readonly state: string };
  readonly seq_no: { readonly global_checkpoint: number };
}

interface IndexStats {
  readonly uuid: string;
  readonly shards: { readonly [shard: string]: readonly ShardStats[] };
}

/**
 * The shards of these indexes whose primary runs. Of a data stream or an alias those of the indexes behind it.
 * @throws what the client throws
 */
export async function listShards(
  client: Client,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly ShardState[]> {
  const { indices = {} } = (await client.indices.stats(
    {
      ...{ index: [...names], metric: 'docs', level: 'shards' },
      filter_path: [
        'indices.*.uuid',
        'indices.*.shards.*.routing.primary',
        'indices.*.shards.*.routing.state',
        'indices.*.shards.*.seq_no.global_checkpoint',
      ],
    },
    { signal },
  )) as { indices?: { readonly [index: string]: IndexStats } };
  return Object.entries(indices).flatMap(([index, { uuid, shards }]) =>
    Object.entries(shards).flatMap(([shard, copies]) => {
      const primary = copies.find(({ routing }) => routing.primary && routing.state === 'STARTED');
      if (!primary) return [];
      return [{ index, uuid, shard: Number(shard), checkpoint: primary.seq_no.global_checkpoint }];
    }),
  );
}
