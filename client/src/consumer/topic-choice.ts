import type { MillraceError } from '@millrace/foundation';
import type { Cluster } from '../cluster/cluster.ts';

const METADATA_MAX_AGE_MS = 300_000;
/** A pattern is looked up more often. */
const PATTERN_INTERVAL_MS = 10_000;
/** A topic that is named and not there yet, as often as Kafka's clients ask at most (`retry.backoff.max.ms`). */
const MISSING_TOPIC_INTERVAL_MS = 1_000;

/** The topics that a consumer has chosen: by name, or those that a pattern finds whenever it is looked. */
export class TopicChoice {
  readonly #cluster: Cluster;
  readonly #selection: readonly string[] | RegExp;
  #names: readonly string[];

  constructor(cluster: Cluster, selection: readonly string[] | RegExp) {
    this.#cluster = cluster;
    this.#selection = selection;
    this.#names = selection instanceof RegExp ? [] : [...new Set(selection)];
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Asks for metadata. @throws {MillraceError} network errors, after one try */
  async look(): Promise<void> {
    if (!(this.#selection instanceof RegExp)) {
      await this.#cluster.refresh(this.#names);
      return;
    }
    const pattern = this.#selection;
    await this.#cluster.refresh('all');
    this.#names = this.#cluster.cache
      .topicNames()
      .filter((name) => !this.#cluster.cache.topic(name)?.internal)
      // A pattern with the flag g or y keeps a place between tests.
      .filter((name) => name.search(pattern) >= 0)
      .sort();
  }

  /** What was found out of the topics by the last look that somebody must change; null where it is nothing. */
  refusal(): MillraceError | null {
    return this.#selection instanceof RegExp ? null : this.#cluster.refusedTopic(this.#names);
  }

  /** How soon to look again, ms. */
  get lookAgainMs(): number {
    if (this.#selection instanceof RegExp) return PATTERN_INTERVAL_MS;
    const missing = this.#names.some((name) => this.#cluster.cache.topic(name) === undefined);
    return missing ? MISSING_TOPIC_INTERVAL_MS : METADATA_MAX_AGE_MS;
  }
}
