import { packageOf } from './layers.ts';

/** A tree by its paths, and the text of each: planted ones are made in memory. */
export interface Tree {
  readonly paths: readonly string[];
  readonly read: (path: string) => string;
}

const SHELVES = ['plugins', 'connectors'];
/** Nothing imports these, so they need no door. */
const ENDS = ['bench', 'cli'];
const CONNECTOR_FILES = ['src/index.ts', 'src/config.ts', 'test/acceptance.test.ts'];
const OPTION_MARKERS = ['<!-- options:start -->', '<!-- options:end -->'];

/** What every package and every connector must have. */
export function packageFindings(tree: Tree): string[] {
  const packages = tree.paths
    .filter((path) => path.endsWith('/package.json') && path === `${packageOf(path)}/package.json`)
    .map(packageOf);
  return [
    ...strayFiles(tree),
    ...packages.flatMap((folder) => [...doorFindings(tree, folder), ...connectorFindings(tree, folder)]),
  ];
}

function doorFindings(tree: Tree, folder: string): string[] {
  const findings: string[] = [];
  const manifest = JSON.parse(tree.read(`${folder}/package.json`));
  if (!tree.paths.includes(`${folder}/README.md`)) findings.push(`${folder} has no README.md`);
  if (manifest.license !== 'Apache-2.0') findings.push(`${folder}/package.json has no license Apache-2.0`);
  if (typeof manifest.exports !== 'object') findings.push(`${folder}/package.json has no exports`);
  const doors = Object.entries<string>(manifest.exports ?? {});
  if (doors.length === 0 && !ENDS.includes(folder)) findings.push(`${folder}/package.json exports nothing`);
  for (const [door, target] of doors) {
    const [start = '', end] = `${folder}/${target.replace('./', '')}`.split('*');
    const leads = (path: string) =>
      path.startsWith(start) && (end === undefined ? path === start : path.endsWith(end));
    if (!tree.paths.some(leads))
      findings.push(`${folder}/package.json: the door ${door} leads to ${target}, which is not there`);
  }
  return findings;
}

function connectorFindings(tree: Tree, folder: string): string[] {
  if (!folder.startsWith('connectors/')) return [];
  const findings = CONNECTOR_FILES.filter((file) => !tree.paths.includes(`${folder}/${file}`)).map(
    (file) => `${folder} has no ${file}`,
  );
  if (!['source', 'sink'].some((side) => tree.paths.includes(`${folder}/src/${side}.ts`)))
    findings.push(`${folder} has neither src/source.ts nor src/sink.ts`);
  const readme = `${folder}/README.md`;
  const text = tree.paths.includes(readme) ? tree.read(readme) : OPTION_MARKERS.join();
  if (!OPTION_MARKERS.every((marker) => text.includes(marker)))
    findings.push(`${readme} has no option table between ${OPTION_MARKERS.join(' and ')}`);
  return findings;
}

/** A shelf holds packages and nothing else: a top-level folder is one or the other, never both. */
function strayFiles(tree: Tree): string[] {
  return tree.paths
    .filter((path) => SHELVES.includes(path.split('/')[0] ?? '') && path.split('/').length === 2)
    .map((path) => `${path} lies on a shelf: put it into a package`);
}
