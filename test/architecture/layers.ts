import { posix } from 'node:path';
import type { SourceFile } from './source-tree.ts';

/**
 * Who may import whom, by the first folder that matches. What is not listed is forbidden; a package may always import
 * itself, and packages from outside are a matter of its package.json (Biome holds that).
 */
const MAY_IMPORT: readonly (readonly [folder: string, allowed: readonly string[] | 'everything'])[] = [
  ['foundation', []],
  ['protocol', ['@millrace/foundation']],
  ['client', ['@millrace/protocol', '@millrace/foundation']],
  ['streams', ['@millrace/client', '@millrace/foundation']],
  ['broker', ['@millrace/protocol', '@millrace/foundation', '@millrace/client/connection']],
  ['plugins/sdk', ['@millrace/foundation']],
  ['plugins', ['@millrace/sdk']],
  // BullMQ lives in Redis: connections, errors and streams are the same.
  ['connectors/bullmq', ['@millrace/sdk', '@millrace/connector-redis']],
  ['connectors', ['@millrace/sdk']],
  ['connect-runtime', ['@millrace/sdk', '@millrace/client', '@millrace/foundation']],
  ['rest-api', ['@millrace/foundation']],
  ['ui', ['@millrace/rest-api/contract']],
  ['cli', 'everything'],
  ['test', 'everything'],
  ['bench', 'everything'],
  ['scripts', 'everything'],
];

/** The ends of the tree: nothing imports them. */
const IMPORTED_BY_NOBODY = ['@millrace/cli', '@millrace/test', '@millrace/bench'];

/** Doors to a package's pure core, open to the simulator and the benchmarks alone. */
const CORE_DOOR = /^@millrace\/[^/]+\/core\//;
const MAY_USE_CORE_DOORS = ['test/simulation/', 'bench/'];

/** Doors to a package's equipment for tests: the acceptance suite, drivers, harnesses. */
const TESTING_DOOR = /^@millrace\/[^/]+\/testing(?:\/|$)/;

/** Requests and responses of Kafka's APIs: in the broker a matter of `src/apis`, which answers them, and
 * `src/peers`, which asks other nodes. */
const WIRE_DOOR = '@millrace/protocol/messages';
const KNOWS_NO_WIRE = /^broker\/src\/(?!apis\/|peers\/|testing\/)/;

/** Doors that are allowed alone: the rest of their package stays shut. */
const EXACT_DOORS = new Set(['@millrace/client/connection', '@millrace/rest-api/contract']);

/**
 * Rooms within a package: which of its own rooms a room may import. A file belongs to the longest room that matches;
 * a file named here is a room of its own. Rooms that are not listed may import all of them.
 */
const ROOMS: readonly {
  readonly source: string;
  readonly rooms: Readonly<Record<string, readonly string[]>>;
}[] = [
  {
    source: 'broker/src',
    rooms: {
      core: [],
      storage: ['core'],
      runtime: ['core', 'storage'],
      apis: ['core', 'runtime'],
      peers: ['core', 'runtime'],
      network: ['core', 'runtime', 'apis'],
    },
  },
  {
    source: 'connect-runtime/src',
    rooms: {
      core: [],
      protocol: ['core'],
      storage: ['core'],
      // The control plane never runs plugin code: only a task host loads it.
      'plugins/plugin-loader.ts': ['core', 'plugins'],
      plugins: ['core', 'tasks'],
      tasks: ['core', 'plugins'],
      secrets: ['core', 'storage', 'tasks', 'worker-config.ts'],
      'tasks/host': ['core', 'tasks', 'plugins', 'plugins/plugin-loader.ts', 'secrets', 'records'],
      records: [],
      'dead-letters': ['core', 'records', 'plugins'],
      preview: ['core', 'plugins', 'tasks', 'secrets'],
      metrics: ['core', 'tasks'],
      herder: ['core', 'protocol', 'storage', 'secrets', 'plugins', 'tasks', 'worker-config.ts'],
    },
  },
  { source: 'rest-api/src', rooms: { contract: [] } },
];

/** Files that put a package's rooms together, and so may import all of them. */
const COMPOSITION: ReadonlySet<string> = new Set([
  'broker/src/runtime/broker.ts',
  'broker/src/runtime/broker-core.ts',
]);

/** What a file imports against the tables above. */
export function layerFindings(file: SourceFile): string[] {
  const findings: string[] = [];
  for (const { specifier, line } of file.imports) {
    const problem = problemOf(file, specifier);
    if (problem) findings.push(`${file.at(line)} ${problem}`);
  }
  return findings;
}

function problemOf(file: SourceFile, specifier: string): string | null {
  if (specifier.startsWith('.'))
    return relativeProblem(file.path, posix.join(posix.dirname(file.path), specifier));
  if (TESTING_DOOR.test(specifier) && !file.isTest && !file.path.includes('/src/testing/'))
    return `imports ${specifier}: what stands behind it is for tests alone`;
  if (specifier === WIRE_DOOR && KNOWS_NO_WIRE.test(file.path) && !file.isTest)
    return `imports ${specifier}: requests and responses are taken apart and made in broker/src/apis and broker/src/peers`;
  return specifier.startsWith('@millrace/') ? packageProblem(file.path, specifier) : null;
}

function packageProblem(path: string, specifier: string): string | null {
  const [scope, name, ...door] = specifier.split('/');
  if (door.includes('src')) return `imports ${specifier}: use what the package exports`;
  if (CORE_DOOR.test(specifier) && !MAY_USE_CORE_DOORS.some((folder) => path.startsWith(folder)))
    return `imports ${specifier}: only the simulator and benchmarks go into a core`;
  const target = `${scope}/${name}`;
  const row = MAY_IMPORT.find(([folder]) => path.startsWith(`${folder}/`));
  if (row === undefined) return `imports ${specifier}, but no layer is named for this folder`;
  const [folder, allowed] = row;
  if (IMPORTED_BY_NOBODY.includes(target) && !mayUseTheEnds(folder, target))
    return `imports ${specifier}: nothing imports cli, test or bench`;
  if (allowed === 'everything') return null;
  const permitted = allowed.some((door) => specifier === door || (!EXACT_DOORS.has(door) && target === door));
  return permitted
    ? null
    : `imports ${specifier}: ${folder} may import ${allowed.join(', ') || 'nothing of ours'}`;
}

/** Tests and benchmarks run the command and share `test/support` among themselves. */
function mayUseTheEnds(folder: string, target: string): boolean {
  return (folder === 'test' || folder === 'bench') && target !== '@millrace/bench';
}

function relativeProblem(from: string, to: string): string | null {
  if (packageOf(from) !== packageOf(to)) return `imports ${to} by its path: use what the package exports`;
  const place = ROOMS.find(({ source }) => from.startsWith(`${source}/`));
  if (place === undefined || COMPOSITION.has(from) || /\.test\.tsx?$/.test(from)) return null;
  const own = roomOf(place, from);
  const other = roomOf(place, to);
  if (own === null || other === own || place.rooms[own]?.includes(other ?? posix.relative(place.source, to)))
    return null;
  const allowed = [own, ...(place.rooms[own] ?? [])].join(', ');
  return `imports ${to}: ${place.source}/${own} may import ${allowed} of its package`;
}

function roomOf(place: (typeof ROOMS)[number], path: string): string | null {
  const inside = posix.relative(place.source, path);
  const matches = Object.keys(place.rooms).filter((room) => inside === room || inside.startsWith(`${room}/`));
  return matches.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

/** The folder of the package that a path is in; shelves hold packages one level down. */
export function packageOf(path: string): string {
  return /^(?:plugins|connectors)\/[^/]+|^[^/]+/.exec(path)?.[0] ?? '';
}
