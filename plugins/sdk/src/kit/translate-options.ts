import type { ConfigProblem } from '@millrace/foundation';
import type { TranslatedOptions } from '../plugin.ts';
import type { TaskConfig } from '../task.ts';

/** How another product's options become a connector's own. What is not named here stays as it is. */
export interface OptionTable {
  /** Our name for theirs. */
  readonly rename?: { readonly [theirs: string]: string };
  /** Their defaults where they are others than ours, under our names: a config that says nothing must go on meaning the same. */
  readonly defaults?: { readonly [ours: string]: string };
  /** Our value for theirs, by our name. */
  readonly values?: { readonly [ours: string]: { readonly [theirs: string]: string } };
  /** Options that say nothing to us and change nothing of what the connector does. */
  readonly ignore?: readonly string[];
  /**
   * Options that we lack. Those whose value is among `harmless` (such as their default) ask for nothing; with any other one the
   * config is refused by the option's name, and with what to do instead.
   */
  readonly lacks?: readonly {
    readonly option: string | RegExp;
    readonly harmless?: readonly string[];
    readonly instead?: string;
  }[];
}

/**
 * Translates by a table: for `translate` of an alias.
 *
 *     translate: (config) => translateOptions(config, { rename: { 'server.name': 'topic.prefix' } })
 */
export function translateOptions(config: TaskConfig, table: OptionTable): TranslatedOptions {
  const { rename = {}, defaults = {}, values = {}, ignore = [] } = table;
  const own = new Map(Object.entries(defaults));
  const keys: Record<string, string> = {};
  const problems: ConfigProblem[] = [];
  for (const [theirs, value] of Object.entries(config)) {
    const problem = problemOf(theirs, value, table);
    if (problem !== null) problems.push(problem);
    if (problem !== null || ignore.includes(theirs)) continue;
    const ours = Object.hasOwn(rename, theirs) ? (rename[theirs] ?? theirs) : theirs;
    // Whoever gives both means ours.
    if (ours !== theirs && Object.hasOwn(config, ours)) continue;
    own.set(ours, values[ours]?.[value.trim()] ?? value);
    if (ours !== theirs) keys[ours] = theirs;
  }
  return { config: Object.fromEntries(own), problems, keys };
}

function problemOf(key: string, value: string, { lacks = [] }: OptionTable): ConfigProblem | null {
  const row = lacks.find(({ option }) => (typeof option === 'string' ? option === key : option.test(key)));
  if (!row || value.trim() === '' || row.harmless?.includes(value.trim().toLowerCase())) return null;
  const instead = row.instead === undefined ? '' : ` ${row.instead}`;
  return { key, message: `"${key}" is an option that this connector does not have.${instead}` };
}
