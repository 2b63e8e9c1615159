import { link, stat } from 'node:fs/promises';
import { codeOf } from './file-error.ts';

/** How many files of one name there may be. */
const SAME_NAME_MAX = 10_000;

/**
 * Gives a file a further name, the first of `nameOf(0)`, `nameOf(1)`... that is free: nothing is written over. Where it has one of
 * them already, since a crash came between, that one stays.
 */
export async function linkUnderFreeName(path: string, nameOf: (count: number) => string): Promise<string> {
  for (let count = 0; count < SAME_NAME_MAX; count++) {
    const name = nameOf(count);
    try {
      await link(path, name);
      return name;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const [there, file] = await Promise.all([stat(name), stat(path)]);
      if (there.ino === file.ino && there.dev === file.dev) return name;
    }
  }
  throw new Error(`there are ${SAME_NAME_MAX} files of the name ${nameOf(0)}`);
}
