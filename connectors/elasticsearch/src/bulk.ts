import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from '@elastic/elasticsearch';
import { MillraceError, pause } from '@millrace/sdk';
import { BulkPace } from './bulk-pace.ts';
import type { SinkConfig } from './config.ts';
import { itemError, type ServerFault, SILENT, statusOf, toElasticError } from './errors.ts';
import type { WriteAction } from './write-action.ts';

/** A record that Elasticsearch refused for itself. */
export interface Refusal {
  readonly action: WriteAction;
  readonly error: MillraceError;
}

export interface BulkOptions {
  readonly client: Client;
  readonly config: SinkConfig;
  /** The key of the login, for errors. */
  readonly loginKey: string;
  readonly signal: AbortSignal;
  /** Told of documents that were newer than what was to be written. */
  readonly onStale: (count: number) => void;
  /** Told what keeps a request from being done, before it is tried again; null when something is done. */
  readonly onTrouble: (cause: MillraceError | null) => void;
}

interface Item {
  readonly status: number;
  readonly error?: ServerFault;
}

/** What became of one request. */
interface Outcome {
  readonly refused: readonly Refusal[];
  /** What is to be tried again, in order, and why. */
  readonly again: readonly WriteAction[];
  readonly cause: MillraceError | null;
  /** Whether anything is done with. */
  readonly progress: boolean;
}

const done = { again: [], cause: null, progress: true } as const;
const nothing: Outcome = { refused: [], ...done };
const BACKOFF_MAX_MS = 10_000;
/** What is shared out among requests at a time: not less than so many documents each, since each request has costs of its own. */
const SHARE_MIN_DOCUMENTS = 500;

/**
 * Writes actions by bulk requests, several at a time, each made while servers work on those before it; actions of one document in their order,
 * through all repeats.
 */
export class BulkWriter {
  readonly #options: BulkOptions;
  readonly #pace: BulkPace;
  #failure: unknown = null;

  constructor(options: BulkOptions) {
    this.#options = options;
    this.#pace = new BulkPace({
      maxInFlight: options.config['max.in.flight.requests'],
      maxBytes: options.config['bulk.size.bytes'],
    });
  }

  /** Requests that may be under way just now. */
  get inFlightLimit(): number {
    return this.#pace.limit;
  }

  /**
   * Resolves when all is written but what it gives: records that were refused for themselves.
   * @throws {MillraceError} for failures that are not a record's own; nothing is under way any more then
   */
  async write(actions: readonly WriteAction[]): Promise<readonly Refusal[]> {
    this.#failure = null;
    const refused: Refusal[] = [];
    const lanes: Promise<void>[] = [];
    for (const lane of this.#lanesOf(actions)) {
      const written = this.#writeLane(lane, refused).catch((error: unknown) => {
        this.#failure ??= error;
      });
      lanes.push(written);
      // It is on its way before the next one is made.
      await nextTurn();
    }
    await Promise.all(lanes);
    if (this.#failure) throw this.#failure;
    return refused;
  }

  /** All actions of one document in one lane; no more lanes than there are requests worth sending. */
  #lanesOf(actions: readonly WriteAction[]): readonly (readonly WriteAction[])[] {
    const share = Math.min(this.#options.config['batch.size'], SHARE_MIN_DOCUMENTS);
    const requests = Math.max(
      Math.ceil(actions.length / share),
      Math.ceil(bytesOf(actions) / this.#pace.bytes),
    );
    const count = Math.min(requests, this.#pace.limit);
    if (count <= 1) return [actions];
    const lanes = Array.from({ length: count }, (): WriteAction[] => []);
    for (const [at, action] of actions.entries())
      lanes[(action.document === null ? at : hashOf(action.document)) % count]?.push(action);
    return lanes.filter((lane) => lane.length > 0);
  }

  async #writeLane(lane: readonly WriteAction[], refused: Refusal[]): Promise<void> {
    const { config, signal } = this.#options;
    let [rest, repeats] = [lane, 0];
    while (rest.length > 0 && this.#failure === null) {
      const { bulk, taken } = this.#nextOf(rest, refused);
      const outcome = bulk.length === 0 ? nothing : await this.#pace.run(() => this.#send(bulk));
      refused.push(...outcome.refused);
      rest = [...outcome.again, ...rest.slice(taken)];
      if (outcome.progress) repeats = 0;
      this.#options.onTrouble(outcome.progress ? null : outcome.cause);
      if (outcome.cause === null) continue;
      // Who gave no answer in time is not waited for as long again: connections are to be made anew.
      const isOver = repeats >= config['max.retries'] || outcome.cause.code === SILENT;
      if (isOver || signal.aborted) throw outcome.cause;
      await pause(Math.min(BACKOFF_MAX_MS, config['retry.backoff.ms'] * 2 ** repeats), signal);
      if (signal.aborted) throw outcome.cause;
      repeats++;
    }
  }

  /** The next request, and how many of the first actions are done with by it: those that can't be written are refused here. */
  #nextOf(actions: readonly WriteAction[], refused: Refusal[]) {
    const bulk: WriteAction[] = [];
    let [taken, bytes] = [0, 0];
    for (const action of actions) {
      if (bulk.length >= this.#options.config['batch.size']) break;
      const error = action.prepare();
      if (error) refused.push({ action, error });
      else {
        bytes += action.bytes;
        if (bulk.length > 0 && bytes > this.#pace.bytes) break;
        bulk.push(action);
      }
      taken++;
    }
    return { bulk, taken };
  }

  async #send(bulk: readonly WriteAction[]): Promise<Outcome> {
    const { client, loginKey, signal } = this.#options;
    let answer: { readonly errors: boolean; readonly items: readonly Record<string, Item>[] };
    try {
      answer = await client.transport.request(
        {
          method: 'POST',
          path: '/_bulk',
          querystring: { filter_path: 'errors,items.*.status,items.*.error' },
          bulkBody: bulk.map(({ lines }) => lines).join(''),
        },
        { signal },
      );
    } catch (error) {
      return this.#failed(bulk, error, toElasticError(error, 'Writing to Elasticsearch', loginKey));
    }
    if (!answer.errors) {
      this.#pace.accepted();
      return { refused: [], ...done };
    }
    return this.#settled(bulk, answer.items);
  }

  /** Nothing is known of any item. */
  #failed(bulk: readonly WriteAction[], error: unknown, failure: MillraceError): Outcome {
    const [only] = bulk;
    const again = { refused: [], again: bulk, cause: failure, progress: false };
    if (failure.class === 'throttled') {
      this.#pace.throttled();
      return again;
    }
    if (failure.class === 'transient') return again;
    if (statusOf(error) === 413) {
      if (bulk.length === 1 && only)
        return { refused: [{ action: only, error: tooLarge(only, error) }], ...done };
      this.#pace.tooLarge();
      return { ...again, cause: null };
    }
    throw failure;
  }

  /** Each item for itself; with one that is tried again goes all that follows of its document. */
  #settled(bulk: readonly WriteAction[], items: readonly Record<string, Item>[]): Outcome {
    const refused: Refusal[] = [];
    const again: WriteAction[] = [];
    const waiting = new Set<string>();
    let [cause, stale]: [MillraceError | null, number] = [null, 0];
    for (const [at, action] of bulk.entries()) {
      const { status, error } = Object.values(items[at] ?? {})[0] ?? missingItem;
      const follows = action.document !== null && waiting.has(action.document);
      const failure =
        error && !isSettled(action, status, error) ? itemError(status, error, action.index) : null;
      if (error && !failure && isStale(error)) stale++;
      if (failure && failure.class !== 'poison' && !passes(failure)) throw failure;
      if (failure && passes(failure)) cause = failure;
      if (follows || (failure && passes(failure))) {
        again.push(action);
        if (action.document !== null) waiting.add(action.document);
      } else if (failure) refused.push({ action, error: failure });
    }
    if (stale > 0) this.#options.onStale(stale);
    if (cause?.class === 'throttled') this.#pace.throttled();
    return { refused, again, cause, progress: again.length < bulk.length };
  }
}

/** About as many, as far as the first one that can be written tells: the others are made when they are sent. */
function bytesOf(actions: readonly WriteAction[]): number {
  const first = actions.find((action) => action.prepare() === null);
  return (first?.bytes ?? 0) * actions.length;
}

const missingItem: Item = { status: 503, error: { type: 'unknown', reason: 'the answer lacks this item' } };

const passes = (error: MillraceError): boolean => error.class === 'transient' || error.class === 'throttled';

/** Whether what was wanted holds all the same. */
function isSettled({ operation }: WriteAction, status: number, { type }: ServerFault): boolean {
  // An update that met others more often than it may try is to be tried again.
  if (type === 'version_conflict_engine_exception') return operation !== 'update';
  return operation === 'delete' && status === 404;
}

/** The document has a newer version than the record; the same version is only the record itself, written again. */
function isStale({ type, reason }: ServerFault): boolean {
  if (type !== 'version_conflict_engine_exception') return false;
  const [, current, given] = /current version \[(\d+)\][^[]*\[(\d+)\]/.exec(reason) ?? [];
  return current !== undefined && current !== given;
}

const tooLarge = ({ bytes, index }: WriteAction, cause: unknown): MillraceError =>
  new MillraceError(`The servers take no request as large as this document for ${index} (${bytes} bytes).`, {
    code: 'ELASTICSEARCH_DOCUMENT_TOO_LARGE',
    class: 'poison',
    hint: 'Make the document smaller, or raise http.max_content_length at the servers.',
    cause,
  });

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
