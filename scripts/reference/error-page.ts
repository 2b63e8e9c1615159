/** The codes of errors, read off the sources: object literals with a `code` and a `class`, as `MillraceError` takes them. */
import { readFileSync } from 'node:fs';
import { type Expression, type ObjectExpression, parseSync, Visitor } from 'oxc-parser';
import { markdownTable } from './markdown-table.ts';

interface Found {
  readonly classes: Set<string>;
  readonly packages: Set<string>;
  hint: string;
}

const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;
const WHAT_HAPPENS = [
  ['`transient`', 'tried again, with growing waits'],
  ['`throttled`', 'tried again, as late as the other side asks'],
  ['`poison`', 'the record at fault goes to the dead letters, or fails the task'],
  ['`auth`', 'stops until somebody gives rights'],
  ['`config`', 'stops until somebody changes the config'],
  ['`bug`', 'ours, or of a plugin, to be mended'],
] as const;
const CLASSES: ReadonlySet<string> = new Set(WHAT_HAPPENS.map(([name]) => name.replaceAll('`', '')));

/** `files` from the repository's root. */
export function errorPage(files: readonly string[]): string {
  const codes = new Map<string, Found>();
  for (const file of files) collect(file, codes);
  const rows = [...codes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { classes, packages, hint }]) => [
      `\`${code}\``,
      [...classes].sort().join(', '),
      [...packages].sort().join(', '),
      hint,
    ]);
  return [
    '# Errors',
    [
      'Every error has the same shape, over REST, on the command line, in the page and in the log: `code` is stable and never used again for something else; `class` says what happens next;',
      '`message` is one sentence about what happened, `hint` one about what to do; `path` is the config key or JSON pointer at fault. Of a hint with names in it the table has `…` in their place.',
    ].join('\n'),
    markdownTable(['class', 'what happens next'], WHAT_HAPPENS),
    "What Kafka's protocol can answer keeps Kafka's code and meaning, such as `UNKNOWN_TOPIC_OR_PARTITION`.",
    markdownTable(['code', 'class', 'from', 'what to do'], rows),
  ]
    .join('\n\n')
    .concat('\n');
}

function collect(file: string, into: Map<string, Found>): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('code')) return;
  const visitor = new Visitor({ ObjectExpression: (node) => note(file, fieldsOf(node), into) });
  visitor.visit(parseSync(file, text).program);
}

function note(file: string, fields: ReadonlyMap<string, Expression>, into: Map<string, Found>): void {
  const code = literal(fields.get('code'));
  const kind = literal(fields.get('class'));
  if (code === null || !CODE.test(code) || kind === null || !CLASSES.has(kind)) return;
  const found = into.get(code) ?? { classes: new Set(), packages: new Set(), hint: '' };
  found.classes.add(kind);
  found.packages.add(packageOf(file));
  found.hint ||= literal(fields.get('hint')) ?? '';
  into.set(code, found);
}

function fieldsOf(node: ObjectExpression): ReadonlyMap<string, Expression> {
  const fields = new Map<string, Expression>();
  for (const property of node.properties) {
    if (property.type === 'Property') {
      if (property.key.type === 'Identifier') fields.set(property.key.name, property.value);
    }
    // `...{ code: 'X', class: 'bug' }` keeps short literals on one line.
    else if (property.argument.type === 'ObjectExpression')
      for (const [name, value] of fieldsOf(property.argument)) fields.set(name, value);
  }
  return fields;
}

/** The text of a literal; of a template with `…` for what is put in. */
function literal(node: Expression | undefined): string | null {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked).join('…');
  return null;
}

/** `connectors/http` of `connectors/http/src/x.ts`, `broker` of `broker/src/x.ts`. */
const packageOf = (file: string): string => file.slice(0, file.indexOf('/src/'));
