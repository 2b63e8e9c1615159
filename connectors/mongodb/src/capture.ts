import type { Progress, SourceRecord } from '@millrace/sdk';
import { type MongoClient, type ResumeToken, Timestamp } from 'mongodb';
import type { CaptureFilter } from './capture-filter.ts';
import { bsonOptions, type RecordMaker } from './change-record.ts';
import { CollectionCopy } from './collection-copy.ts';
import type { SourceConfig } from './config.ts';
import { isCapped, isSnapshotGone, isTokenNotFound, serverCodeOf } from './errors.ts';
import { EventStream, type Taken } from './event-stream.ts';
import { compareNamespaces, type Namespace, splitNamespace } from './namespace.ts';
import { type CopyState, isHighWater, type Position, tokenTime } from './position.ts';
import { clusterTime, type Deployment, listCollections } from './preflight.ts';

/** How long the server may wait for changes while documents wait to be copied. */
const CATCH_UP_AWAIT_MS = 50;
/** Moments in turn at which a collection can't be read before that is an error. */
const UNREADABLE_MOMENTS_MAX = 20;
const CURSOR_NOT_FOUND = 43;
/** However many may be handed on at once: more would only be more to live through a collection of garbage. */
const RECORDS_AT_ONCE = 500;

export interface CaptureOptions {
  readonly client: MongoClient;
  readonly config: SourceConfig;
  readonly filter: CaptureFilter;
  readonly maker: RecordMaker;
  readonly deployment: Deployment;
  readonly position: Position;
  readonly progress: (progress: Progress | null) => void;
}

/**
 * Reads on from a position, in one order that never changes: what was copied is always as it stood at `position.time`, plus the changes
 * that were given since. While there is something to copy, it takes turns. It reads documents as of that one cluster time, for a slice
 * of a minute; then the changes since, of those documents only that were copied, up to a newer cluster time, as of which it reads on.
 * So nothing is missed, nothing comes twice, a copy may be cut off anywhere, and the oplog need only reach back over one slice.
 */
export class Capture {
  readonly #options: CaptureOptions;
  #position: Position;
  #copy: CollectionCopy | null = null;
  #sliceEndMs = 0;
  #stream: EventStream | null = null;
  /** While the changes since the last slice are read: the cluster time to reach. */
  #target: Timestamp | null = null;
  #unreadableMoments = 0;
  /** The filters did not let through the change that the stream is to go on behind. */
  #passesToken = false;
  #copied = 0;
  readonly #atOnce: number;
  #total: number | null = null;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#atOnce = Math.min(options.config['poll.max.batch.size'], RECORDS_AT_ONCE);
  }

  get position(): Position {
    return this.#position;
  }

  /** The next records; none where there are none yet, or where only the position has moved. */
  async next(): Promise<readonly SourceRecord[]> {
    const { copy } = this.#position;
    // Cut off between two moments, it goes on to the newer one: changes of what is copied next were left to it.
    if (copy && !this.#target && this.#isBetweenMoments) await this.#catchUp();
    return copy && !this.#target ? await this.#copyOn(copy) : await this.#follow();
  }

  get #isBetweenMoments(): boolean {
    const { time, token } = this.#position;
    const reached = token ? tokenTime(token) : null;
    return time !== null && reached?.greaterThan(time) === true;
  }

  async close(): Promise<void> {
    await Promise.all([this.#copy?.close(), this.#stream?.close()]);
    this.#copy = null;
    this.#stream = null;
  }

  async #copyOn(copy: CopyState): Promise<readonly SourceRecord[]> {
    try {
      if (copy.namespace === '') return await this.#beginFirst();
      const documents = await (this.#copy ?? this.#openCopy(copy)).next(this.#atOnce);
      this.#unreadableMoments = 0;
      if (documents.length === 0) {
        await this.#closeCopy();
        await this.#beginAfter(copy.namespace);
        return [];
      }
      const { maker } = this.#options;
      const records = documents.map((document) => {
        this.#position = {
          ...this.#position,
          copy: { namespace: copy.namespace, after: { _id: document._id } },
        };
        return maker.copied(copy.namespace, document, this.#position);
      });
      this.#copied += records.length;
      this.#tell(copy.namespace);
      if (performance.now() >= this.#sliceEndMs) await this.#catchUp();
      return records;
    } catch (error) {
      // The server closes cursors that nobody reads for a while; what it showed can be read again.
      if (serverCodeOf(error) !== CURSOR_NOT_FOUND && !this.#isPassing(error)) throw error;
      await this.#closeCopy();
      if (isSnapshotGone(error)) await this.#catchUp();
      return [];
    }
  }

  /** The moment is too long ago, or the collection was defined since; capped ones have no past at all. */
  #isPassing(error: unknown): boolean {
    if (!isSnapshotGone(error) || isCapped(error)) return false;
    return ++this.#unreadableMoments <= UNREADABLE_MOMENTS_MAX;
  }

  #openCopy({ namespace, after }: CopyState): CollectionCopy {
    const { client, config } = this.#options;
    const { time } = this.#position;
    if (!time) throw new TypeError('a copy needs its point in time');
    if (performance.now() >= this.#sliceEndMs)
      this.#sliceEndMs = performance.now() + config['startup.mode.copy.existing.slice.ms'];
    const batchSize = Math.min(
      config['batch.size'] || Number.POSITIVE_INFINITY,
      config['poll.max.batch.size'],
    );
    this.#copy = new CollectionCopy(client, { namespace, after, time, batchSize, bson: bsonOptions(config) });
    return this.#copy;
  }

  async #closeCopy(): Promise<void> {
    await this.#copy?.close();
    this.#copy = null;
  }

  async #beginFirst(): Promise<readonly SourceRecord[]> {
    const { client } = this.#options;
    let total = 0;
    for (const namespace of await this.#toCopy('')) {
      const { db, coll } = splitNamespace(namespace);
      total += await client.db(db).collection(coll).estimatedDocumentCount();
    }
    this.#total = total;
    await this.#beginAfter('');
    return [];
  }

  /** Collections that are made meanwhile are copied too where their turn is yet to come; of others all changes are followed. */
  async #beginAfter(namespace: Namespace): Promise<void> {
    const [next] = await this.#toCopy(namespace);
    this.#position = { ...this.#position, copy: next === undefined ? null : { namespace: next } };
    if (next === undefined) this.#options.progress(null);
    else this.#tell(next);
  }

  async #toCopy(after: Namespace): Promise<readonly Namespace[]> {
    const { client, config, filter } = this.#options;
    const listed = await listCollections(client, config, filter);
    return listed
      .map(({ namespace }) => namespace)
      .filter((namespace) => filter.copies(namespace) && compareNamespaces(namespace, after) > 0);
  }

  #tell(namespace: Namespace): void {
    const total = this.#total === null ? null : Math.max(this.#total, this.#copied);
    this.#options.progress({ what: `copy of ${namespace}`, done: this.#copied, total, unit: 'documents' });
  }

  async #catchUp(): Promise<void> {
    await this.#closeCopy();
    this.#target = await clusterTime(this.#options.client);
  }

  async #follow(): Promise<readonly SourceRecord[]> {
    const { maker } = this.#options;
    const { events, token } = await this.#take();
    const records: SourceRecord[] = [];
    for (const event of events) {
      this.#advance(event._id);
      const record = maker.changed(event, this.#position);
      if (record) records.push(record);
    }
    // What was watched is gone, and its stream ends; a new one waits for it to be made again.
    if (events.at(-1)?.operationType === 'invalidate') await this.#closeStream();
    if (events.length === 0 && token) {
      this.#advance(token);
      await this.#endCatchUp(token);
    }
    return records;
  }

  /**
   * A server looks for the change of the token behind the filters (MongoDB 6.0 pushes them down to the oplog): where the config lets other
   * changes through than it did, it is not found there, and asked for once more.
   */
  async #take(): Promise<Taken> {
    this.#stream ??= this.#openStream();
    try {
      const taken = await this.#stream.take(this.#atOnce);
      this.#passesToken = false;
      return taken;
    } catch (error) {
      if (!isTokenNotFound(error) || this.#passesToken) throw error;
      this.#passesToken = true;
      await this.#closeStream();
      return { events: [], token: null };
    }
  }

  #openStream(): EventStream {
    const { client, config, filter } = this.#options;
    return EventStream.open(client, config, {
      filter,
      position: this.#position,
      passesToken: this.#passesToken,
      bson: bsonOptions(config),
      ...(this.#target && { awaitMs: CATCH_UP_AWAIT_MS }),
    });
  }

  async #closeStream(): Promise<void> {
    await this.#stream?.close();
    this.#stream = null;
  }

  #advance(token: ResumeToken): void {
    const { time, copy } = this.#position;
    const reached = tokenTime(token);
    const covered = !copy && time && reached?.greaterThan(time);
    this.#position = { time: covered ? null : time, token, copy };
  }

  /**
   * Nothing more came up to the token. One of a replica set's log entries makes all changes of one time, so they were all given. Behind
   * mongos other shards may have changes of that very time: those before it were given, and none of it if the token is no change's own.
   */
  async #endCatchUp(token: ResumeToken): Promise<void> {
    const target = this.#target;
    const reached = tokenTime(token);
    if (!target || !reached || reached.lessThan(target)) return;
    const { copy } = this.#position;
    if (!this.#options.deployment.sharded) this.#position = { time: reached, token, copy };
    else if (reached.greaterThan(target) && isHighWater(token))
      this.#position = { time: new Timestamp(reached.toBigInt() - 1n), token: null, copy };
    else return;
    await this.#closeStream();
    this.#target = null;
  }
}
