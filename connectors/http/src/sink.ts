import {
  type ConfigProblem,
  type ConnectRecord,
  connectionProblems,
  isMillraceError,
  jsonText,
  keyedBatches,
  MillraceError,
  type PlannedChange,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
} from '@millrace/sdk';
import type { SinkConfig, sinkConfig } from './config.ts';
import { missingOption } from './connection-options.ts';
import { HttpClient } from './http-client.ts';
import { shownUrl, statusError } from './http-error.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { itemOf, requestOf, type Sending, sendings } from './sink-request.ts';
import { hasStatus } from './status-policy.ts';
import { hasPlaceholders } from './url-template.ts';

const REFUSES_WHO_ASKS = new Set([401, 403, 407]);

/** What stands in the way of sending by this config. */
export async function validateSink(
  config: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const amiss = optionProblem(config);
  if (amiss) return [amiss];
  if (config['validation.request'] === 'none') return [];
  return await connectionProblems('url', async () => {
    await askHead(config, signal);
    return [];
  });
}

/** @throws {MillraceError} where the server is not there, or refuses who asks */
async function askHead(config: SinkConfig, signal: AbortSignal): Promise<void> {
  const client = new HttpClient(config, { signal, answerMaxBytes: null });
  try {
    const url = new URL(hasPlaceholders(config.url) ? '/' : '', config.url);
    const { status } = await client.send({ method: 'HEAD', url });
    if (REFUSES_WHO_ASKS.has(status)) throw statusError(status, url);
  } finally {
    client.close();
  }
}

function optionProblem(config: SinkConfig): ConfigProblem | null {
  const missing = missingOption(config);
  if (missing)
    return { key: missing, message: `"${missing}" is missing: auth.type=${config['auth.type']} needs it.` };
  const alone = (key: 'behavior.on.null.values' | 'body.format') => ({
    key,
    message: `"${key}": ${config[key]} needs batch.format=one.`,
  });
  if (config['batch.format'] === 'one') return null;
  if (config['behavior.on.null.values'] === 'delete') return alone('behavior.on.null.values');
  if (config['body.format'] === 'text') return alone('body.format');
  return config['max.in.flight'] > 1
    ? { key: 'max.in.flight', message: '"max.in.flight": requests of several records go one by one.' }
    : null;
}

/** Sends records as requests. At least once: what was sent before a failure is sent again, with the same idempotency key. */
export class HttpSinkTask implements SinkTask {
  readonly #context: SinkTaskContext<typeof sinkConfig>;
  readonly #config: SinkConfig;
  readonly #client: HttpClient;

  constructor(context: SinkTaskContext<typeof sinkConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#client = new HttpClient(context.config, { signal: context.signal, answerMaxBytes: null });
  }

  async start(): Promise<void> {
    const problem = optionProblem(this.#config);
    if (problem)
      throw new MillraceError(problem.message, {
        code: 'OPTION_MISSING',
        class: 'config',
        path: problem.key,
        hint: 'Set the option, or change the one that needs it.',
      });
    if (this.#config['validation.request'] === 'head') await askHead(this.#config, this.#context.signal);
  }

  async write(batch: readonly SinkRecord[]): Promise<void> {
    // All of it before any of it is sent: a record that can't be sent is found out at no cost.
    const items = batch.flatMap((record) => itemOf(this.#config, record) ?? []);
    const all = sendings(this.#config, items);
    const atOnce = this.#config['max.in.flight'];
    if (atOnce === 1) {
      for (const sending of all) await this.#send(sending);
      return;
    }
    const key = ({ records: [record] }: Sending) =>
      record?.key === null || record?.key === undefined ? null : jsonText(record.key);
    for (const some of keyedBatches(all, { key, maxItems: atOnce })) await this.#sendAll(some);
  }

  async stop(): Promise<void> {
    this.#client.close();
  }

  /** The first failure counts, once nothing is under way any more. */
  async #sendAll(some: readonly Sending[]): Promise<void> {
    const outcomes = await Promise.allSettled(some.map((sending) => this.#send(sending)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #send(sending: Sending): Promise<void> {
    try {
      await this.#client.sendUntil(requestOf(this.#config, sending, Date.now()), (answer) =>
        this.#verdict(answer, sending),
      );
    } catch (error) {
      const [record, ...others] = sending.records;
      const isCulprit = isMillraceError(error) && error.class === 'poison' && record && others.length === 0;
      if (!isCulprit) throw error;
      this.#context.reject(record, error);
    }
  }

  #verdict({ status, url }: HttpAnswer, { records }: Sending): MillraceError | null {
    if (hasStatus(this.#config['statuses.accept'], status)) return null;
    if (hasStatus(this.#config['statuses.retry'], status)) {
      const error = statusError(status, url);
      return error.class === 'throttled'
        ? error
        : new MillraceError(error.message, {
            code: 'HTTP_SERVER_FAILED',
            class: 'transient',
            hint: 'Look at the server; the task tries again by itself.',
          });
    }
    if (!hasStatus(this.#config['statuses.reject'], status)) return statusError(status, url);
    const [first, ...others] = records;
    const what = others.length === 0 ? 'a record' : `one of ${records.length} records`;
    return new MillraceError(`${shownUrl(url)} refuses ${what}: it answered ${status}.`, {
      code: 'HTTP_RECORD_REFUSED',
      class: 'poison',
      hint: 'Mend the record where it is made, or say by statuses.* what this status means.',
      ...(first && others.length === 0
        ? { record: { topic: first.topic, partition: first.partition, offset: first.offset } }
        : {}),
    });
  }
}

const SHOWN_CHARACTERS = 100;

/** The requests that writing these records would send; nothing is sent. */
export async function planSink(
  config: SinkConfig,
  records: readonly ConnectRecord[],
): Promise<readonly PlannedChange[]> {
  const planned: PlannedChange[] = [];
  const items = records.flatMap((record, offset) => {
    try {
      return itemOf(config, { ...record, partition: record.partition ?? 0, offset }) ?? [];
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      planned.push({ what: `refuse a record: ${error.message}` });
      return [];
    }
  });
  for (const { method, url, body, records: sent } of sendings(config, items)) {
    const text = body?.toString() ?? '';
    const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
    planned.push({
      what: `${method} ${shownUrl(url)} with ${sent.length} ${sent.length === 1 ? 'record' : 'records'}`,
      ...(body === null ? {} : { statement: shown }),
    });
  }
  return planned;
}
