import type { Client } from '@elastic/elasticsearch';
import { MillraceError, type Schema, type SinkRecord } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { faultType, statusOf } from './errors.ts';
import { missingOf, type Properties, propertiesOf } from './mapping.ts';
import { TargetNames, writesStreams } from './target-names.ts';

/** A request that makes or widens a target. */
export interface TargetChange {
  readonly what: string;
  readonly method: 'PUT';
  readonly path: string;
  readonly body: object;
}

/** Names that are kept in mind; beyond them all are asked for anew. */
const KNOWN_MAX = 1_000;
/** How the servers refuse a name, of an index or of a template for it. */
const NAME_REFUSED = new Set(['invalid_index_name_exception', 'invalid_index_template_exception']);
/** Above the templates that come with Elasticsearch (100 to 200). */
const TEMPLATE_PRIORITY = 500;

/** Indexes and data streams that records go to: makes those that are missing, and adds the fields that schemas bring. */
export class Targets {
  readonly #client: Client;
  readonly #config: SinkConfig;
  readonly #names: TargetNames;
  /** The fields of each target that is there. */
  readonly #known = new Map<string, Properties>();
  /** Schemas that a target has all fields of. */
  #covered = new WeakMap<Schema, Set<string>>();

  constructor(client: Client, config: SinkConfig) {
    this.#client = client;
    this.#config = config;
    this.#names = new TargetNames(config);
  }

  /**
   * Has the servers make what these records need.
   * @returns targets whose names, which records have given, the servers refuse, each with what is wrong (class poison)
   * @throws what the client throws, and {MillraceError} where a target is missing
   */
  async ensure(
    records: readonly { readonly index: string; readonly record: SinkRecord }[],
  ): Promise<ReadonlyMap<string, MillraceError>> {
    const refused = new Map<string, MillraceError>();
    for (const { index, record } of records) {
      if (refused.has(index) || this.#isReady(index, record.valueSchema)) continue;
      try {
        for (const change of await this.changesFor(index, record.valueSchema)) await this.#make(change);
        this.#note(index, record.valueSchema);
      } catch (error) {
        // A name of the config's own is for a person to correct.
        if (this.#names.only !== null || !NAME_REFUSED.has(faultType(error) ?? '')) throw error;
        refused.set(index, this.#names.refusal(error));
      }
    }
    return refused;
  }

  /** Forgets what is there, as a target may be gone. */
  forget(): void {
    this.#known.clear();
    this.#covered = new WeakMap();
  }

  /** What would have to be made for a record with this schema; nothing is. */
  async changesFor(index: string, schema: Schema | undefined): Promise<readonly TargetChange[]> {
    const wanted = this.#config['schema.ignore'] ? null : propertiesOf(schema);
    const there = this.#known.get(index) ?? (await this.#propertiesOf(index));
    if (there === null) {
      if (this.#config['index.create']) return await this.#creation(index, wanted);
      throw missing(index);
    }
    this.#known.set(index, there);
    const lacking = wanted && this.#config['index.create'] ? missingOf(wanted, there) : null;
    return lacking ? [widening(index, lacking)] : [];
  }

  #isReady(index: string, schema: Schema | undefined): boolean {
    if (!this.#known.has(index)) return false;
    return schema?.type !== 'struct' || this.#covered.get(schema)?.has(index) === true;
  }

  #note(index: string, schema: Schema | undefined): void {
    if (this.#known.size >= KNOWN_MAX) this.forget();
    const wanted = this.#config['schema.ignore'] ? null : propertiesOf(schema);
    this.#known.set(index, { ...this.#known.get(index), ...wanted });
    if (schema?.type !== 'struct') return;
    const covered = this.#covered.get(schema) ?? new Set();
    this.#covered.set(schema, covered.add(index));
  }

  /** Null: there is no such index, alias or data stream. */
  async #propertiesOf(index: string): Promise<Properties | null> {
    try {
      const mappings = await this.#client.indices.getMapping({ index });
      const all = Object.values(mappings).map(
        ({ mappings: { properties = {} } }) => properties as Properties,
      );
      // Of an alias or a data stream the last one is written to.
      return all.at(-1) ?? {};
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  async #creation(index: string, wanted: Properties | null): Promise<readonly TargetChange[]> {
    const settings = JSON.parse(this.#config['index.settings']) as object;
    const fields = wanted ? Object.keys(wanted).length : 0;
    const has = wanted ? `${fields} fields of the schema` : 'fields as they come';
    const mappings = wanted && { mappings: { properties: wanted } };
    const template = { ...(Object.keys(settings).length > 0 && { settings }), ...mappings };
    if (!writesStreams(this.#config))
      return [{ what: `create index ${index} (${has})`, method: 'PUT', path: pathOf(index), body: template }];
    // The first document makes the stream itself, if a template says so.
    if (await this.#hasTemplate(index)) return [];
    const body = { index_patterns: [index], data_stream: {}, priority: TEMPLATE_PRIORITY, template };
    const path = `/_index_template${pathOf(index)}`;
    return [{ what: `create index template and data stream ${index} (${has})`, method: 'PUT', path, body }];
  }

  /** Whether Elasticsearch would make a data stream of this name by itself. */
  async #hasTemplate(index: string): Promise<boolean> {
    const { index_templates: templates } = await this.#client.indices.getIndexTemplate();
    return templates.some(({ index_template: { index_patterns: patterns, data_stream: stream } }) => {
      const all = Array.isArray(patterns) ? patterns : [patterns];
      return stream !== undefined && all.some((pattern) => isLike(index, pattern));
    });
  }

  async #make({ method, path, body }: TargetChange): Promise<void> {
    try {
      await this.#client.transport.request({ method, path, body });
    } catch (error) {
      // Another task was quicker.
      if (faultType(error) !== 'resource_already_exists_exception') throw error;
    }
  }
}

/** A name may have any letters, and signs that mean something in a path. */
const pathOf = (index: string): string => `/${encodeURIComponent(index)}`;

const widening = (index: string, properties: Properties): TargetChange => ({
  what: `add fields to ${index}: ${Object.keys(properties).join(', ')}`,
  method: 'PUT',
  path: `${pathOf(index)}/_mapping`,
  body: { properties },
});

/** Whether a name fits a pattern with `*`. */
const isLike = (name: string, pattern: string): boolean =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(name);

const missing = (index: string): MillraceError =>
  new MillraceError(`There is no index, alias or data stream ${index}.`, {
    code: 'ELASTICSEARCH_INDEX_MISSING',
    class: 'config',
    path: 'index',
    hint: 'Make it, or set index.create=true.',
  });
