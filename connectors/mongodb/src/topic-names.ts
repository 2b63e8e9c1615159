import type { SourceConfig } from './config.ts';
import { type Namespace, splitNamespace } from './namespace.ts';
import { parseTexts } from './option-checks.ts';

/** The topic of a collection, or of a database where the collection's name is empty. */
export class TopicNames {
  readonly #config: SourceConfig;
  readonly #map: ReadonlyMap<string, string>;
  readonly #known = new Map<Namespace, string>();

  constructor(config: SourceConfig) {
    this.#config = config;
    this.#map = parseTexts(config['topic.namespace.map']);
  }

  of(namespace: Namespace): string {
    let topic = this.#known.get(namespace);
    if (topic === undefined) {
      const { 'topic.separator': separator, 'topic.prefix': prefix, 'topic.suffix': suffix } = this.#config;
      topic = [prefix, this.#mapped(namespace), suffix]
        .filter((part) => part !== null && part !== '')
        .join(separator)
        // As Debezium's topic naming does.
        .replaceAll(/[^a-zA-Z0-9._-]/gu, '_');
      this.#known.set(namespace, topic);
    }
    return topic;
  }

  #mapped(namespace: Namespace): string {
    const { db, coll } = splitNamespace(namespace);
    const separator = this.#config['topic.separator'];
    const own = this.#map.get(namespace);
    if (own) return own;
    const database = this.#map.get(db);
    if (database) return coll === '' ? database : database + separator + coll;
    return this.#map.get('*') || (coll === '' ? db : db + separator + coll);
  }
}
