import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCS_PICTURES, PICTURES_FOLDER } from '../support/docs-pictures.ts';
import { readTracked, root, trackedPaths } from './source-tree.ts';

/** All pictures together come with every clone. */
const PICTURE_MAX_BYTES = 120_000;

/** Pictures that a page of the docs shows, from the repository's root. */
function shownIn(path: string): string[] {
  return [...readTracked(path).text.matchAll(/!\[[^\]]*\]\(([^)#?\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => normalize(join(dirname(path), target)));
}

describe('pictures of the docs', () => {
  const shown = trackedPaths.filter((path) => path.endsWith('.md')).flatMap(shownIn);

  it('are there where a page shows them', () => {
    expect(shown.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('are all shown, made by a test, and small', () => {
    const kept = trackedPaths.filter((path) => path.startsWith(`${PICTURES_FOLDER}/`));
    const made = new Set([...DOCS_PICTURES.values()].map((name) => `${PICTURES_FOLDER}/${name}.webp`));
    expect(kept.toSorted()).toEqual([...made].toSorted());
    expect(kept.filter((path) => !shown.includes(path))).toEqual([]);
    expect(kept.filter((path) => statSync(join(root, path)).size > PICTURE_MAX_BYTES)).toEqual([]);
  });
});
