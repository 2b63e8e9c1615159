import type { SourceFile } from './source-tree.ts';

/** What belongs to one machine or one network, and so into no file that others read. */
const FOREIGN: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /(?<![\w.-])\/work\//, what: "a folder of one developer's machine" },
  { pattern: /(?<![\w.-])\/(?:Users|home)\/(?!node\b|\$|<)[a-z][\w.-]*\//, what: "someone's home folder" },
  { pattern: /(?<![\w.-])\/tmp\/(?:bash_jobs|brief)/, what: "a folder of one developer's machine" },
  {
    pattern: /registry\.npmjs\.org|registry\.yarnpkg\.com|npm\.pkg\.github\.com/,
    what: 'a package registry',
  },
  { pattern: /"resolved": "https?:/, what: 'the address of a package registry' },
  { pattern: /^\s*(?:registry|proxy|https-proxy)\s*=/m, what: 'a package registry or a proxy' },
  { pattern: /Co-authored-by:|Generated with \[/i, what: 'a line for a commit' },
];

/** Lines of a tracked file that tell where it was written. */
export function foreignFindings(file: SourceFile): string[] {
  return FOREIGN.flatMap(({ pattern, what }) => {
    const match = pattern.exec(file.text);
    return match ? [`${file.at(file.line(match.index))} names ${what}: ${match[0].trim()}`] : [];
  });
}
