import type { Clock } from '@millrace/foundation';
import type { LiveHealth } from '../contract/index.ts';
import type { ClusterView } from '../kafka-ports.ts';

/** Brokers that take longer to say that they are there do not answer, as far as pages are concerned, ms. */
const PATIENCE_MS = 1_500;

interface KafkaWatchOptions {
  readonly cluster: Pick<ClusterView, 'brokers'>;
  readonly clock: Clock;
  /** Called when they begin to answer, or end. */
  readonly onChange: () => void;
}

/** Whether the brokers answer, asked again and again while somebody looks. */
export class KafkaWatch {
  readonly #options: KafkaWatchOptions;
  #answers = true;
  #asOfMs: number | null = null;
  #brokers: LiveHealth['kafka']['brokers'] = null;
  /** On the monotonic clock; null while nobody is asked. */
  #askedAtMs: number | null = null;

  constructor(options: KafkaWatchOptions) {
    this.#options = options;
  }

  /** Asks, without waiting; not while an answer is due. */
  look(): void {
    if (this.#askedAtMs !== null) return;
    this.#askedAtMs = this.#options.clock.now().monoMs;
    void this.#ask();
  }

  state(): LiveHealth['kafka'] {
    const { monoMs } = this.#options.clock.now();
    const overdue = this.#askedAtMs !== null && monoMs - this.#askedAtMs > PATIENCE_MS;
    return { answers: this.#answers && !overdue, asOfMs: this.#asOfMs, brokers: this.#brokers };
  }

  async #ask(): Promise<void> {
    const { cluster, clock, onChange } = this.#options;
    const before = this.#answers;
    try {
      // The one that was asked may have been the only one that is gone: asked again, another one is.
      const brokers = await cluster.brokers().catch(() => cluster.brokers());
      this.#answers = true;
      this.#asOfMs = clock.now().wallMs;
      this.#brokers = { up: brokers.filter(({ up }) => up).length, total: brokers.length };
    } catch {
      // Why is no news to a page: it is told that, and since when, nobody answers.
      this.#answers = false;
    } finally {
      this.#askedAtMs = null;
    }
    if (this.#answers !== before) onChange();
  }
}
