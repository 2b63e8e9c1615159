import type { SourceFile } from './source-tree.ts';

const FILE_LINES_MAX = 500;
const TEST_FILE_LINES_MAX = 1000;

/** Files that are too long; the length of functions is Biome's. */
export function sizeFindings(file: SourceFile): string[] {
  if (file.isGenerated) return [];
  const lines = file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0);
  const max = file.isTest ? TEST_FILE_LINES_MAX : FILE_LINES_MAX;
  return lines > max ? [`${file.path} has ${lines} lines: split it by command, at most ${max}`] : [];
}
