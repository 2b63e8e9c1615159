import type { ResolvedField, ResolvedStructure, ResolvedType } from '../src/schema/resolve.ts';
import { intersect, isEmpty, type VersionRange } from '../src/schema/versions.ts';
import { branch, type Condition, choose, indent, within } from './conditions.ts';
import { defaultText, isNullable, minElementBytes, typeText } from './values.ts';

/** The function that reads a structure: one statement a field, in wire order. */
export function emitDecode(structure: ResolvedStructure, flexible: VersionRange): string[] {
  const { typeName, fields } = structure;
  const tagged = fields.filter((field) => field.tag !== null);
  return [
    `function decode${typeName}(r: Reader, version: number): ${typeName} {`,
    ...indent(
      fields.filter((field) => field.tag === null).flatMap((field) => decodeField(field, structure.range)),
    ),
    ...indent(tagged.map((field) => declaration(field))),
    ...indent(decodeTags(tagged, flexible, structure.range)),
    ...indent(['return {', ...fields.map((field) => `  ${field.name}: ${local(field)},`), '};']),
    '}',
    '',
  ];
}

/** A field's name may be a word of the language, or one that the generated code uses itself. */
function local(field: ResolvedField): string {
  return `${field.name}_`;
}

function declaration(field: ResolvedField): string {
  if (field.type.kind === 'array' && !isNullable(field)) {
    return `const ${local(field)}: ${typeText(field.type.element, 'value')}[] = [];`;
  }
  const type = typeText(field.type, 'value') + (isNullable(field) ? ' | null' : '');
  return `let ${local(field)}: ${type} = ${defaultText(field)};`;
}

function decodeField(field: ResolvedField, around: VersionRange): string[] {
  const present = within(field.range, around);
  if (field.type.kind === 'array' || (field.type.kind === 'structure' && isNullable(field))) {
    const read = decodeInto(field, intersect(field.range, around));
    const scoped = present === true && isNullable(field) ? ['{', ...indent(read), '}'] : read;
    return [declaration(field), ...branch(present, scoped)];
  }
  const read = readText(field.type, field, intersect(field.range, around));
  const wrapped = present === true || present === false || !read.includes(' ? ') ? read : `(${read})`;
  return [`const ${local(field)} = ${choose(present, wrapped, defaultText(field))};`];
}

/** Statements that read a field, known to be there, into its variable. */
function decodeInto(field: ResolvedField, around: VersionRange): string[] {
  const { type } = field;
  if (type.kind === 'array') return decodeArray(field, type.element, around);
  const assignment = `${local(field)} = ${readText(type, field, around)};`;
  if (type.kind === 'structure') {
    return branch(
      within(field.nullable, around),
      [`if (r.int8() < 0) ${local(field)} = null;`, `else ${assignment}`],
      [assignment],
    );
  }
  return [assignment];
}

function decodeArray(field: ResolvedField, element: ResolvedType, around: VersionRange): string[] {
  const length = byForm(field, around, (compact) => {
    const size = minElementBytes(element, formVersions(field, around, compact), compact);
    return byNullability(
      within(field.nullable, around),
      (allowed) => `r.${method(compact, allowed, 'ArrayLength')}(${size})`,
    );
  });
  const read = readElement(element, within(field.flexible, around));
  if (!isNullable(field)) {
    return [
      `const ${lengthName(field)} = ${length};`,
      `for (let i = 0; i < ${lengthName(field)}; i++) ${local(field)}.push(${read});`,
    ];
  }
  const fill = [
    `const items: ${typeText(element, 'value')}[] = [];`,
    `for (let i = 0; i < length; i++) items.push(${read});`,
    `${local(field)} = items;`,
  ];
  return [
    `const length = ${length};`,
    'if (length < 0) {',
    `  ${local(field)} = null;`,
    '} else {',
    ...indent(fill),
    '}',
  ];
}

/** The versions within `around` in which a field has compact form, or has not; `around` where there are none. */
function formVersions(field: ResolvedField, around: VersionRange, compact: boolean): VersionRange {
  const old = isEmpty(field.flexible) ? around : { min: around.min, max: field.flexible.min - 1 };
  const versions = intersect(around, compact ? field.flexible : old);
  return isEmpty(versions) ? around : versions;
}

function lengthName(field: ResolvedField): string {
  return `${field.name}_length`;
}

function readElement(element: ResolvedType, flexible: Condition): string {
  if (element.kind === 'structure') return `decode${element.structure.typeName}(r, version)`;
  if (element.kind === 'array') throw new TypeError('an array of arrays');
  const { primitive } = element;
  if (primitive === 'string' || primitive === 'bytes' || primitive === 'records') {
    const kind = primitive === 'string' ? 'String' : 'Bytes';
    return choose(flexible, `r.${method(true, false, kind)}()`, `r.${method(false, false, kind)}()`);
  }
  return `r.${primitive}()`;
}

function readText(type: ResolvedType, field: ResolvedField, around: VersionRange): string {
  if (type.kind !== 'primitive') return readElement(type, within(field.flexible, around));
  const { primitive } = type;
  if (primitive !== 'string' && primitive !== 'bytes' && primitive !== 'records') return `r.${primitive}()`;
  const kind = primitive === 'string' ? 'String' : 'Bytes';
  return byForm(field, around, (compact) =>
    byNullability(within(field.nullable, around), (allowed) => `r.${method(compact, allowed, kind)}()`),
  );
}

function byForm(field: ResolvedField, around: VersionRange, text: (compact: boolean) => string): string {
  const flexible = within(field.flexible, around);
  const [compact, old] = [text(true), text(false)];
  const bracket = (part: string) =>
    typeof flexible === 'string' && part.includes(' ? ') ? `(${part})` : part;
  return choose(flexible, bracket(compact), bracket(old));
}

function byNullability(nullable: Condition, text: (allowed: boolean) => string): string {
  return choose(nullable, text(true), text(false));
}

function method(compact: boolean, nullable: boolean, kind: 'String' | 'Bytes' | 'ArrayLength'): string {
  const name = (compact ? 'Compact' : '') + (nullable ? 'Nullable' : '') + kind;
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function decodeTags(
  tagged: readonly ResolvedField[],
  flexible: VersionRange,
  around: VersionRange,
): string[] {
  const condition = within(flexible, around);
  if (tagged.length === 0) return branch(condition, ['r.skipTags();']);
  const both = intersect(flexible, around);
  const cases = tagged.flatMap((field) => {
    const present = within(field.range, both);
    const again = field.type.kind === 'array' && !isNullable(field) ? [`${local(field)}.length = 0;`] : [];
    const read = [
      '{',
      ...indent([...again, ...decodeInto(field, intersect(field.range, both)), 'break;']),
      '}',
    ];
    const skip = present === true ? [] : [`if (!(${present})) { r.skipTo(end); break; }`];
    return [`case ${field.tag}: ${read[0]}`, ...indent(skip), ...read.slice(1)];
  });
  return branch(condition, [
    'for (let count = r.unsignedVarint(); count > 0; count--) {',
    '  const tag = r.unsignedVarint();',
    '  const end = r.tagEnd();',
    '  switch (tag) {',
    ...indent(indent([...cases, 'default:', '  r.skipTo(end);'])),
    '  }',
    '  r.closeTag(end);',
    '}',
  ]);
}
