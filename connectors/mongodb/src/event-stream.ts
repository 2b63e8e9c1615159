import type {
  BSON,
  ChangeStream,
  ChangeStreamOptions,
  Document,
  MongoClient,
  ResumeToken,
  Timestamp,
} from 'mongodb';
import type { CaptureFilter } from './capture-filter.ts';
import type { SourceConfig } from './config.ts';
import type { Position } from './position.ts';

/** A change event as the server gives it; its shape depends on its kind and on the pipeline. */
export interface ChangeEvent extends Document {
  readonly _id: ResumeToken;
  readonly operationType?: string;
  readonly clusterTime?: Timestamp;
  readonly wallTime?: Date;
  readonly ns?: { readonly db?: string; readonly coll?: string };
  readonly documentKey?: Document;
  readonly fullDocument?: Document | null;
}

export interface Taken {
  readonly events: readonly ChangeEvent[];
  /** Everything in front of it has been given, those that the pipeline dropped too. */
  readonly token: ResumeToken | null;
}

/** The changes behind a position. The driver reconnects by itself after a failover, and goes on from the last token. */
export class EventStream {
  readonly #stream: ChangeStream<Document, ChangeEvent & never>;
  /** The first of the next changes, asked for while those before it are worked on. */
  #ahead: Promise<ChangeEvent | null> | null = null;

  private constructor(stream: ChangeStream<Document, ChangeEvent & never>) {
    this.#stream = stream;
  }

  /** Nothing is asked of the server before the first `take`. */
  static open(
    client: MongoClient,
    config: SourceConfig,
    at: {
      readonly filter: CaptureFilter;
      readonly position: Position;
      readonly bson: BSON.DeserializeOptions;
      /** How long the server may wait for changes; left out: as the config says. */
      readonly awaitMs?: number;
      /** Whether the filters let through the change that the position's token stands for. */
      readonly passesToken?: boolean;
    },
  ): EventStream {
    const pipeline = [...at.filter.pipeline(at.position, at.passesToken)];
    const options = { ...streamOptions(config, at.position), ...at.bson };
    if (at.awaitMs !== undefined) options.maxAwaitTimeMS = at.awaitMs;
    const { database, collection } = config;
    if (database && collection)
      return new EventStream(client.db(database).collection(collection).watch(pipeline, options));
    return new EventStream(
      database ? client.db(database).watch(pipeline, options) : client.watch(pipeline, options),
    );
  }

  /** Waits for a change as long as `poll.await.time.ms`; gives what the server sent at once, up to `max`. */
  async take(max: number): Promise<Taken> {
    const events: ChangeEvent[] = [];
    let event = await (this.#ahead ?? this.#stream.tryNext());
    this.#ahead = null;
    while (event !== null) {
      events.push(event);
      if (events.length >= max || this.#stream.bufferedCount() === 0) break;
      event = await this.#stream.tryNext();
    }
    const token = this.#stream.resumeToken ?? null;
    if (events.length > 0 && this.#stream.bufferedCount() === 0) {
      this.#ahead = this.#stream.tryNext();
      // It is told to who takes next.
      this.#ahead.catch(() => undefined);
    }
    return { events, token };
  }

  async close(): Promise<void> {
    await this.#stream.close().catch(() => undefined);
  }
}

function streamOptions(config: SourceConfig, { time, token }: Position): ChangeStreamOptions {
  const full = config['change.stream.full.document'];
  const before = config['change.stream.full.document.before.change'];
  const fullDocument = full === 'default' && config['publish.full.document.only'] ? 'updateLookup' : full;
  return {
    maxAwaitTimeMS: config['poll.await.time.ms'],
    ...(config['batch.size'] > 0 && { batchSize: config['batch.size'] }),
    ...(fullDocument !== 'default' && { fullDocument }),
    ...(before !== 'default' && { fullDocumentBeforeChange: before }),
    ...(config['change.stream.show.expanded.events'] && { showExpandedEvents: true }),
    // startAfter goes on behind every token, that of a dropped collection's last event too.
    ...(token ? { startAfter: token } : time && { startAtOperationTime: time }),
  };
}
