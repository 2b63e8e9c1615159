import { dottedName, isReference, type SourceFile, type SyntaxNode, walk } from './source-tree.ts';

/** What pure cores may import from other packages: types, assertions, and the protocol's values. */
const CORE_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'broker/src/core/': [
    '@millrace/foundation/types',
    '@millrace/foundation/assert',
    '@millrace/protocol',
    '@millrace/protocol/messages',
    '@millrace/protocol/internal',
    '@millrace/protocol/records',
  ],
  'connect-runtime/src/core/': ['@millrace/foundation/types', '@millrace/foundation/assert'],
};

/** Names that reach outside a decision, and what stands in for them. */
const IMPURE_NAMES: Readonly<Record<string, string>> = {
  Promise: 'return effects, and let the shell wait',
  Date: 'take `now: Now` as an argument',
  Temporal: 'take `now: Now` as an argument',
  performance: 'take `now: Now` as an argument',
  crypto: 'take the id as an argument: the shell has the Random port',
  setTimeout: 'return a timer effect',
  setInterval: 'return a timer effect',
  setImmediate: 'return a timer effect',
  queueMicrotask: 'return a timer effect',
  clearTimeout: 'return a cancel effect',
  clearInterval: 'return a cancel effect',
  process: 'take it as an argument',
  globalThis: 'take it as an argument',
  console: 'return what happened: the shell logs',
  fetch: 'return an effect',
};

/** Whatever makes a core depend on more than its arguments. */
export function purityFindings(file: SourceFile): string[] {
  const core = Object.keys(CORE_MAY_IMPORT).find((folder) => file.path.startsWith(folder));
  if (core === undefined || file.isTest) return [];
  const findings: string[] = [];
  for (const { specifier, line } of file.imports) {
    if (specifier.startsWith('.') || CORE_MAY_IMPORT[core]?.includes(specifier)) continue;
    findings.push(
      `${file.at(line)} a core imports ${specifier}: it may import ${CORE_MAY_IMPORT[core]?.join(', ')}`,
    );
  }
  walk(file.syntax, (node, parent, field) => {
    const problem = impurity(node, parent, field);
    if (problem) findings.push(`${file.at(file.line(node.start))} ${problem}`);
  });
  return findings;
}

function impurity(node: SyntaxNode, parent: SyntaxNode | null, field: string): string | null {
  if (node.async === true) return 'async in a core: return effects, and let the shell wait';
  if (node.type === 'AwaitExpression') return 'await in a core: return effects, and let the shell wait';
  if (node.type === 'ForOfStatement' && node.await === true) return 'for await in a core: the shell reads';
  if (node.type === 'ImportExpression') return 'import() in a core: import at the top';
  if (dottedName(node) === 'Math.random') return 'Math.random in a core: take the number as an argument';
  if (node.type !== 'Identifier' || !isReference(parent, field)) return null;
  const name = String(node.name);
  return Object.hasOwn(IMPURE_NAMES, name) ? `${name} in a core: ${IMPURE_NAMES[name]}` : null;
}
