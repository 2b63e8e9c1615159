import {
  type ConfigProblem,
  type ConnectRecord,
  connectionProblems,
  isMillraceError,
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
import { bodyOf, type Item, itemOf, requestOf, type Sending, sendings } from './sink-request.ts';
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
    if (REFUSES_WHO_ASKS.has(status)) throw headRefused(status, url);
  } finally {
    await client.close();
  }
}

/** Some gateways refuse a method that they do not serve as they refuse a stranger. */
function headRefused(status: number, url: URL): MillraceError {
  const { message, details } = statusError(status, url);
  return new MillraceError(message, {
    ...details,
    hint: `${details.hint} Set validation.request=none where the server takes no HEAD.`,
  });
}

function optionProblem(config: SinkConfig): ConfigProblem | null {
  const missing = missingOption(config);
  if (missing) return missing;
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

/**
 * Sends records as requests. At least once: what a request may have brought before its failure is sent again. What the server has accepted of a
 * batch that failed is not, as long as the task lives; nor are the neighbours of a record that is refused: a request of several is halved
 * until the culprit stands alone.
 */
export class HttpSinkTask implements SinkTask {
  readonly #context: SinkTaskContext<typeof sinkConfig>;
  readonly #config: SinkConfig;
  readonly #client: HttpClient;
  /** What was accepted of a batch that has failed: it comes again. */
  #accepted = new WeakSet<SinkRecord>();

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
    const fresh = batch.filter((record) => !this.#accepted.has(record));
    // All of it before any of it is sent: a record that can't be sent is found out at no cost.
    const items = fresh.flatMap((record) => this.#itemOf(record) ?? []);
    const all = sendings(this.#config, items);
    const atOnce = this.#config['max.in.flight'];
    if (atOnce === 1) for (const sending of all) await this.#sendAround(sending);
    else for (const some of keyedBatches(all, { key: keyOf, maxItems: atOnce })) await this.#sendAll(some);
    this.#accepted = new WeakSet();
  }

  async stop(): Promise<void> {
    await this.#client.close();
  }

  /** Null: it is passed over, or rejected. */
  #itemOf(record: SinkRecord): Item | null {
    try {
      return itemOf(this.#config, record);
    } catch (error) {
      if (!isPoison(error)) throw error;
      this.#context.reject(record, error);
      return null;
    }
  }

  /** The first failure counts, once nothing is under way any more. */
  async #sendAll(some: readonly Sending[]): Promise<void> {
    const outcomes = await Promise.allSettled(some.map((sending) => this.#sendAround(sending)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /**
   * Sends what can be sent, in order; answers how many records were refused.
   * @param knownRefused whether it is known to hold a culprit without being sent
   */
  async #sendAround(sending: Sending, knownRefused = false): Promise<number> {
    const { items } = sending;
    const [only, ...others] = items;
    if (!only) return 0;
    if (!knownRefused || others.length === 0) {
      const refusal = await this.#refusal(sending);
      if (refusal === null) return 0;
      if (others.length === 0) {
        this.#context.reject(only.record, refusal);
        return 1;
      }
    }
    const middle = items.length >>> 1;
    const before = await this.#sendAround({ ...sending, items: items.slice(0, middle) });
    // Where the first half was fine, the fault is in the second.
    const rest = { ...sending, items: items.slice(middle) };
    return before + (await this.#sendAround(rest, before === 0));
  }

  /** Null: it is accepted. @throws what is no fault of the records */
  async #refusal(sending: Sending): Promise<MillraceError | null> {
    try {
      await this.#client.sendUntil(
        () => requestOf(this.#config, sending, Date.now()),
        (answer) => this.#verdict(answer, sending),
      );
    } catch (error) {
      if (!isPoison(error)) throw error;
      return error;
    }
    for (const { record } of sending.items) this.#accepted.add(record);
    return null;
  }

  #verdict({ status, url }: HttpAnswer, { items }: Sending): MillraceError | null {
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
    const [first, ...others] = items;
    const what = others.length === 0 ? 'a record' : `one of ${items.length} records`;
    return new MillraceError(`${shownUrl(url)} refuses ${what}: it answered ${status}.`, {
      code: 'HTTP_RECORD_REFUSED',
      class: 'poison',
      hint: 'Mend the record where it is made, or say by statuses.* what this status means.',
      ...(first && others.length === 0 ? { record: placeOf(first.record) } : {}),
    });
  }
}

const isPoison = (error: unknown): error is MillraceError =>
  isMillraceError(error) && error.class === 'poison';

const placeOf = ({ topic, partition, offset }: SinkRecord) => ({ topic, partition, offset });

const keyOf = ({ items: [item] }: Sending): string | null => item?.key ?? null;

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
  for (const sending of sendings(config, items)) {
    const { method, url, items: sent } = sending;
    const body = bodyOf(config, sending);
    const text = body?.toString() ?? '';
    const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
    planned.push({
      what: `${method} ${shownUrl(url)} with ${sent.length} ${sent.length === 1 ? 'record' : 'records'}`,
      ...(body === null ? {} : { statement: shown }),
    });
  }
  return planned;
}
