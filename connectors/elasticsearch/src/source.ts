import type { Client } from '@elastic/elasticsearch';
import {
  type ConfigProblem,
  connectionProblems,
  MillraceError,
  pause,
  type RateLimiter,
  rateLimiterOf,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import { connect, loginKey } from './connection.ts';
import { toElasticError } from './errors.ts';
import { indexLists } from './index-lists.ts';
import { OwnRefreshes } from './own-refreshes.ts';
import { fromOffset, type Position, partitionOf } from './position.ts';
import { refreshIntervals } from './refresh-interval.ts';
import { type Hit, ShardReader } from './shard-reader.ts';
import { listShards, type ShardState } from './shards.ts';
import type { SourceConfig, sourceConfig } from './source-config.ts';
import { sourceProblems, unrefreshed } from './source-preflight.ts';
import { recordOf } from './source-record.ts';

/** Problems of a source's configuration that only the servers know. */
export async function validateSource(
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await connectionProblems('connection.url', async () => {
    const client = await connect(config, signal);
    try {
      return await sourceProblems(client, config, signal);
    } finally {
      await client.close();
    }
  });
}

/** Which shards a task reads: those whose names fall to it. */
export interface ShardShare {
  readonly task: number;
  readonly tasks: number;
}

/** Follows shards by their sequence numbers: each document as it was last written, whenever that was. */
export class ElasticsearchSourceTask implements SourceTask {
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: SourceConfig;
  readonly #share: ShardShare;
  readonly #limiter: RateLimiter | null;
  #client: Client | null = null;
  /** By index and shard. */
  readonly #positions = new Map<string, Position>();
  readonly #ownRefreshes: OwnRefreshes;
  #pending: ShardState[] = [];
  #reader: ShardReader | null = null;
  #nextLookMs = 0;
  #lookedMs = 0;
  /** When all that there was had been read. */
  #caughtUpMs = 0;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#share = {
      task: Number(context.taskConfig.task ?? 0),
      tasks: Number(context.taskConfig.tasks ?? 1),
    };
    this.#ownRefreshes = new OwnRefreshes(this.#config['refresh.wait.ms']);
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    this.#client = await connect(this.#config, this.#context.signal);
    this.#caughtUpMs = performance.now();
  }

  async poll(): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    try {
      while (!signal.aborted) {
        const records = await this.#next();
        if (records.length > 0) return records;
      }
      return [];
    } catch (error) {
      // Stopping aborts whatever is under way.
      if (signal.aborted) return [];
      throw toElasticError(error, 'Reading from Elasticsearch', loginKey(this.#config));
    }
  }

  async stop(): Promise<void> {
    await this.#reader?.close();
    await this.#client?.close();
  }

  async #next(): Promise<readonly SourceRecord[]> {
    if (this.#reader) return await this.#read(this.#reader);
    const shard = this.#pending.shift();
    if (shard) {
      this.#reader = this.#readerOf(shard);
      return [];
    }
    await this.#look();
    return [];
  }

  get #connected(): Client {
    if (!this.#client) throw new TypeError('poll before start');
    return this.#client;
  }

  #readerOf(shard: ShardState): ShardReader {
    const after = this.#positions.get(nameOf(shard))?.seqNo ?? -1;
    return new ShardReader(shard, after, {
      client: this.#connected,
      query: JSON.parse(this.#config.query) as object,
      size: this.#config['batch.size'],
      keepAliveMs: this.#config['keep.alive.ms'],
      signal: this.#context.signal,
    });
  }

  async #read(reader: ShardReader): Promise<readonly SourceRecord[]> {
    const { shard } = reader;
    const hits = await reader.page();
    await this.#limiter?.take(hits.length, this.#context.signal);
    const last: Hit | undefined = hits.at(-1);
    const isDone = hits.length < this.#config['batch.size'];
    const seqNo = isDone || !last ? shard.checkpoint : last._seq_no;
    this.#positions.set(nameOf(shard), { uuid: shard.uuid, seqNo });
    this.#tellProgress(shard, isDone ? null : seqNo);
    if (isDone) {
      this.#reader = null;
      await reader.close();
      if (this.#pending.length === 0) this.#caughtUpMs = this.#lookedMs;
    }
    this.#context.figure('lag_seconds', Math.max(0, performance.now() - this.#caughtUpMs) / 1_000);
    return hits.map((hit) => recordOf(hit, this.#config.topic, shard));
  }

  #tellProgress({ index, shard, checkpoint }: ShardState, seqNo: number | null): void {
    const what = `reading index ${index}, shard ${shard}`;
    const done = seqNo === null ? null : { what, done: seqNo, total: checkpoint, unit: 'operations' };
    this.#context.progress(done);
  }

  /** Finds shards with changes, and has the servers show these. */
  async #look(): Promise<void> {
    const { signal } = this.#context;
    const waitMs = this.#nextLookMs - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
    if (signal.aborted) return;
    this.#lookedMs = performance.now();
    this.#nextLookMs = this.#lookedMs + this.#config['poll.interval.ms'];
    const shards = (await listShards(this.#connected, this.#config.index, signal)).filter((shard) =>
      isOf(this.#share, shard),
    );
    let lag = 0;
    const changed: ShardState[] = [];
    for (const shard of shards) {
      const behind = shard.checkpoint - (await this.#positionOf(shard)).seqNo;
      lag += Math.max(0, behind);
      if (behind > 0) changed.push(shard);
    }
    this.#pending = await (this.#config.refresh ? this.#refreshed(changed) : this.#readable(changed));
    if (lag === 0) this.#caughtUpMs = this.#lookedMs;
    this.#context.figure('lag_operations', lag);
    this.#context.figure('lag_seconds', (performance.now() - this.#caughtUpMs) / 1_000);
  }

  async #positionOf(shard: ShardState): Promise<Position> {
    const name = nameOf(shard);
    const known = this.#positions.get(name) ?? (await this.#stored(shard));
    const isAnew = known.uuid !== null && known.uuid !== shard.uuid;
    if (isAnew)
      this.#context.logger.info(
        { index: shard.index, shard: shard.shard },
        'the index was made anew: it is read from its beginning',
      );
    const position = { uuid: shard.uuid, seqNo: isAnew ? -1 : known.seqNo };
    this.#positions.set(name, position);
    return position;
  }

  async #stored({ index, shard }: ShardState): Promise<Position> {
    const offset = await this.#context.offset(partitionOf(index, shard));
    if (!offset) return { uuid: null, seqNo: -1 };
    const position = fromOffset(offset);
    if (position) return position;
    throw new MillraceError(
      `The stored offset of index ${index}, shard ${shard} is not one of ElasticsearchSource.`,
      {
        code: 'ELASTICSEARCH_OFFSET_UNKNOWN',
        class: 'config',
        path: 'index',
        hint: 'Delete the connector’s offsets and let it begin anew, or give the connector another name.',
      },
    );
  }

  /** Of these shards those of which searches show something new by now, with the checkpoint up to which they show everything. */
  async #readable(shards: readonly ShardState[]): Promise<ShardState[]> {
    const names = new Set(shards.map(({ index }) => index));
    const intervals = await refreshIntervals(this.#connected, names, this.#context.signal);
    const readable: ShardState[] = [];
    const stuck = new Set<string>();
    for (const shard of shards) {
      const intervalMs = intervals.get(shard.index) ?? null;
      const checkpoint = this.#ownRefreshes.settled(shard, intervalMs, performance.now()) ?? -1;
      const isNew = checkpoint > (this.#positions.get(nameOf(shard))?.seqNo ?? -1);
      if (isNew) readable.push({ ...shard, checkpoint });
      else if (!this.#ownRefreshes.bears(intervalMs)) stuck.add(shard.index);
    }
    this.#context.notice('refresh', stuck.size > 0 ? unrefreshed([...stuck]) : null);
    return readable;
  }

  /** All copies: any of them may answer. */
  async #refreshed(shards: ShardState[]): Promise<ShardState[]> {
    const names = new Set(shards.map(({ index }) => index));
    for (const index of indexLists(names))
      await this.#connected.indices.refresh(
        { index: [...index], ignore_unavailable: true },
        { signal: this.#context.signal },
      );
    return shards;
  }
}

const nameOf = ({ index, shard }: { readonly index: string; readonly shard: number }): string =>
  `${index}/${shard}`;

/** Shards go to tasks by their names, so that one that comes later changes nothing for the others. */
function isOf({ task, tasks }: ShardShare, shard: ShardState): boolean {
  let hash = 0;
  for (const character of nameOf(shard)) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash % tasks === task;
}
