import {
  type ConfigProblem,
  type ConnectRecord,
  connectionProblems,
  MillraceError,
  pause,
  type SourceRecord,
  type SourceTask,
  type SourceTaskContext,
} from '@millrace/sdk';
import type { SourceConfig, sourceConfig } from './config.ts';
import { missingOption } from './connection-options.ts';
import { HttpClient } from './http-client.ts';
import { shownUrl, statusError } from './http-error.ts';
import { type HttpAnswer, successOnly } from './http-exchange.ts';
import { nextRound, placed } from './increment.ts';
import { pageOf, recordOf } from './items.ts';
import { nextPosition, type Page, pageRequest } from './page-walk.ts';
import { beginning, fromStored, type HttpOffset, toStored } from './source-offset.ts';

const NOT_MODIFIED = 304;

const isFine = (answer: HttpAnswer): MillraceError | null =>
  answer.status === NOT_MODIFIED ? null : successOnly(answer);

/** What stands in the way of polling by this config: asks for one page. */
export async function validateSource(
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const amiss = optionProblem(config);
  if (amiss) return [amiss];
  return await connectionProblems('url', async () => {
    await firstPage(config, signal);
    return [];
  });
}

/** The first items, asked for without any state. @throws {MillraceError} where they can't be had */
export async function sampleItems(
  config: SourceConfig,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ConnectRecord[]> {
  const { items } = await firstPage(config, signal);
  return items.slice(0, limit).map((item) => recordOf(config, item));
}

async function firstPage(config: SourceConfig, signal: AbortSignal): Promise<Page> {
  const client = new HttpClient(config, { signal, answerMaxBytes: config['response.max.bytes'] });
  try {
    const answer = await client.send(pageRequest(config, beginning(config['incremental.initial'])));
    const error = successOnly(answer);
    if (error) throw error;
    return pageOf(config, answer);
  } finally {
    client.close();
  }
}

function optionProblem(config: SourceConfig): ConfigProblem | null {
  const missing = missingOption(config);
  if (missing)
    return { key: missing, message: `"${missing}" is missing: auth.type=${config['auth.type']} needs it.` };
  const needsPointer = config.pagination === 'cursor' || config.pagination === 'next-url';
  if (needsPointer && !config['cursor.pointer'])
    return {
      key: 'cursor.pointer',
      message: `"cursor.pointer" is missing: pagination=${config.pagination} needs it.`,
    };
  if (config['response.format'] === 'json') return null;
  const pointer = (['items.pointer', 'cursor.pointer'] as const).find((key) => config[key]);
  return pointer
    ? { key: pointer, message: `"${pointer}" needs response.format=json: other answers have no such place.` }
    : null;
}

/**
 * Asks an address again and again, page by page. The offset of an item leads to the beginning of its page, that of a page's last one to the
 * next page, that of a round's last one to the next round: a task that goes on repeats at most one page.
 */
export class HttpSourceTask implements SourceTask {
  readonly #context: SourceTaskContext<typeof sourceConfig>;
  readonly #config: SourceConfig;
  readonly #client: HttpClient;
  #offset: HttpOffset;
  #pages = 0;
  /** When the next round may begin, by the monotonic clock. */
  #nextAtMs = 0;
  #caughtUpAtMs = performance.now();
  /** What tells whether the first page of this round changes. */
  #validator: HttpOffset['validator'] = null;

  constructor(context: SourceTaskContext<typeof sourceConfig>) {
    this.#context = context;
    this.#config = context.config;
    this.#client = new HttpClient(context.config, {
      signal: context.signal,
      answerMaxBytes: context.config['response.max.bytes'],
    });
    this.#offset = beginning(context.config['incremental.initial']);
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
    this.#offset = fromStored(await this.#context.offset(this.#partition())) ?? this.#offset;
    // A server that is not there, or refuses us, is told now; without anything being read.
    const answer = await this.#client.sendUntil(
      { ...pageRequest(this.#config, { ...this.#offset, validator: null }) },
      isFine,
    );
    pageOf(this.#config, answer);
  }

  async poll(): Promise<readonly SourceRecord[]> {
    const { signal } = this.#context;
    while (!signal.aborted) {
      this.#tellLag();
      const waitMs = this.#nextAtMs - performance.now();
      if (waitMs > 0) await pause(Math.min(waitMs, LAG_INTERVAL_MS), signal);
      if (signal.aborted || performance.now() < this.#nextAtMs) continue;
      try {
        const records = await this.#readPage();
        if (records.length > 0) return records;
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    }
    return [];
  }

  async stop(): Promise<void> {
    this.#client.close();
  }

  #partition() {
    return { url: this.#config.url };
  }

  #tellLag(): void {
    const seconds = Math.round((performance.now() - this.#caughtUpAtMs) / 1_000);
    this.#context.figure('lag_seconds', seconds);
  }

  async #readPage(): Promise<readonly SourceRecord[]> {
    const before = this.#offset;
    const request = pageRequest(this.#config, before);
    const answer = await this.#client.sendUntil(request, isFine);
    if (answer.status === NOT_MODIFIED) {
      if (before.validator === null) throw statusError(NOT_MODIFIED, request.url);
      this.#endRound(before);
      return [];
    }
    const page = pageOf(this.#config, answer);
    if (before.position === null) this.#validator = validatorOf(answer, request.url);
    const records = this.#place(page, before);
    const next = nextPosition(this.#config, before.position, page);
    if (next === null) this.#endRound(nextRound(this.#offset, this.#pages === 0 ? this.#validator : null));
    else this.#turnTo(next);
    const last = records.pop();
    // What is behind the last item of a page is the next page.
    if (last) records.push({ ...last, sourceOffset: toStored(this.#offset) });
    return records;
  }

  #place({ items }: Page, before: HttpOffset): SourceRecord[] {
    const records: SourceRecord[] = [];
    const stored = toStored(before);
    for (const item of items) {
      const { isNew, offset } = placed(item, this.#config['incremental.pointer'], this.#offset);
      this.#offset = offset;
      if (!isNew) continue;
      records.push({
        ...recordOf(this.#config, item),
        sourcePartition: this.#partition(),
        sourceOffset: stored,
      });
    }
    return records;
  }

  #turnTo(position: string): void {
    const { url } = this.#config;
    this.#pages += 1;
    const isEndless = position === this.#offset.position || this.#pages >= this.#config['pages.max'];
    if (isEndless)
      throw new MillraceError(`The pages of ${shownUrl(url)} come to no end.`, {
        code: 'HTTP_PAGES_ENDLESS',
        class: 'config',
        path: 'pagination',
        hint: 'Correct how the next page is found (page.size, cursor.pointer), or raise pages.max.',
      });
    this.#offset = { ...this.#offset, position };
  }

  #endRound(offset: HttpOffset): void {
    this.#offset = offset;
    this.#pages = 0;
    this.#caughtUpAtMs = performance.now();
    this.#nextAtMs = this.#caughtUpAtMs + this.#config['poll.interval.ms'];
  }
}

/** How often the lag is told at least, ms. */
const LAG_INTERVAL_MS = 1_000;

function validatorOf({ headers }: HttpAnswer, url: URL): HttpOffset['validator'] {
  const { etag, 'last-modified': lastModified } = headers;
  if (!etag && !lastModified) return null;
  return { url: url.href, ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
}
