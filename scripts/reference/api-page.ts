import { type ExportedName, publicApi } from './public-api.ts';

const KINDS: readonly (readonly [ExportedName['kind'], string])[] = [
  ['function', 'Functions'],
  ['class', 'Classes'],
  ['value', 'Values'],
  ['interface', 'Interfaces'],
  ['type', 'Types'],
];

/** Everything that a package exports, as a page. */
export function apiPage(title: string, intro: string, entry: string): string {
  const names = publicApi(entry);
  const parts = KINDS.flatMap(([kind, heading]) => {
    const some = names.filter((one) => one.kind === kind);
    return some.length === 0 ? [] : [`## ${heading}`, ...some.map(nameText)];
  });
  return [`# ${title}`, intro, ...parts].join('\n\n').concat('\n');
}

function nameText({ name, docs, declaration }: ExportedName): string {
  return [`### ${name}`, paragraph(docs), `\`\`\`ts\n${declaration}\n\`\`\``]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `{@link x}` is for editors. */
function paragraph(docs: string): string {
  return docs.replaceAll(/\{@link ([^}]+)\}/g, '`$1`');
}
