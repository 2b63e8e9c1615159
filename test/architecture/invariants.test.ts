import { describe, expect, it } from 'vitest';
import { readTracked, SourceFile, sourceFiles } from './source-tree.ts';

/** Numbers of the table in `docs/architecture.md`. */
function listed(text: string): number[] {
  return [...text.matchAll(/^\|\s*(\d+)\s*\| /gm)].map(([, number]) => Number(number));
}

/** Numbers that code quotes, each with the place. */
function quoted(files: readonly SourceFile[]): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  for (const file of files) {
    for (const match of file.text.matchAll(/\bInvariant (\d+):/g))
      places.set(Number(match[1]), file.at(file.line(match.index)));
  }
  return places;
}

function disagreements(numbers: readonly number[], places: ReadonlyMap<number, string>): string[] {
  return [
    ...numbers.filter((number) => !places.has(number)).map((number) => `${number} is quoted by no code`),
    ...[...places]
      .filter(([number]) => !numbers.includes(number))
      .map(([number, place]) => `${place} quotes ${number}, which docs/architecture.md does not list`),
  ];
}

describe('numbered invariants', () => {
  it('are the same in docs/architecture.md and in the code', () => {
    const code = sourceFiles.filter(({ isTest }) => !isTest);
    const numbers = listed(readTracked('docs/architecture.md').text);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(disagreements(numbers, quoted(code))).toEqual([]);
  });

  it('are missed where either side lacks one', () => {
    const places = quoted([new SourceFile('client/src/x.ts', '// Invariant 2: x\n// Invariant 3: y')]);
    expect(disagreements(listed('| 1 | a |\n| 2 | b |'), places)).toEqual([
      '1 is quoted by no code',
      'client/src/x.ts:2 quotes 3, which docs/architecture.md does not list',
    ]);
  });
});
