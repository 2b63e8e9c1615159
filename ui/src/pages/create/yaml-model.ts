import { Document, isMap, parseDocument } from 'yaml';
import type { Config } from './form-model.ts';

/** A config of YAML text: a text where it is none, in a sentence. Values are what is written: `007` stays `007`. */
export function parsedYaml(text: string): { readonly config: Config } | { readonly problem: string } {
  // In this schema every scalar is a text.
  const document = parseDocument(text, { schema: 'failsafe' });
  const [error] = document.errors;
  if (error !== undefined) return { problem: error.message.split('\n')[0] ?? error.message };
  if (document.contents === null) return { config: {} };
  if (!isMap(document.contents)) return { problem: 'A config is a map of keys and texts.' };
  const config: Record<string, string> = {};
  for (const [key, value] of Object.entries<unknown>(document.toJS())) {
    if (typeof value !== 'string') return { problem: `${key} is no text, number or boolean.` };
    config[key] = value;
  }
  return { config };
}

/** A text, changed so far that it says `config`: what is not changed stays as it is written, with its comments. */
export function yamlSaying(text: string, config: Config): string {
  const said = parsedYaml(text);
  const document = parseDocument(text);
  const changed = 'config' in said && isMap(document.contents) ? document : new Document({});
  const before: Config = changed === document && 'config' in said ? said.config : {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(config, key)) changed.delete(key);
  for (const [key, value] of Object.entries(config)) if (before[key] !== value) changed.set(key, value);
  return changed.toString({ lineWidth: 0 });
}
