import type { Client } from '@elastic/elasticsearch';
import { faultType } from './errors.ts';
import type { ShardState } from './shards.ts';

/** A document as it was last written, with the sequence number of that. */
export interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _routing?: string;
  readonly _source?: unknown;
  readonly sort: readonly unknown[];
}

export interface ShardReaderOptions {
  readonly client: Client;
  readonly query: object;
  readonly size: number;
  readonly keepAliveMs: number;
  readonly signal: AbortSignal;
}

interface Page {
  readonly pit_id?: string;
  readonly hits: { readonly hits: readonly Hit[] };
}

/**
 * Reads what was last written in a stretch of a shard's sequence numbers, in their order, from a point in time. What is written again
 * while it reads has a later number by then, and comes with the next stretch.
 */
export class ShardReader {
  readonly shard: ShardState;
  readonly #options: ShardReaderOptions;
  #after: number;
  #pit: string | null = null;

  /** @param after reads what follows this sequence number, up to the shard's checkpoint */
  constructor(shard: ShardState, after: number, options: ShardReaderOptions) {
    this.shard = shard;
    this.#after = after;
    this.#options = options;
  }

  /** The next documents; none where all are read. @throws what the client throws */
  async page(): Promise<readonly Hit[]> {
    try {
      return await this.#search();
    } catch (error) {
      // The servers kept it as long as they were asked to, or were started again.
      if (faultType(error) !== 'search_phase_execution_exception' && !isGone(error)) throw error;
      this.#pit = null;
      return await this.#search();
    }
  }

  /** Gives back the point in time. */
  async close(): Promise<void> {
    const id = this.#pit;
    this.#pit = null;
    // It would end by itself.
    if (id !== null) await this.#options.client.closePointInTime({ id }).catch(() => undefined);
  }

  async #search(): Promise<readonly Hit[]> {
    const { client, query, size, signal } = this.#options;
    const keepAlive = `${this.#options.keepAliveMs}ms`;
    this.#pit ??= await this.#open(keepAlive);
    const { pit_id: next, hits } = await client.transport.request<Page>(
      {
        method: 'POST',
        path: '/_search',
        querystring: { allow_partial_search_results: false },
        body: {
          pit: { id: this.#pit, keep_alive: keepAlive },
          size,
          sort: [{ _seq_no: 'asc' }],
          // It begins anew behind what was read, in whatever point in time.
          query: {
            bool: {
              filter: [{ range: { _seq_no: { gt: this.#after, lte: this.shard.checkpoint } } }, query],
            },
          },
          seq_no_primary_term: true,
          track_total_hits: false,
        },
      },
      { signal },
    );
    this.#pit = next ?? this.#pit;
    const last = hits.hits.at(-1);
    if (last) this.#after = last._seq_no;
    return hits.hits;
  }

  async #open(keepAlive: string): Promise<string> {
    const { client, signal } = this.#options;
    const { index, shard } = this.shard;
    const { id } = await client.openPointInTime(
      { index, keep_alive: keepAlive, preference: `_shards:${shard}` },
      { signal },
    );
    return id;
  }
}

const isGone = (error: unknown): boolean => faultType(error) === 'search_context_missing_exception';
