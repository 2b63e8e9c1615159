import type { SinkConfig } from './config.ts';
import { type Namespace, namespaceOf } from './namespace.ts';
import { parseTexts } from './option-checks.ts';

/** The collection that a topic's records go to, as its full name. */
export class CollectionNames {
  readonly #config: SinkConfig;
  readonly #map: ReadonlyMap<string, string>;

  constructor(config: SinkConfig) {
    this.#config = config;
    this.#map = parseTexts(config['topic.collection.map']);
  }

  of(topic: string): Namespace {
    const mapped = this.#map.get(topic);
    if (mapped?.includes('.')) return mapped;
    return namespaceOf(this.#config.database, mapped || this.#config.collection || topic);
  }
}
