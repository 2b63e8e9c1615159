/**
 * What a package exports, read off its sources: each name with its doc comment and its declaration, bodies left out.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A name that a package exports. */
export interface ExportedName {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'interface' | 'type' | 'value';
  /** The doc comment without its stars; empty where there is none. */
  readonly docs: string;
  /** TypeScript, as it is written, without bodies. */
  readonly declaration: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

interface Module {
  readonly path: string;
  readonly text: string;
  readonly body: readonly Node[];
  readonly comments: readonly {
    readonly type: string;
    readonly value: string;
    readonly start: number;
    readonly end: number;
  }[];
}

const modules = new Map<string, Module>();

function moduleAt(path: string): Module {
  const known = modules.get(path);
  if (known) return known;
  const text = readFileSync(path, 'utf8');
  const { program, comments } = parseSync(path, text);
  const read = { path, text, body: program.body as unknown as readonly Node[], comments };
  modules.set(path, read);
  return read;
}

/** Everything that the entry `path` exports, by name. @throws {Error} where an export can't be followed */
export function publicApi(path: string): readonly ExportedName[] {
  return [...exportsOf(moduleAt(path))].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function exportsOf(module: Module): readonly ExportedName[] {
  return module.body.flatMap((node) => {
    if (node.type === 'ExportAllDeclaration')
      return exportsOf(moduleAt(resolved(module, textOf(node.source))));
    if (node.type !== 'ExportNamedDeclaration') return [];
    const declaration = node.declaration as Node | null;
    if (declaration) return declared(module, node, declaration);
    const from = node.source ? moduleAt(resolved(module, textOf(node.source))) : module;
    return (node.specifiers as readonly Node[]).map((one) => {
      const found = named(from, nameOf(one.local));
      return { ...found, name: nameOf(one.exported) };
    });
  });
}

/** A name of a module, exported there or only declared. */
function named(module: Module, name: string): ExportedName {
  const exported = exportsOf(module).find((one) => one.name === name);
  if (exported) return exported;
  for (const node of module.body) {
    const found = declared(module, node, node).find((one) => one.name === name);
    if (found) return found;
  }
  throw new Error(`${module.path} has no ${name}`);
}

function resolved(module: Module, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(module.path), specifier);
  for (let folder = dirname(module.path); folder !== '/'; folder = dirname(folder)) {
    const manifest = join(folder, 'node_modules', specifier, 'package.json');
    if (!existsSync(manifest)) continue;
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, string> };
    return join(dirname(manifest), exports['.'] ?? '');
  }
  throw new Error(`${module.path}: ${specifier} is not to be found`);
}

const textOf = (source: unknown): string => (source as { readonly value: string }).value;
const nameOf = (identifier: unknown): string => (identifier as { readonly name: string }).name;

/** `outer` is the statement, with `export`, which the doc comment stands before. */
function declared(module: Module, outer: Node, node: Node): readonly ExportedName[] {
  const docs = docsBefore(module, outer.start);
  const text = (from: number, to: number) => module.text.slice(from, to).trim();
  switch (node.type) {
    case 'FunctionDeclaration':
      return [
        { name: nameOf(node.id), kind: 'function', docs, declaration: text(node.start, bodyStart(node)) },
      ];
    case 'ClassDeclaration':
      return [{ name: nameOf(node.id), kind: 'class', docs, declaration: classText(module, node) }];
    case 'TSInterfaceDeclaration':
      return [{ name: nameOf(node.id), kind: 'interface', docs, declaration: text(node.start, node.end) }];
    case 'TSTypeAliasDeclaration':
      return [{ name: nameOf(node.id), kind: 'type', docs, declaration: text(node.start, node.end) }];
    case 'VariableDeclaration':
      return (node.declarations as readonly Node[]).map((one) => ({
        name: nameOf(one.id),
        kind: isFunction(one.init as Node | null) ? 'function' : 'value',
        docs,
        declaration: `const ${valueText(module, one)}`,
      }));
    default:
      return [];
  }
}

const isFunction = (node: Node | null): boolean => node?.type === 'ArrowFunctionExpression';

function bodyStart(node: Node): number {
  return (node.body as Node | null)?.start ?? node.end;
}

function valueText(module: Module, { id, init }: Node): string {
  const name = module.text.slice((id as Node).start, (id as Node).end);
  const value = init as Node | null;
  if (!value || name.includes(':') || !isFunction(value)) return name;
  const head = module.text.slice(value.start, bodyStart(value)).trim();
  return `${name} = ${head.replace(/=>$/, '').trim()} => …`;
}

/** A class with its public members. */
function classText(module: Module, node: Node): string {
  const body = node.body as Node;
  const members = (body.body as readonly Node[])
    .filter((member) => (member.key as Node | undefined)?.type !== 'PrivateIdentifier')
    .filter((member) => member.accessibility !== 'private' && member.accessibility !== 'protected')
    .map((member) => memberText(module, member));
  return `${module.text.slice(node.start, body.start).trim()} {\n${members.join('\n')}\n}`;
}

function memberText(module: Module, member: Node): string {
  const value = member.value as Node | null;
  const end = member.type === 'MethodDefinition' && value ? bodyStart(value) : (value?.start ?? member.end);
  const head = module.text
    .slice(member.start, end)
    .replace(/[=;\s]+$/, '')
    .trim();
  const docs = docsBefore(module, member.start);
  const said = docs === '' ? '' : `  /** ${docs.replaceAll('\n', '\n   * ')} */\n`;
  return `${said}  ${head};`;
}

/** The text of the doc comment that ends right before `start`. */
function docsBefore({ comments, text }: Module, start: number): string {
  const comment = comments.findLast((one) => one.end <= start);
  if (comment?.type !== 'Block' || !comment.value.startsWith('*')) return '';
  if (text.slice(comment.end, start).trim() !== '') return '';
  return comment.value
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}
