import { dottedName, isReference, type SourceFile, type SyntaxNode, walk } from './source-tree.ts';

/** File names that say nothing, and what to do instead. */
const BANNED_FILE_NAMES: Readonly<Record<string, string>> = {
  utils: 'name the file by the noun it exports',
  util: 'name the file by the noun it exports',
  helpers: 'name the file by the noun it exports',
  helper: 'name the file by the noun it exports',
  common: 'name the file by the noun it exports, and put it where it belongs',
  misc: 'name the file by the noun it exports',
  manager: 'split it by command, and name each file by what it does',
};

interface BannedName {
  /** `Object.member`, or a type of node. */
  readonly name: string;
  readonly instead: string;
  /** Where the ban holds. */
  readonly where: RegExp;
  /** Files that may, each with the reason. */
  readonly except: Readonly<Record<string, string>>;
}

/** What users run; not tests, benchmarks and the folders that show a page to its maker. */
const SHIPPED = /^(?!test\/|bench\/|scripts\/|[^/]+\/dev\/|(?:connectors|plugins)\/[^/]+\/test\/)/;

const CLOCK_EXCEPT = {
  'broker/src/storage/log-writer.ts': 'measures how long the disk takes, which is what it decides by',
};

const BANNED_NAMES: readonly BannedName[] = [
  {
    name: 'Math.random',
    instead: 'take the Random port of @millrace/foundation',
    where: SHIPPED,
    except: {
      'ui/src/api/live.ts': 'the browser has no ports; jitter of its reconnects',
    },
  },
  {
    name: 'Date.now',
    instead: 'take the Clock port of @millrace/foundation',
    where: /^broker\/src\//,
    except: {},
  },
  {
    name: 'performance.now',
    instead: 'take the Clock port of @millrace/foundation',
    where: /^broker\/src\//,
    except: CLOCK_EXCEPT,
  },
  {
    name: 'new Date()',
    instead: 'take the Clock port of @millrace/foundation',
    where: /^broker\/src\//,
    except: {},
  },
  {
    name: 'setTimeout',
    instead: 'take the Timers port of @millrace/foundation',
    where: /^broker\/src\//,
    except: {},
  },
  {
    name: 'setInterval',
    instead: 'take the Timers port of @millrace/foundation',
    where: /^broker\/src\//,
    except: {},
  },
];

/** Comments that leave a door open; `what` is the pattern as a reader would say it. */
const BANNED_COMMENTS: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, message: 'mend it now, or say in the docs what is missing' },
  { pattern: /@ts-ignore|@ts-nocheck/, message: 'use @ts-expect-error with a reason, or better a type' },
  { pattern: /@ts-expect-error\s*$/m, message: '@ts-expect-error needs a reason behind it' },
  { pattern: /biome-ignore[^:\n]*(?::\s*(?:<explanation>)?\s*)?$/m, message: 'biome-ignore needs a reason' },
];

const TEST_FUNCTIONS = ['it', 'test', 'describe', 'suite'];
const ALONE: Readonly<Record<string, string>> = {
  only: 'runs alone: all tests run',
  skip: 'use skipIf with a condition, and print the reason',
  todo: 'write the test, or leave it out',
};

/** What a file holds of the tables above. */
export function bannedFindings(file: SourceFile): string[] {
  const findings = [...fileNameFindings(file), ...commentFindings(file)];
  if (file.isGenerated) return findings;
  walk(file.syntax, (node, parent, field) => {
    const problem = bannedName(file, node, parent, field) ?? (file.isTest ? bannedTest(node) : null);
    if (problem) findings.push(`${file.at(file.line(node.start))} ${problem}`);
  });
  return findings;
}

function fileNameFindings({ path }: SourceFile): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/(?:\.(?:test|d))?\.[a-z]+$/, '');
  const findings = name
    .split(/[-.]/)
    .filter((word) => Object.hasOwn(BANNED_FILE_NAMES, word))
    .map((word) => `${path} is named "${word}": ${BANNED_FILE_NAMES[word]}`);
  if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(name)) findings.push(`${path} is not in kebab-case`);
  return findings;
}

function commentFindings(file: SourceFile): string[] {
  // The tables of this rule name what they forbid.
  if (file.path.startsWith('test/architecture/')) return [];
  const findings: string[] = [];
  for (const [index, line] of file.text.split('\n').entries()) {
    const comment = /(?:^|\s)(?:\/\/|\/?\*)(.*)$/.exec(line)?.[1];
    if (comment === undefined) continue;
    for (const { pattern, message } of BANNED_COMMENTS) {
      if (pattern.test(comment)) findings.push(`${file.at(index + 1)} "${comment.trim()}": ${message}`);
    }
  }
  return findings;
}

function bannedName(
  file: SourceFile,
  node: SyntaxNode,
  parent: SyntaxNode | null,
  field: string,
): string | null {
  if (/\.test\.tsx?$/.test(file.path) || file.path === 'foundation/src/system-ports.ts') return null;
  const name = writtenName(node, parent, field);
  const ban = BANNED_NAMES.find((row) => row.name === name && row.where.test(file.path));
  if (!ban || Object.hasOwn(ban.except, file.path)) return null;
  return `${ban.name}: ${ban.instead}`;
}

function writtenName(node: SyntaxNode, parent: SyntaxNode | null, field: string): string | null {
  if (node.type === 'Identifier') return isReference(parent, field) ? String(node.name) : null;
  if (node.type !== 'NewExpression') return dottedName(node);
  const callee = node.callee as SyntaxNode;
  return callee.name === 'Date' && (node.arguments as unknown[]).length === 0 ? 'new Date()' : null;
}

function bannedTest(node: SyntaxNode): string | null {
  const [object, member] = dottedName(node)?.split('.') ?? [];
  if (object !== undefined && member !== undefined && TEST_FUNCTIONS.includes(object)) {
    return Object.hasOwn(ALONE, member) ? `${object}.${member}: ${ALONE[member]}` : null;
  }
  if (node.type !== 'CallExpression' || (node.callee as SyntaxNode).name !== 'expect') return null;
  const [argument] = node.arguments as SyntaxNode[];
  return argument?.type === 'Literal' && argument.value === true
    ? 'expect(true): expect what the code under test gave'
    : null;
}

/** Exceptions that nothing needs any more. */
export function staleExceptions(files: readonly SourceFile[]): string[] {
  return BANNED_NAMES.flatMap((ban) =>
    Object.keys(ban.except)
      .filter((path) => !files.some((file) => file.path === path && file.text.includes(ban.name)))
      .map((path) => `${path} needs no exception for ${ban.name}`),
  );
}
