import type { BSON, ResumeToken, Timestamp } from 'mongodb';
import type { SourceConfig } from './config.ts';
import { isInternal, type Namespace, namespaceOf } from './namespace.ts';
import { parsePipeline } from './option-checks.ts';
import { isHighWater, type Position, tokenTime } from './position.ts';

type Stage = BSON.Document;

/** Chooses collections: by `database` and `collection`, and by lists of regular expressions for whole names. */
export class CaptureFilter {
  readonly #config: SourceConfig;
  readonly #included: readonly RegExp[];
  readonly #excluded: readonly RegExp[];
  readonly #copied: RegExp | null;

  constructor(config: SourceConfig) {
    this.#config = config;
    this.#included = config['collection.include.list'].map(anchored);
    this.#excluded = config['collection.exclude.list'].map(anchored);
    const copied = config['startup.mode.copy.existing.namespace.regex'];
    this.#copied = copied ? anchored(copied) : null;
  }

  captures(namespace: Namespace): boolean {
    const { database, collection } = this.#config;
    if (isInternal(namespace)) return false;
    if (database && collection && namespace !== namespaceOf(database, collection)) return false;
    if (database && !namespace.startsWith(`${database}.`)) return false;
    const wanted = this.#included.length === 0 || this.#included.some((pattern) => pattern.test(namespace));
    return wanted && !this.#excluded.some((pattern) => pattern.test(namespace));
  }

  copies(namespace: Namespace): boolean {
    return this.captures(namespace) && (this.#copied === null || this.#copied.test(namespace));
  }

  /**
   * What a change stream is asked for: the chosen collections, nothing that the position covers, and, while documents are still being
   * copied, only changes of those that were: the copy shows what became of the others. The server decides by its own order of values.
   * @param passesToken whether the change that the token stands for passes too: see `Capture`
   */
  pipeline({ time, token, copy }: Position, passesToken = false): readonly Stage[] {
    const stages: Stage[] = [];
    if (time && !isBehind(token, time)) stages.push({ $match: { clusterTime: { $gt: time } } });
    const conditions = [...this.#listConditions(), ...(copy ? [this.#covered(copy)] : [])];
    if (conditions.length > 0) stages.push({ $match: { $expr: { $and: conditions } } });
    const all = [...stages, ...parsePipeline(this.#config.pipeline)];
    return passesToken && token ? all.map((stage) => passing(token, stage)) : all;
  }

  #listConditions(): readonly Stage[] {
    const any = (patterns: readonly RegExp[]) => ({
      $or: patterns.map(({ source }) => ({ $regexMatch: { input: NAMESPACE, regex: source, options: 'i' } })),
    });
    return [
      ...(this.#included.length > 0 ? [any(this.#included)] : []),
      ...(this.#excluded.length > 0 ? [{ $not: [any(this.#excluded)] }] : []),
    ];
  }

  #covered({ namespace, after }: NonNullable<Position['copy']>): Stage {
    const finished = { $lt: [NAMESPACE, { $literal: namespace }] };
    const copied = after && {
      $and: [
        { $eq: [NAMESPACE, { $literal: namespace }] },
        { $lte: ['$documentKey._id', { $literal: after._id }] },
      ],
    };
    // What is never copied has nothing to wait for.
    const never =
      this.#copied === null
        ? []
        : [{ $not: [{ $regexMatch: { input: NAMESPACE, regex: this.#copied.source, options: 'i' } }] }];
    return { $or: [finished, ...(copied ? [copied] : []), ...never] };
  }
}

/** Whether all that follows the token is newer. Behind one that stands for a time, and not for a change, come the changes of that very time. */
function isBehind(token: ResumeToken | null, time: Timestamp): boolean {
  const reached = token ? tokenTime(token) : null;
  if (!reached) return false;
  return reached.greaterThan(time) || (reached.equals(time) && !isHighWater(token));
}

/** The stage, for all but the change of that token, which the server never gives again. */
const passing = (token: ResumeToken, stage: Stage): Stage =>
  '$match' in stage
    ? { $match: { $or: [{ '_id._data': (token as { readonly _data: unknown })._data }, stage.$match] } }
    : stage;

/** Null for events that belong to no collection, which no pattern matches. */
const NAMESPACE = { $concat: ['$ns.db', '.', '$ns.coll'] };

const anchored = (entry: string): RegExp => new RegExp(`^(?:${entry})$`, 'i');
