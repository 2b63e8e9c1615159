import { createHash } from 'node:crypto';
import {
  type ConfigProblem,
  type ConnectRecord,
  connectionProblems,
  isMillraceError,
  jsonText,
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
import { type HttpAnswer, type HttpRequest, successOnly } from './http-exchange.ts';
import { nextRound, placed } from './increment.ts';
import { pageOf, recordOf } from './items.ts';
import { nextPosition, type Page, pageRequest } from './page-walk.ts';
import { beginning, fromStored, type HttpOffset, toStored } from './source-offset.ts';

const NOT_MODIFIED = 304;
/** What servers answer to a cursor or an address of a page that they know no more. */
const PAGE_GONE = new Set([400, 404, 410, 422]);

const isFine = (answer: HttpAnswer): MillraceError | null =>
  answer.status === NOT_MODIFIED ? null : successOnly(answer);

/** What stands in the way of polling by this config: asks for one page, unless `validation.request` is none. */
export async function validateSource(
  config: SourceConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const amiss = optionProblem(config);
  if (amiss) return [amiss];
  if (config['validation.request'] === 'none') return [];
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
    await client.close();
  }
}

function optionProblem(config: SourceConfig): ConfigProblem | null {
  const missing = missingOption(config);
  if (missing) return missing;
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
  /** What `start` was answered, for the first poll: an API may hand its items out once. */
  #answered: { readonly request: HttpRequest; readonly answer: HttpAnswer } | null = null;
  /** Whether the page that is asked for next was found in a stored offset. */
  #isResumed = false;
  /** Of the items of the page before. */
  #checksum: string | null = null;

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
    this.#isResumed = this.#offset.position !== null;
    // A server that is not there, or refuses us, is told now.
    this.#answered = await this.#ask();
    if (this.#answered.answer.status !== NOT_MODIFIED) pageOf(this.#config, this.#answered.answer);
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
    await this.#client.close();
  }

  #partition() {
    return { url: this.#config.url };
  }

  #tellLag(): void {
    const seconds = Math.round((performance.now() - this.#caughtUpAtMs) / 1_000);
    this.#context.figure('lag_seconds', seconds);
  }

  /** The page of the offset. */
  async #ask() {
    try {
      return await this.#send();
    } catch (error) {
      if (!this.#isResumed || !isMillraceError(error) || error.code !== PAGE_IS_GONE) throw error;
      this.#isResumed = false;
      const { url } = this.#config;
      this.#context.logger.warn(
        { url: shownUrl(url) },
        'the stored page is not known any more; its round begins anew, and repeats what it gave',
      );
      this.#offset = { ...this.#offset, position: null };
      return await this.#send();
    }
  }

  async #send() {
    const request = pageRequest(this.#config, this.#offset);
    const answer = await this.#client.sendUntil(
      () => request,
      (given) => (this.#isResumed && PAGE_GONE.has(given.status) ? pageGone(given) : isFine(given)),
    );
    this.#isResumed = false;
    return { request, answer };
  }

  async #readPage(): Promise<readonly SourceRecord[]> {
    const { request, answer } = this.#answered ?? (await this.#ask());
    this.#answered = null;
    const before = this.#offset;
    if (answer.status === NOT_MODIFIED) {
      if (before.validator === null) throw statusError(NOT_MODIFIED, request.url);
      this.#endRound(before);
      return [];
    }
    const page = pageOf(this.#config, answer);
    if (before.position === null) this.#validator = validatorOf(answer, request.url);
    const next = nextPosition(this.#config, before.position, page);
    const isLast = next === null || this.#leadsNowhere(next, page);
    if (!isLast) this.#checkCount();
    const records = this.#place(page, before);
    if (isLast) this.#endRound(nextRound(this.#offset, this.#pages === 0 ? this.#validator : null));
    else this.#turnTo(next);
    const last = records.pop();
    // What is behind the last item of a page is the next page.
    if (last) records.push({ ...last, sourceOffset: toStored(this.#offset) });
    return records;
  }

  /**
   * Whether the next page is the one that was read: some servers end so. Where its items are those of the page before as well, the server
   * does not heed what it is asked.
   */
  #leadsNowhere(next: string, { items }: Page): boolean {
    const before = this.#checksum;
    this.#checksum = createHash('sha256').update(jsonText(items)).digest('base64');
    if (next !== this.#offset.position) return false;
    if (items.length > 0 && this.#checksum === before) throw endless(this.#config);
    return true;
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

  #checkCount(): void {
    if (this.#pages + 1 >= this.#config['pages.max']) throw endless(this.#config);
  }

  #turnTo(position: string): void {
    this.#pages += 1;
    this.#offset = { ...this.#offset, position };
  }

  #endRound(offset: HttpOffset): void {
    this.#offset = offset;
    this.#pages = 0;
    this.#checksum = null;
    this.#caughtUpAtMs = performance.now();
    this.#nextAtMs = this.#caughtUpAtMs + this.#config['poll.interval.ms'];
  }
}

const PAGE_IS_GONE = 'HTTP_PAGE_GONE';

function pageGone({ status, url }: HttpAnswer): MillraceError {
  return new MillraceError(`${shownUrl(url)} answered ${status} to a stored page.`, {
    code: PAGE_IS_GONE,
    class: 'config',
    hint: 'The round begins anew.',
  });
}

function endless({ url }: SourceConfig): MillraceError {
  return new MillraceError(`The pages of ${shownUrl(url)} come to no end.`, {
    code: 'HTTP_PAGES_ENDLESS',
    class: 'config',
    path: 'pagination',
    hint: 'Correct how the next page is found (page.parameter, page.size, cursor.pointer), or raise pages.max.',
  });
}

/** How often the lag is told at least, ms. */
const LAG_INTERVAL_MS = 1_000;

function validatorOf({ headers }: HttpAnswer, url: URL): HttpOffset['validator'] {
  const { etag, 'last-modified': lastModified } = headers;
  if (!etag && !lastModified) return null;
  return { url: url.href, ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
}
