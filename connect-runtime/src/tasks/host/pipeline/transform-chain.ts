import { MillraceError } from '@millrace/foundation';
import type { ConnectRecord, Predicate, Transform, Transformed } from '@millrace/sdk';
import type { ConnectorConfig } from '../../../core/config/cluster-config.ts';
import { type ChainPlugin, type ChainStep, chainOf } from '../../../plugins/chain-config.ts';
import type { PluginDirectory } from '../../../plugins/plugin-directory.ts';
import type { PluginLoader } from '../../../plugins/plugin-loader.ts';
import { atPrefix, requireOptions } from '../../../plugins/require-options.ts';
import { isLater } from './promise-like.ts';
import { pluginError, type Step, StepError } from './step-error.ts';

/** How many records one record may become in one step. */
const MADE_MAX = 10_000;

export interface ChainOptions {
  readonly loader: PluginLoader;
  readonly installed: PluginDirectory;
  readonly connector: string;
  readonly config: ConnectorConfig;
  /** Whether code that stands in the config may run. */
  readonly inlineAllowed: boolean;
}

/** One configured transform with the predicate that guards it. */
interface Link {
  readonly name: string;
  readonly step: Step;
  readonly transform: Transform;
  readonly predicate: Predicate | null;
  /** What the predicate must answer for the transform to apply. */
  readonly appliesWhen: boolean;
}

/** The transforms of a connector, in their order. */
export class TransformChain {
  readonly #links: readonly Link[];

  private constructor(links: readonly Link[]) {
    this.#links = links;
  }

  /** @throws {MillraceError} what finding a plugin or its config throws: class config, with the key */
  static async create(options: ChainOptions): Promise<TransformChain> {
    const { steps, predicates, problems } = chainOf(options.config);
    const problem = problems[0];
    if (problem) {
      const { message, key: path } = problem;
      throw new MillraceError(message, { code: 'INVALID_CONFIG', class: 'config', path });
    }
    const guards = new Map<string, Predicate>();
    for (const named of predicates) guards.set(named.name, await createPredicate(options, named));
    const links: Link[] = [];
    for (const step of steps) {
      links.push({
        name: step.name,
        step: { stage: 'transform', connectStage: 'TRANSFORMATION', className: step.class },
        transform: await createTransform(options, step),
        predicate: (step.predicate === null ? undefined : guards.get(step.predicate)) ?? null,
        appliesWhen: !step.negate,
      });
    }
    return new TransformChain(links);
  }

  get isEmpty(): boolean {
    return this.#links.length === 0;
  }

  /** The transforms by their names, for who shows each of them at work. */
  get names(): readonly string[] {
    return this.#links.map(({ name }) => name);
  }

  /**
   * What the chain makes of a record; null or an empty list where nothing is left. Without a promise where no transform gives one.
   * @throws {StepError} of the transform that failed; poison where it did not say otherwise
   */
  apply(record: ConnectRecord): Transformed | Promise<Transformed> {
    return this.#from(0, record);
  }

  /** One step alone: a record that its predicate does not let in comes out as it is. @throws {StepError} */
  applyStep(index: number, record: ConnectRecord): Transformed | Promise<Transformed> {
    const link = this.#links[index];
    return link ? applied(link, record) : record;
  }

  async close(): Promise<void> {
    for (const { transform } of this.#links) await transform.close?.();
  }

  #from(first: number, record: ConnectRecord): Transformed | Promise<Transformed> {
    let at = record;
    for (let next = first; next < this.#links.length; ) {
      const made = applied(this.#links[next++] as Link, at);
      if (made === null) return null;
      if (isLater(made)) return made.then((later) => this.#goOn(next, later));
      if (isList(made)) return this.#spread(next, made);
      at = made;
    }
    return at;
  }

  #goOn(next: number, made: Transformed): Transformed | Promise<Transformed> {
    if (made === null) return null;
    return isList(made) ? this.#spread(next, made) : this.#from(next, made);
  }

  /** The rest of the chain for each of several records, one after the other. */
  #spread(next: number, records: readonly ConnectRecord[]): Transformed | Promise<Transformed> {
    if (next === this.#links.length) return records;
    const all: ConnectRecord[] = [];
    for (let index = 0; index < records.length; index++) {
      const made = this.#from(next, records[index] as ConnectRecord);
      if (isLater(made)) return this.#spreadLater(next, records, { index, made, all });
      collect(all, made);
    }
    return all;
  }

  async #spreadLater(
    next: number,
    records: readonly ConnectRecord[],
    begun: { readonly index: number; readonly made: Promise<Transformed>; readonly all: ConnectRecord[] },
  ): Promise<Transformed> {
    const { all } = begun;
    collect(all, await begun.made);
    for (const record of records.slice(begun.index + 1)) collect(all, await this.#from(next, record));
    return all;
  }
}

/** @throws {StepError} also by the promise */
function applied(link: Link, record: ConnectRecord): Transformed | Promise<Transformed> {
  try {
    const { predicate, transform } = link;
    if (predicate && predicate.test(record) !== link.appliesWhen) return record;
    const made = transform.apply(record);
    return isLater(made) ? checkedLater(link, made) : checked(link, made);
  } catch (error) {
    throw failed(link, error);
  }
}

async function checkedLater(link: Link, made: Promise<Transformed>): Promise<Transformed> {
  try {
    return checked(link, await made);
  } catch (error) {
    throw failed(link, error);
  }
}

function checked(link: Link, made: Transformed): Transformed {
  if (typeof made !== 'object') {
    throw new MillraceError(`The transform "${link.name}" gave ${typeof made} instead of a record.`, {
      code: 'TRANSFORM_GAVE_NO_RECORD',
      class: 'poison',
      hint: 'A transform gives a record, a list of records, or null to drop it.',
    });
  }
  if (Array.isArray(made) && made.length > MADE_MAX) {
    throw new MillraceError(`The transform "${link.name}" made ${made.length} records of one.`, {
      code: 'TRANSFORM_MADE_TOO_MANY',
      class: 'poison',
      hint: `One record may become ${MADE_MAX}.`,
    });
  }
  return made;
}

function failed(link: Link, thrown: unknown): StepError {
  return new StepError(link.step, pluginError(thrown, { code: 'TRANSFORM_FAILED', class: 'poison' }));
}

function collect(all: ConnectRecord[], made: Transformed): void {
  if (made === null) return;
  if (isList(made)) all.push(...made);
  else all.push(made);
}

function isList(made: Transformed): made is readonly ConnectRecord[] {
  return Array.isArray(made);
}

async function createTransform(options: ChainOptions, step: ChainStep): Promise<Transform> {
  const { loader, installed, connector, inlineAllowed } = options;
  const plugin = await loader.find('transform', installed, step);
  const config = requireOptions(plugin.config, step.options, step.prefix);
  try {
    return await plugin.create(config, { connector, name: step.name, inlineAllowed });
  } catch (error) {
    throw atPrefix(error, step.prefix);
  }
}

async function createPredicate(options: ChainOptions, named: ChainPlugin): Promise<Predicate> {
  const plugin = await options.loader.find('predicate', options.installed, named);
  const config = requireOptions(plugin.config, named.options, named.prefix);
  try {
    return plugin.create(config);
  } catch (error) {
    throw atPrefix(error, named.prefix);
  }
}
