import type { ConnectorConfig } from '../../../core/config/cluster-config.ts';
import { placeholdersIn } from '../../../core/config/placeholders.ts';
import type { ResolvedConfig } from './config-resolver.ts';

/** How a plugin may have written a value into another one, such as a password into a URL; each has its sign in the placeholder. */
const FORMS: Readonly<Record<string, (value: string) => string>> = {
  '': (value) => value,
  'url|': (value) => encodeURIComponent(value.toWellFormed()),
  'json|': (value) => JSON.stringify(value).slice(1, -1),
  'base64|': (value) => Buffer.from(value, 'utf8').toString('base64'),
};
const SIGNED = /^\$\{(url\||json\||base64\|)/;

/** The placeholder without its form, and how a value is written in that form. */
export function formOf(text: string): { readonly plain: string; readonly encode: (value: string) => string } {
  const sign = SIGNED.exec(text)?.[1] ?? '';
  return { plain: text.replace(SIGNED, '${'), encode: FORMS[sign] ?? String };
}

/** The provider's own name in a placeholder that may have a form. */
export function withoutForm(provider: string): string {
  return provider.replace(/^(?:url|json|base64)\|/, '');
}

/**
 * What a plugin made of a resolved config, with the placeholders back in their places: secrets that were provided must not be stored,
 * also where the plugin has put them into other words. What is resolved again is the same as what the plugin made.
 */
export function withPlaceholders(
  made: ConnectorConfig,
  original: ConnectorConfig,
  resolved: ResolvedConfig,
  secretKeys: readonly string[],
): ConnectorConfig {
  const secrets = secretKeys.flatMap((key) => placeholdersIn(original[key] ?? '').map(({ text }) => text));
  const replacements = [...new Set(secrets)].flatMap((text) =>
    replacementsOf(text, resolved.provided.get(text)),
  );
  return Object.fromEntries(
    Object.entries(made).map(([key, value]) => {
      const written = original[key];
      if (written !== undefined && value === resolved.config[key]) return [key, written];
      return [key, replaced(value, replacements)];
    }),
  );
}

type Replacement = readonly [found: string, text: string];

function replacementsOf(text: string, value: string | undefined): readonly Replacement[] {
  if (!value) return [];
  return Object.entries(FORMS).map(([sign, encode]) => [encode(value), text.replace('${', `\${${sign}`)]);
}

/** In one pass, so that nothing is looked for in the placeholders themselves; the plain form goes before the others. */
function replaced(value: string, replacements: readonly Replacement[]): string {
  const [first, ...rest] = replacements;
  if (!first) return value;
  const [found, text] = first;
  return value
    .split(found)
    .map((part) => replaced(part, rest))
    .join(text);
}
