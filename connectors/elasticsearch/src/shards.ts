import type { Client } from '@elastic/elasticsearch';

/** A shard, and how far it is. */
export interface ShardState {
  readonly index: string;
  /** Of the index: one that was made anew has another. */
  readonly uuid: string;
  readonly shard: number;
  /** Every operation up to this sequence number is done by all copies in sync, and is never taken back; -1: none. */
  readonly checkpoint: number;
  /** How often each copy that runs has shown its newest writes to searches, by the node that it is on. */
  readonly copies: ReadonlyMap<string, number>;
}

interface ShardStats {
  readonly routing: { readonly primary: boolean; readonly state: string; readonly node: string };
  readonly seq_no: { readonly global_checkpoint: number };
  readonly refresh: { readonly external_total: number };
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
      ...{ index: [...names], metric: ['docs', 'refresh'], level: 'shards' },
      filter_path: [
        'indices.*.uuid',
        'indices.*.shards.*.routing.primary',
        'indices.*.shards.*.routing.state',
        'indices.*.shards.*.routing.node',
        'indices.*.shards.*.refresh.external_total',
        'indices.*.shards.*.seq_no.global_checkpoint',
      ],
    },
    { signal },
  )) as { indices?: { readonly [index: string]: IndexStats } };
  return Object.entries(indices).flatMap(([index, { uuid, shards }]) =>
    Object.entries(shards).flatMap(([shard, copies]) => {
      const running = copies.filter(({ routing }) => routing.state === 'STARTED');
      const primary = running.find(({ routing }) => routing.primary);
      if (!primary) return [];
      return [
        {
          ...{ index, uuid, shard: Number(shard), checkpoint: primary.seq_no.global_checkpoint },
          copies: new Map(running.map(({ routing, refresh }) => [routing.node, refresh.external_total])),
        },
      ];
    }),
  );
}
