import { type ConfigValue, matches } from '@millrace/sdk';

/** The way to a field: one name, or several where it is nested. Never empty. */
export type FieldPath = readonly string[];

/** The option that all transforms with field names have; Kafka's own have it in ExtractField alone (KIP-821). */
export const fieldSyntaxOption = {
  type: 'string',
  default: 'V1',
  importance: 'medium',
  docs: 'V1: a field is named by its name. V2: dots lead into nested fields, as in address.city; a name that has dots itself stands in backticks.',
  validate: matches(/^v[12]$/i, 'V1 or V2'),
  recommend: ['V1', 'V2'],
} as const;

/** The option that most of Kafka's transforms have (KIP-1040). */
export const nullOption = {
  type: 'boolean',
  default: true,
  importance: 'medium',
  docs: 'A null becomes the default of its field, where the schema has one.',
} as const;

/**
 * Reads a path in the grammar of KIP-821: steps between dots; a step in backticks may hold dots, and backticks of its own, which
 * need a backslash only where a dot follows.
 * @throws {SyntaxError} for a backtick that is not closed, and for an empty path
 */
export function parseFieldPath(text: string, version: string): FieldPath {
  if (version.toUpperCase() === 'V1') return [text];
  if (text === '') throw new SyntaxError('must not be an empty path');
  const steps: string[] = [];
  let index = 0;
  while (index < text.length) {
    const step = text[index] === '`' ? quotedStep(text, index) : plainStep(text, index);
    steps.push(step.name);
    index = step.next;
  }
  if (text.endsWith('.')) steps.push('');
  return steps;
}

interface Step {
  readonly name: string;
  readonly next: number;
}

function plainStep(text: string, start: number): Step {
  const dot = text.indexOf('.', start);
  const end = dot === -1 ? text.length : dot;
  return { name: text.slice(start, end), next: end + 1 };
}

function quotedStep(text: string, opened: number): Step {
  let name = '';
  for (let index = opened + 1; index < text.length; index++) {
    const char = text[index] as string;
    const closes = char === '`' && (index === text.length - 1 || text[index + 1] === '.');
    if (!closes) name += char;
    else if (text[index - 1] !== '\\') return { name, next: index + 2 };
    else name = `${name.slice(0, -1)}\``;
  }
  throw new SyntaxError(`has a backtick that is not closed at position ${opened} of "${text}"`);
}

/** Checks an option that holds paths; `pathOf` gives the path in an item, or what is wrong with the item. */
export function checksPaths(
  pathOf: (item: string) => string | { readonly problem: string } = (item) => item,
) {
  return (value: ConfigValue, all: Readonly<Record<string, ConfigValue>>): string | null => {
    const version = String(all['field.syntax.version'] ?? 'V1');
    for (const item of Array.isArray(value) ? value : value === null ? [] : [String(value)]) {
      const path = pathOf(item);
      if (typeof path !== 'string') return path.problem;
      try {
        parseFieldPath(path, version);
      } catch (error) {
        return (error as SyntaxError).message;
      }
    }
    return null;
  };
}
