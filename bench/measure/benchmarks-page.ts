import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);
const HEAD = `# Benchmarks

Side by side with Apache Kafka on the same machine in the same run, in alternation; medians, with the lowest and the highest in
brackets. Each section is written by the benchmark that it names: run it on your own machine, figures of another one only orient.
`;

/** Puts a section (its text begins with \`## title\`) in place of the one of the same title, or behind the last. */
export function putSection(title: string, body: string): void {
  const text = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : HEAD;
  const section = `## ${title}\n\n${body.trim()}\n`;
  const [head = '', ...sections] = text.split(/^(?=## )/m);
  const at = sections.findIndex((other) => other.startsWith(`## ${title}\n`));
  if (at < 0) sections.push(section);
  else sections[at] = section;
  writeFileSync(
    PAGE,
    [head, ...sections]
      .map((part) => part.trim())
      .join('\n\n')
      .concat('\n'),
  );
}
