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
import { type ShareConfig, shareConfig } from './share-config.ts';
import { ShareFetcher } from './share-fetcher.ts';
import { ShareMembership } from './share-membership.ts';

/** How long iteration waits for records before it looks whether the consumer was closed. */
const ITERATION_POLL_MS = 1_000;
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
    const fetcher = this.#fetcher;
    if (fetcher === null) throw invalidUse('subscribe comes before poll');
    if (this.#polling) throw invalidUse('poll is under way already');
    this.#polling = true;
    this.#woken = false;
    this.#acceptUnsaid();
    const deadlineMs = performance.now() + timeoutMs;
    try {
      for (;;) {
        this.#throwError();
        const records = this.#closing ? [] : fetcher.take(this.#config.maxPollRecords);
        const leftMs = deadlineMs - performance.now();
        if (records.length > 0) {
          if (!this.#config.isExplicit) this.#unsaid = records;
          return records;
        }
        if (this.#woken || this.#closing || leftMs <= 0) return [];
        const againMs = Math.min(fetcher.pump(leftMs) - performance.now(), LOOK_AGAIN_MS);
        await this.#signal.wait(Math.max(1, Math.min(leftMs, againMs)));
      }
    } finally {
      this.#polling = false;
    }
  }

  acknowledge(record: TopicPartition & { readonly offset: number }, type: AcknowledgeType = 'accept'): void {
    if (type === 'renew' && !this.#config.isExplicit)
      throw invalidUse('only a consumer with explicit acknowledgements renews');
    this.#acknowledgements.say(record, type);
  }

  async commit(): Promise<readonly AcknowledgementOutcome[]> {
    this.#acceptUnsaid();
    return (await this.#fetcher?.acknowledge()) ?? [];
  }

  wakeup(): void {
    this.#woken = true;
    this.#signal.raise();
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.wakeup();
    try {
      await this.#fetcher?.close();
      await this.#membership?.leave();
    } finally {
      await this.#cluster.close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ShareRecord, void, void> {
    while (!this.#closing) {
      const records = await this.poll(ITERATION_POLL_MS);
      let done = 0;
      try {
        for (const record of records) {
          yield record;
          done += 1;
        }
      } finally {
        // Whoever leaves in the middle has not seen the rest.
        if (done < records.length && !this.#config.isExplicit) this.#release(records.slice(done));
      }
    }
  }

  #release(records: readonly ShareRecord[]): void {
    for (const record of records)
      if (this.#acknowledgements.isOpen(record)) this.#acknowledgements.say(record, 'release');
  }

  #acceptUnsaid(): void {
    for (const record of this.#unsaid)
      if (this.#acknowledgements.isOpen(record)) this.#acknowledgements.say(record, 'accept');
    this.#unsaid = [];
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
    const error = this.#end ?? this.#error;
    this.#error = null;
    if (error !== null) throw error;
  }
}

function invalidUse(message: string): MillraceError {
  return new MillraceError(message, { code: 'INVALID_CONSUMER_USE', class: 'bug' });
}
