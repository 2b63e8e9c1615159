import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** The repository's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** One import, export-from or `import()` of a literal. */
export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
}

/** A node of the syntax tree, as far as the rules look at it. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** One file as the rules see it. A planted one is made from a path and a text, and never touches the disk. */
export class SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  #imports: readonly ImportSite[] | null = null;
  #syntax: SyntaxNode | null = null;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  get isTest(): boolean {
    return (
      /\.test\.tsx?$/.test(this.path) || /^(test|bench|(connectors|plugins)\/[^/]+\/test)\//.test(this.path)
    );
  }

  get isGenerated(): boolean {
    return /^\/\/ Generated /.test(this.text);
  }

  get imports(): readonly ImportSite[] {
    this.#imports ??= importsOf(this);
    return this.#imports;
  }

  get syntax(): SyntaxNode {
    this.#syntax ??= parseSync(this.path, this.text).program as unknown as SyntaxNode;
    return this.#syntax;
  }

  line(position: number): number {
    return this.text.slice(0, position).split('\n').length;
  }

  /** How a finding names its place. */
  at(line: number): string {
    return `${this.path}:${line}`;
  }
}

function importsOf(file: SourceFile): readonly ImportSite[] {
  const { module } = parseSync(file.path, file.text);
  const sites: ImportSite[] = module.staticImports.map(({ moduleRequest }) => ({
    specifier: moduleRequest.value,
    line: file.line(moduleRequest.start),
  }));
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest) sites.push({ specifier: moduleRequest.value, line: file.line(moduleRequest.start) });
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(['"`])([^$]+)\1$/.exec(file.text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2]) sites.push({ specifier: literal[2], line: file.line(moduleRequest.start) });
  }
  return sites;
}

/** Every file that git tracks or would track, by path. */
export const trackedPaths: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

export function readTracked(path: string): SourceFile {
  return new SourceFile(path, readFileSync(join(root, path), 'utf8'));
}

/** Every TypeScript file of ours. */
export const sourceFiles: readonly SourceFile[] = trackedPaths
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('test/fixtures/'))
  .map(readTracked);

/** Calls `visit` for each node, with its parent and the field that it stands in. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | null, field: string) => void,
  parent: SyntaxNode | null = null,
  field = '',
): void {
  visit(node, parent, field);
  for (const key of Object.keys(node)) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, node, key);
    }
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

const NAMING_FIELDS: ReadonlyMap<string, string> = new Map([
  ['MemberExpression', 'property'],
  ['Property', 'key'],
  ['MethodDefinition', 'key'],
  ['PropertyDefinition', 'key'],
  ['TSPropertySignature', 'key'],
  ['TSMethodSignature', 'key'],
  ['TSQualifiedName', 'right'],
]);

/** Whether an identifier refers to a value or type, rather than naming a member. */
export function isReference(parent: SyntaxNode | null, field: string): boolean {
  if (parent === null || NAMING_FIELDS.get(parent.type) !== field) return true;
  return parent.computed === true || parent.shorthand === true;
}

/** `object.property` of a member access that is written out, else null. */
export function dottedName(node: SyntaxNode): string | null {
  if (node.type !== 'MemberExpression' || node.computed === true) return null;
  const object = node.object as SyntaxNode;
  const property = node.property as SyntaxNode;
  return object.type === 'Identifier' ? `${String(object.name)}.${String(property.name)}` : null;
}
