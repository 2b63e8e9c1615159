import type { SourceFile } from './source-tree.ts';

const FOLDER = 'broker/src/apis/';
const NUMBERED = /^(\d{2})-([a-z0-9-]+)\.ts$/;

/** The handler files of the broker: `NN-name.ts`. */
export function isHandler({ path, isTest }: SourceFile): boolean {
  return !isTest && path.startsWith(FOLDER) && /^\d/.test(path.slice(FOLDER.length));
}

/**
 * One API is one schema file and one handler file of the same name. The handler is headed by its four parts, says which
 * access it needs, and stands in `index.ts`.
 */
export function handlerFindings(
  file: SourceFile,
  tree: { readonly index: string; readonly paths: readonly string[] },
): string[] {
  const findings: string[] = [];
  const say = (what: string) => findings.push(`${file.path} ${what}`);
  const name = file.path.slice(FOLDER.length);
  const [, key, words] = NUMBERED.exec(name) ?? [];
  if (key === undefined || words === undefined) return [`${file.path} is not called NN-name.ts`];
  if (!tree.paths.includes(`protocol/schemas/${name}`)) say(`has no schema protocol/schemas/${name}`);
  if (!tree.index.includes(`'./${name}'`)) say(`is not listed in ${FOLDER}index.ts`);
  const api = words.replaceAll(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  for (const problem of headerProblems(api, file.text)) say(problem);
  if (!/^ {2}access: ?(?:'open'|\[)/m.test(file.text))
    say("states no access: what does it ask the authorizer for? ('open' where anyone may)");
  return findings;
}

function headerProblems(api: string, text: string): string[] {
  const headers = [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].map(([comment]) =>
    comment
      .split('\n')
      .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*) ?/, ''))
      .join('\n'),
  );
  // Kafka advertises versions of Produce that it no longer serves, for clients that ask for no others.
  const title = new RegExp(`^${api} v(\\d+)(?:-(\\d+))?(?:, advertised from (\\d+))?$`, 'm');
  const header = headers.find((comment) => title.test(comment));
  if (header === undefined) return [`has no header that begins "${api} v0-4"`];
  const problems: string[] = [];
  const [, from, to = from, advertised = from] = title.exec(header) ?? [];
  const [, min, max] = /^ {2}versions: \[(\d+), (\d+)\]/m.exec(text) ?? [];
  if (advertised !== min || to !== max)
    problems.push(`is headed v${advertised}-${to}, but serves ${min} to ${max}`);
  if (!/^- /m.test(header)) problems.push('lists no behaviours in its header ("- ...")');
  if (!/^Versions: /m.test(header)) problems.push('has no line "Versions: ..." in its header');
  if (!/^Not implemented: /m.test(header)) problems.push('has no line "Not implemented: ..." in its header');
  return problems;
}
