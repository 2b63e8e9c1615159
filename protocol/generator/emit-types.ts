import type { ResolvedField, ResolvedStructure } from '../src/schema/resolve.ts';
import { isNullable, isOptional, type Side, typeText } from './values.ts';

/** The two interfaces of a structure: what decoding gives and what encoding takes. */
export function emitTypes(structure: ResolvedStructure): string[] {
  return [...emitInterface(structure, 'value'), '', ...emitInterface(structure, 'init'), ''];
}

function emitInterface(structure: ResolvedStructure, side: Side): string[] {
  const name = structure.typeName + (side === 'init' ? 'Init' : '');
  if (structure.fields.length === 0) return [`export type ${name} = Readonly<Record<string, never>>;`];
  return [
    `export interface ${name} {`,
    ...structure.fields.map((field) => `  ${emitProperty(field, structure, side)}`),
    '}',
  ];
}

function emitProperty(field: ResolvedField, owner: ResolvedStructure, side: Side): string {
  const type = typeText(field.type, side) + (isNullable(field) ? ' | null' : '');
  if (side === 'init' && isOptional(field, owner)) return `readonly ${field.name}?: ${type} | undefined;`;
  return `readonly ${field.name}: ${type};`;
}
