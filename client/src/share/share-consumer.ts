import { MillraceError } from '@millrace/foundation';
import { Cluster } from '../cluster/cluster.ts';
import { WaitSignal } from '../consumer/wait-signal.ts';
import type {
  AcknowledgementOutcome,
  AcknowledgeType,
  ShareConsumer,
  ShareConsumerOptions,
  ShareRecord,
  TopicPartition,
} from '../types.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { LoopPace } from './loop-pace.ts';
import { type ShareConfig, shareConfig } from './share-config.ts';
import { ShareFetcher } from './share-fetcher.ts';
import { ShareMembership } from './share-membership.ts';

/** How long iteration waits for records before it looks whether the consumer was closed. */
const ITERATION_POLL_MS = 1_000;
/** A loop has no more records waiting than it works off in this time, or in a quarter of the time that a lock holds. */
const LOOP_AHEAD_MS = 1_000;
const LOOP_AHEAD_OF_LOCK = 0.25;
/** How long closing waits for the record that a loop is working on. */
const DEFAULT_CLOSE_TIMEOUT_MS = 5_000;
/** While metadata or an assignment is missing, a poll looks again this often. */
const LOOK_AGAIN_MS = 100;

/**
 * A ShareConsumer. Heartbeats go on in the background.
 * @throws {MillraceError} INVALID_CONFIG
 */
export function createShareConsumer(options: ShareConsumerOptions): ShareConsumer {
  return new PollingShareConsumer(options);
}

class PollingShareConsumer implements ShareConsumer {
  readonly #options: ShareConsumerOptions;
  readonly #config: ShareConfig;
  readonly #cluster: Cluster;
  readonly #acknowledgements = new Acknowledgements();
  readonly #signal = new WaitSignal();
  #membership: ShareMembership | null = null;
  #fetcher: ShareFetcher | null = null;
  /** What the last poll gave, until it is accepted without a word. */
  #unsaid: readonly ShareRecord[] = [];
  /** For the next poll to throw. */
  #error: MillraceError | null = null;
  /** Why the membership is over: for every poll to throw. */
  #end: MillraceError | null = null;
  /** Loops that are working on a record. */
  #working = 0;
  #handsFree: (() => void) | null = null;
  #polling = false;
  #woken = false;
  #closing = false;

  constructor(options: ShareConsumerOptions) {
    this.#options = options;
    this.#config = shareConfig(options);
    this.#cluster = new Cluster(options);
  }

  get acquisitionLockTimeoutMs(): number | null {
    return this.#fetcher?.lockTimeoutMs ?? null;
  }

  subscribe(topics: readonly string[]): void {
    if (this.#membership !== null) throw invalidUse('a share consumer subscribes once');
    const names = [...new Set(topics)].sort();
    this.#membership = new ShareMembership(this.#cluster, this.#config, names, {
      assigned: (assigned) => this.#fetcher?.assign(assigned),
      failed: (error) => {
        this.#end = error;
        this.#signal.raise();
      },
    });
    const member = { config: this.#config, memberId: this.#membership.memberId, topics: names };
    this.#fetcher = new ShareFetcher(this.#cluster, member, this.#acknowledgements, {
      changed: () => this.#signal.raise(),
      failed: (error) => {
        this.#error ??= error;
        this.#signal.raise();
      },
      acknowledged: (outcomes) => this.#tell(outcomes),
    });
    this.#membership.start();
  }

  assignment(): readonly TopicPartition[] {
    return (this.#fetcher?.assignment() ?? []).map(({ topic, partition }) => ({ topic, partition }));
  }

  async poll(timeoutMs: number): Promise<readonly ShareRecord[]> {
    const { maxPollRecords, acquireMode } = this.#config;
    const records = await this.#poll({
      timeoutMs,
      count: maxPollRecords,
      maxRecords: maxPollRecords,
      acquireMode: acquireMode ?? 'batch_optimized',
    });
    if (!this.#config.isExplicit) this.#unsaid = records;
    return records;
  }

  acknowledge(record: TopicPartition & { readonly offset: number }, type: AcknowledgeType = 'accept'): void {
    if (type === 'renew' && !this.#config.isExplicit)
      throw invalidUse('only a consumer with explicit acknowledgements renews');
    this.#say(record, type);
    // There may be room for others now.
    if (this.#polling) this.#signal.raise();
  }

  async commit(): Promise<readonly AcknowledgementOutcome[]> {
    this.#acceptUnsaid();
    return (await this.#fetcher?.acknowledge()) ?? [];
  }

  wakeup(): void {
    this.#woken = true;
    this.#signal.raise();
  }

  async close(timeoutMs = DEFAULT_CLOSE_TIMEOUT_MS): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.wakeup();
    try {
      await this.#loopsDone(timeoutMs);
      await this.#fetcher?.close();
      await this.#membership?.leave();
    } finally {
      await this.#cluster.close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ShareRecord, void, void> {
    const pace = new LoopPace();
    const fetcher = this.#subscribed('iteration');
    let inHand: ShareRecord | null = null;
    try {
      while (!this.#closing) {
        const record = fetcher.take(1)[0] ?? (await this.#awaitRecord(pace));
        if (record === null) continue;
        inHand = record;
        const begunAtMs = performance.now();
        this.#take(record);
        yield record;
        pace.worked(performance.now() - begunAtMs);
        inHand = null;
        this.#letGo(record, 'accept');
      }
    } finally {
      // An iterator is not told whether the body was left by a break or by an error: what was in hand is not taken for done.
      if (inHand !== null) this.#letGo(inHand, 'release');
      if (!this.#closing) fetcher.giveBack();
    }
  }

  /** A record is in a loop's hands. */
  #take(record: ShareRecord): void {
    this.#working += 1;
    const { keeper } = this.#subscribed('iteration');
    keeper.asked();
    keeper.begun(record);
    if (keeper.recordsAtWork > this.#config.maxHeldRecords) keeper.forgetDone();
  }

  /** It is in the loop's hands no more: where the caller says nothing, and need not, this is said of it. */
  #letGo(record: ShareRecord, type: 'accept' | 'release'): void {
    this.#working -= 1;
    const isOpen = this.#acknowledgements.isOpen(record);
    if (isOpen && !this.#config.isExplicit) this.#say(record, type);
    if (!isOpen || !this.#config.isExplicit) this.#fetcher?.keeper.ended(record);
    if (this.#working === 0) this.#handsFree?.();
  }

  async #awaitRecord(pace: LoopPace): Promise<ShareRecord | null> {
    const { maxPollRecords, acquireMode } = this.#config;
    const lockMs = this.acquisitionLockTimeoutMs ?? Number.POSITIVE_INFINITY;
    const targetMs = Math.min(LOOP_AHEAD_MS, lockMs * LOOP_AHEAD_OF_LOCK);
    const maxRecords = pace.next({ targetMs, max: maxPollRecords });
    const [first] = await this.#poll({ timeoutMs: ITERATION_POLL_MS, count: 1, maxRecords, acquireMode });
    return first ?? null;
  }

  /** Up to `count` of the records that are here, else of those that a fetch of up to `maxRecords` brings. */
  async #poll(wanted: {
    readonly timeoutMs: number;
    readonly count: number;
    readonly maxRecords: number;
    readonly acquireMode: ShareConfig['acquireMode'];
  }): Promise<readonly ShareRecord[]> {
    const fetcher = this.#subscribed('poll');
    if (this.#polling) throw invalidUse('poll is under way already');
    const { timeoutMs, count, maxRecords, acquireMode } = wanted;
    this.#polling = true;
    this.#woken = false;
    fetcher.keeper.asked();
    this.#acceptUnsaid();
    const deadlineMs = performance.now() + timeoutMs;
    try {
      for (;;) {
        this.#throwError();
        const records = this.#closing ? [] : fetcher.take(count);
        const leftMs = deadlineMs - performance.now();
        if (records.length > 0 || this.#woken || this.#closing || leftMs <= 0) return records;
        const atMs = fetcher.pump({ maxRecords, acquireMode, maxWaitMs: leftMs });
        const againMs = Math.min(atMs - performance.now(), LOOK_AGAIN_MS);
        await this.#signal.wait(Math.max(1, Math.min(leftMs, againMs)));
      }
    } finally {
      this.#polling = false;
    }
  }

  /** Resolves when no loop is working on a record, or after a while. */
  async #loopsDone(timeoutMs: number): Promise<void> {
    if (this.#working === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#handsFree = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #acceptUnsaid(): void {
    for (const record of this.#unsaid) if (this.#acknowledgements.isOpen(record)) this.#say(record, 'accept');
    this.#unsaid = [];
  }

  #say(record: TopicPartition & { readonly offset: number }, type: AcknowledgeType): void {
    this.#fetcher?.said(this.#acknowledgements.say(record, type));
  }

  #subscribed(what: string): ShareFetcher {
    if (this.#fetcher === null) throw invalidUse(`subscribe comes before ${what}`);
    return this.#fetcher;
  }

  /** A callback that throws is the caller's bug and surfaces as one; the session goes on. */
  #tell(outcomes: readonly AcknowledgementOutcome[]): void {
    try {
      this.#options.acknowledged?.(outcomes);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }

  #throwError(): void {
    const error = this.#end ?? this.#error ?? this.#cluster.takeUnreachable();
    this.#error = null;
    if (error !== null) throw error;
  }
}

function invalidUse(message: string): MillraceError {
  return new MillraceError(message, { code: 'INVALID_CONSUMER_USE', class: 'bug' });
}
