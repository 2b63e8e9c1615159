import { type MillraceError, type Random, toMillraceError } from '@millrace/foundation';
import { type Api, errorByCode, kafkaError } from '@millrace/protocol';
import { type MetadataResponse, metadata } from '@millrace/protocol/messages';
import { type Connection, networkError, type RequestOptions } from '../connection/index.ts';
import type { ClientOptions } from '../types.ts';
import { type ClientConfig, clientConfig, type Endpoint } from './client-config.ts';
import { MetadataCache } from './metadata-cache.ts';
import { type Lane, NodePool } from './node-pool.ts';
import { isRetriable, retrying } from './retry.ts';
import type { TopicMetadata } from './topic-metadata.ts';

/** Names, or all topics. */
export type TopicSelection = readonly string[] | 'all';

export interface RefreshOptions {
  /** Lets the broker create what is missing, where its own setting allows it. Default false. */
  readonly allowAutoTopicCreation?: boolean;
}

/** One client's view of a cluster: connections and metadata. Producer, consumer, admin and members are built on it. */
export class Cluster {
  readonly config: ClientConfig;
  readonly cache = new MetadataCache();
  readonly #pool: NodePool;
  readonly #closing = new AbortController();
  readonly #refreshes = new Map<string, Promise<void>>();
  /** Since when bootstrap servers are tried in vain, monotonic ms; null where one has answered. */
  #soughtSinceMs: number | null = null;
  #lastRefusal: MillraceError | null = null;

  constructor(options: ClientOptions) {
    this.config = clientConfig(options);
    this.#pool = new NodePool(this.config);
  }

  /** Aborted when the client closes: ends its waits. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The deadline of something that starts now and takes the request timeout at most, monotonic ms. */
  deadline(timeoutMs = this.config.requestTimeoutMs): number {
    return performance.now() + timeoutMs;
  }

  /** The open connection to a broker, or null where one must be made first. */
  openConnection(nodeId: number, lane: Lane): Connection | null {
    const broker = this.cache.brokers.get(nodeId);
    return broker === undefined ? null : this.#pool.open(broker, lane);
  }

  /**
   * The connection to a broker, made where there is none.
   * @throws {MillraceError} BROKER_NOT_AVAILABLE for an id that the metadata lacks; CONNECTION_REFUSED, ...
   */
  async connection(nodeId: number, lane: Lane = 'main'): Promise<Connection> {
    const broker = this.cache.brokers.get(nodeId);
    if (broker === undefined)
      throw kafkaError('BROKER_NOT_AVAILABLE', `broker ${nodeId} is not in the metadata`);
    return this.#pool.connect(broker, lane);
  }

  /** The connection to a broker known by its address, such as a coordinator. */
  connectionTo(endpoint: Endpoint, lane: Lane): Promise<Connection> {
    return this.#pool.connect(endpoint, lane);
  }

  /**
   * A connection to any broker: the open one with the least to do, else the first of the known and the bootstrap ones that
   * answers. Those that lately did not come last, so that a frozen broker is asked once.
   * @throws {MillraceError} CONNECTION_REFUSED when none does
   */
  async anyConnection(): Promise<Connection> {
    const { random, bootstrap } = this.config;
    const known: readonly Endpoint[] = shuffled([...this.cache.brokers.values()], random);
    const isSuspect = (endpoint: Endpoint) => this.#pool.isSuspect(endpoint);
    const open = known.flatMap((endpoint) =>
      isSuspect(endpoint) ? [] : (this.#pool.open(endpoint, 'main') ?? []),
    );
    const [idlest] = open.sort((a, b) => a.inFlightRequests - b.inFlightRequests);
    if (idlest !== undefined) return idlest;
    const candidates = [...known, ...shuffled(bootstrap, random)];
    const trusted = candidates.filter((endpoint) => !isSuspect(endpoint));
    this.#soughtSinceMs ??= performance.now();
    let last: unknown;
    for (const endpoint of [...trusted, ...candidates.filter(isSuspect)]) {
      try {
        const connection = await this.#pool.connect(endpoint, 'main');
        this.#soughtSinceMs = null;
        return connection;
      } catch (error) {
        last = error;
      }
    }
    const refusal = toMillraceError(last, { code: 'CONNECTION_REFUSED', class: 'transient' });
    this.#lastRefusal = refusal;
    throw refusal;
  }

  /**
   * Why no broker was ever reached, where that was tried for longer than `requestTimeoutMs`; told once in that time. For those
   * who wait in silence and would wait for ever at a wrong address.
   */
  takeUnreachable(): MillraceError | null {
    const { requestTimeoutMs, bootstrap } = this.config;
    const sinceMs = this.#soughtSinceMs;
    const isNew = this.cache.brokers.size === 0 && this.#lastRefusal !== null;
    if (!isNew || sinceMs === null || performance.now() - sinceMs < requestTimeoutMs) return null;
    this.#soughtSinceMs = null;
    const servers = bootstrap.map(({ host, port }) => `${host}:${port}`).join(', ');
    const message = `no bootstrap server (${servers}) was reached for ${requestTimeoutMs} ms: ${this.#lastRefusal?.message}`;
    return networkError('CONNECTION_REFUSED', message, this.#lastRefusal);
  }

  /** One request to any broker, tried again on passing failures until the deadline. `read` turns error codes into throws. */
  anywhere<Req, ReqInit, Res, ResInit, T>(
    api: Api<Req, ReqInit, Res, ResInit>,
    body: ReqInit,
    read: (response: Res) => T,
    options: RequestOptions & { readonly deadlineMs?: number } = {},
  ): Promise<T> {
    const deadlineMs = options.deadlineMs ?? this.deadline();
    return retrying(this.config, { deadlineMs, signal: this.closing }, async () => {
      const connection = await this.anyConnection();
      return read(await connection.request(api, body, options));
    });
  }

  /**
   * Asks for topics once and takes the answer into the cache. Callers with the same question share one request.
   * @throws {MillraceError} network errors, after one try
   */
  refresh(topics: TopicSelection, options: RefreshOptions = {}): Promise<void> {
    const allowAutoTopicCreation = options.allowAutoTopicCreation ?? false;
    const names = topics === 'all' ? null : [...topics].sort();
    const key = JSON.stringify([names, allowAutoTopicCreation]);
    const running = this.#refreshes.get(key);
    if (running) return running;
    const refresh = this.#ask(names, allowAutoTopicCreation).finally(() => this.#refreshes.delete(key));
    this.#refreshes.set(key, refresh);
    return refresh;
  }

  /**
   * Topics by name, asked for where they are unknown, until the deadline.
   * @throws {MillraceError} UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED, ... naming the topic
   */
  async topics(
    names: readonly string[],
    options: RefreshOptions & { readonly deadlineMs?: number; readonly fresh?: boolean } = {},
  ): Promise<readonly TopicMetadata[]> {
    const deadlineMs = options.deadlineMs ?? this.deadline();
    let fresh = options.fresh ?? false;
    return retrying(this.config, { deadlineMs, signal: this.closing }, async () => {
      const missing = fresh ? names : names.filter((name) => this.cache.topic(name) === undefined);
      if (missing.length > 0) await this.refresh(missing, options);
      fresh = false;
      return names.map((name) => {
        const topic = this.cache.topic(name);
        if (topic) return topic;
        throw this.missingTopic(name);
      });
    });
  }

  /** Why the first of these topics that no retry brings can't be read, as far as is known: its name is none, or it is forbidden. */
  refusedTopic(names: readonly string[]): MillraceError | null {
    for (const name of names) {
      if (this.cache.errorOf(name) === undefined) continue;
      const error = this.missingTopic(name);
      if (!isRetriable(error)) return error;
    }
    return null;
  }

  /** Why a topic is not in the cache. */
  missingTopic(name: string) {
    const error = this.cache.errorOf(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION';
    return kafkaError(error, `topic ${name}: ${errorSentence(error)}`);
  }

  /** Ends connections and waits. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pool.close();
  }

  async #ask(names: readonly string[] | null, allowAutoTopicCreation: boolean): Promise<void> {
    const connection = await this.anyConnection();
    const topics = names === null ? null : names.map((name) => ({ name }));
    const response: MetadataResponse = await connection.request(metadata, { topics, allowAutoTopicCreation });
    const { name } = errorByCode(response.errorCode);
    if (name !== 'NONE') {
      // The broker does not know the cluster that these connections led to: begin anew from the bootstrap servers.
      connection.close();
      throw kafkaError(name);
    }
    this.cache.update(response, names === null);
    if (response.brokers.length > 0) {
      this.#pool.retain([...response.brokers, ...this.config.bootstrap]);
    }
  }
}

function errorSentence(name: Parameters<typeof kafkaError>[0]): string {
  return kafkaError(name).message;
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, order: random.float() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
