import type { ResolvedField, ResolvedStructure, ResolvedType } from '../src/schema/resolve.ts';
import { covers, intersect, type VersionRange } from '../src/schema/versions.ts';
import { branch, type Condition, indent, within } from './conditions.ts';
import { defaultText, differsText, isNullable, isOptional, typeText } from './values.ts';

/** The function that writes a structure: for each field its value, or the check that its value may be dropped. */
export function emitEncode(structure: ResolvedStructure, flexible: VersionRange): string[] {
  const { typeName, fields, range } = structure;
  const untagged = fields.filter((field) => field.tag === null);
  const tagged = fields.filter((field) => field.tag !== null);
  return [
    `function encode${typeName}(w: Writer, version: number, value: ${typeName}Init): void {`,
    ...indent(untagged.flatMap((field) => encodeField(field, structure))),
    ...indent(tagged.flatMap((field) => [initialValue(field, structure), ...refusal(field, structure)])),
    ...indent(branch(within(flexible, range), encodeTags(tagged, intersect(flexible, range)))),
    '}',
    '',
  ];
}

/** The test whether a structure has nothing but defaults, for those that stand in a field of their own. */
export function emitIsDefault(structure: ResolvedStructure): string[] {
  const tests = structure.fields.map((field) => {
    const given = initText(field, structure, `value.${field.name}`);
    return `!(${differsText(field, given.includes(' ') ? `(${given})` : given)})`;
  });
  return [
    `function isDefault${structure.typeName}(value: ${structure.typeName}Init): boolean {`,
    `  return value === DEFAULT_${structure.typeName} || (${tests.length === 0 ? 'true' : tests.join(' && ')});`,
    '}',
    '',
  ];
}

/** What stands for a structure that is not carried, both ways. */
export function emitDefault(structure: ResolvedStructure): string[] {
  const fields = structure.fields.map((field) => `${field.name}: ${defaultText(field)}`);
  return [`const DEFAULT_${structure.typeName}: ${structure.typeName} = { ${fields.join(', ')} };`];
}

function local(field: ResolvedField): string {
  return `${field.name}_`;
}

function initText(field: ResolvedField, owner: ResolvedStructure, expression: string): string {
  if (!isOptional(field, owner)) return expression;
  const fallback = defaultText(field);
  if (!isNullable(field) || field.default === null) return `${expression} ?? ${fallback}`;
  return `${expression} === undefined ? ${fallback} : ${expression}`;
}

function initialValue(field: ResolvedField, owner: ResolvedStructure): string {
  const type = typeText(field.type, 'init') + (isNullable(field) ? ' | null' : '');
  return `const ${local(field)}: ${type} = ${initText(field, owner, `value.${field.name}`)};`;
}

/** In versions that lack a field, a value that may not be dropped is refused. */
function refusal(field: ResolvedField, owner: ResolvedStructure): string[] {
  if (field.ignorable || covers(field.range, owner.range)) return [];
  const present = within(field.range, owner.range);
  const test = `${typeof present === 'string' ? `!(${present}) && ` : ''}${differsText(field, local(field))}`;
  return [`if (${test}) throw fieldNotInVersion('${owner.typeName}', '${field.name}', version);`];
}

function encodeField(field: ResolvedField, owner: ResolvedStructure): string[] {
  const present = within(field.range, owner.range);
  const writing = writeField(field, owner, field.range);
  if (present === true || !field.ignorable) {
    return [initialValue(field, owner), ...refusal(field, owner), ...branch(present, writing)];
  }
  return branch(present, [initialValue(field, owner), ...writing]);
}

/** Statements that write a field, known to be carried. */
function writeField(field: ResolvedField, owner: ResolvedStructure, around: VersionRange): string[] {
  const { type } = field;
  const name = local(field);
  const nullable = within(field.nullable, around);
  const guard = (): string[] => {
    if (!isNullable(field) || nullable === true) return [];
    const outside = typeof nullable === 'string' ? `!(${nullable}) && ` : '';
    return [
      `if (${outside}${name} === null) throw nullNotInVersion('${owner.typeName}', '${field.name}', version);`,
    ];
  };
  const flexible = within(field.flexible, around);
  if (type.kind === 'array') return [...guard(), ...writeArray(field, type.element, flexible)];
  if (type.kind === 'structure') return [...guard(), ...writeStructure(field, nullable)];
  const suffix = isNullable(field) && sized(type) ? 'nullable' : '';
  if (!sized(type)) return [`w.${type.primitive}(${name});`];
  return [
    ...guard(),
    ...branch(
      flexible,
      [`w.${method('compact', suffix, type.primitive)}(${name});`],
      [`w.${method('', suffix, type.primitive)}(${name});`],
    ),
  ];
}

function sized(type: ResolvedType): boolean {
  return type.kind === 'primitive' && ['string', 'bytes', 'records'].includes(type.primitive);
}

function method(...words: string[]): string {
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function writeStructure(field: ResolvedField, nullable: Condition): string[] {
  if (field.type.kind !== 'structure') throw new TypeError('not a structure');
  const encode = `encode${field.type.structure.typeName}(w, version, ${local(field)});`;
  if (!isNullable(field)) return [encode];
  return [
    `if (${local(field)} === null) {`,
    '  w.int8(-1);',
    '} else {',
    ...indent(branch(nullable, ['w.int8(1);'])),
    `  ${encode}`,
    '}',
  ];
}

function writeArray(field: ResolvedField, element: ResolvedType, flexible: Condition): string[] {
  const name = local(field);
  const fill = [
    ...branch(flexible, [`w.compactArrayLength(${name}.length);`], [`w.arrayLength(${name}.length);`]),
    `for (const item of ${name}) ${writeElement(element, flexible)}`,
  ];
  if (!isNullable(field)) return fill;
  return [
    `if (${name} === null) {`,
    ...indent(branch(flexible, ['w.compactArrayLength(-1);'], ['w.arrayLength(-1);'])),
    '} else {',
    ...indent(fill),
    '}',
  ];
}

function writeElement(element: ResolvedType, flexible: Condition): string {
  if (element.kind === 'structure') return `encode${element.structure.typeName}(w, version, item);`;
  if (element.kind === 'array') throw new TypeError('an array of arrays');
  const { primitive } = element;
  if (!sized(element) || flexible === false) return `w.${primitive}(item);`;
  const compact = `w.${method('compact', primitive)}(item);`;
  return flexible === true ? compact : `if (${flexible}) ${compact} else w.${primitive}(item);`;
}

function encodeTags(tagged: readonly ResolvedField[], around: VersionRange): string[] {
  if (tagged.length === 0) return ['w.unsignedVarint(0);'];
  const tests = tagged.map((field) => {
    const present = within(field.range, around);
    const differs = differsText(field, local(field));
    return { field, test: present === true ? differs : `${present} && ${differs}` };
  });
  const inOrder = [...tests].sort((a, b) => (a.field.tag ?? 0) - (b.field.tag ?? 0));
  return [
    ...inOrder.map(({ field, test }) => `const has_${field.name} = ${test};`),
    `w.unsignedVarint(${inOrder.map(({ field }) => `(has_${field.name} ? 1 : 0)`).join(' + ')});`,
    ...inOrder.flatMap(({ field }) => [
      `if (has_${field.name}) {`,
      ...indent([`const mark = w.beginTag(${field.tag});`, ...writeTagged(field), 'w.endTag(mark);']),
      '}',
    ]),
  ];
}

function writeTagged(field: ResolvedField): string[] {
  const owner: ResolvedStructure = { typeName: '', range: field.range, fields: [] };
  return writeField(field, owner, field.range);
}
