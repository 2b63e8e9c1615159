import type { Client } from '@elastic/elasticsearch';
import {
  type ConfigProblem,
  connectionProblems,
  isMillraceError,
  MillraceError,
  type RateLimiter,
  rateLimiterOf,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
} from '@millrace/sdk';
import { BulkWriter } from './bulk.ts';
import type { SinkConfig, sinkConfig } from './config.ts';
import { connect, loginKey } from './connection.ts';
import { toElasticError } from './errors.ts';
import { sinkProblems } from './sink-preflight.ts';
import { Targets } from './targets.ts';
import { type WriteAction, WriteActions } from './write-action.ts';

/** Problems of a sink's configuration that only the servers know. */
export async function validateSink(
  config: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  return await connectionProblems('connection.url', async () => {
    const client = await connect(config, signal);
    try {
      return await sinkProblems(client, config, signal);
    } finally {
      await client.close();
    }
  });
}

/** Writes each batch by bulk requests; what the servers refuse of it goes to the dead letters. */
export class ElasticsearchSinkTask implements SinkTask {
  readonly #context: SinkTaskContext<typeof sinkConfig>;
  readonly #config: SinkConfig;
  readonly #actions: WriteActions;
  readonly #limiter: RateLimiter | null;
  #client: Client | null = null;
  #targets: Targets | null = null;
  #writer: BulkWriter | null = null;
  #stale = 0;

  constructor(context: SinkTaskContext<typeof sinkConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#actions = new WriteActions(context.config);
    this.#limiter = rateLimiterOf(this.#config);
  }

  async start(): Promise<void> {
    const { signal } = this.#context;
    const client = await connect(this.#config, signal);
    this.#client = client;
    const [problem] = await sinkProblems(client, this.#config, signal);
    if (problem)
      throw new MillraceError(problem.message, {
        ...{ code: 'INVALID_CONFIG', class: 'config', path: problem.key },
        hint: `Correct "${problem.key}", or what it says about the servers.`,
      });
    this.#targets = new Targets(client, this.#config);
    this.#writer = new BulkWriter({
      client,
      signal,
      config: this.#config,
      loginKey: loginKey(this.#config),
      onStale: (count) => this.#tellStale(count),
      onTrouble: (cause) => this.#context.notice('writing', cause && `${cause.message} It is tried again.`),
    });
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    const [targets, writer] = [this.#targets, this.#writer];
    if (!targets || !writer) throw new TypeError('write before start');
    await this.#limiter?.take(batch.length, this.#context.signal);
    const actions = this.#actionsOf(batch);
    try {
      const unnamed = await targets.ensure(actions);
      for (const { index, record } of actions) {
        const error = unnamed.get(index);
        if (error) this.#context.reject(record, error);
      }
      const refused = await writer.write(actions.filter(({ index }) => !unnamed.has(index)));
      for (const { action, error } of refused) this.#context.reject(action.record, error);
    } catch (error) {
      const failure = toElasticError(error, 'Writing to Elasticsearch', loginKey(this.#config));
      // Whoever removed an index did not tell.
      if (failure.code === 'ELASTICSEARCH_INDEX_MISSING') targets.forget();
      throw failure;
    } finally {
      this.#context.figure('bulk_requests_in_flight_limit', writer.inFlightLimit);
    }
  }

  async stop(): Promise<void> {
    await this.#client?.close();
  }

  /** Records that can't be written as they are go to the dead letters here. */
  #actionsOf(batch: readonly SinkRecord[]): readonly WriteAction[] {
    const actions: WriteAction[] = [];
    for (const record of batch) {
      try {
        const action = this.#actions.of(record);
        if (action) actions.push(action);
      } catch (error) {
        if (!isMillraceError(error) || error.class !== 'poison') throw error;
        this.#context.reject(record, error);
      }
    }
    return actions;
  }

  /** Mostly records that come again after a failure; without any, versions that do not fit the documents. */
  #tellStale(count: number): void {
    if (this.#stale === 0)
      this.#context.logger.warn(
        { count },
        'documents are newer than records: these changed nothing (document.version)',
      );
    this.#stale += count;
    this.#context.figure('stale_records_total', this.#stale);
  }
}
