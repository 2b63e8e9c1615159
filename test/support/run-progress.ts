import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export interface RunOfSteps {
  /** Of the command. */
  readonly name: string;
  /** What was asked of it. */
  readonly asked: string;
  /** Patterns of files below the root; what was done with others does not count. */
  readonly sources: readonly string[];
}

/** How far a long run has come, so that one that was cut off goes on there: for the same sources and the same wish alone. */
export class RunProgress {
  readonly #file: string;

  constructor({ name, asked, sources }: RunOfSteps) {
    const hash = createHash('sha256').update(asked);
    for (const pattern of sources)
      for (const file of globSync(pattern, { cwd: ROOT }).sort()) hash.update(readFileSync(join(ROOT, file)));
    const unique = hash.digest('hex').slice(0, 16);
    this.#file = join(ROOT, `node_modules/.cache/millrace-${name}`, `${unique}.json`);
  }

  /** What is done already, how long that took, s, and which steps of it failed. */
  read(): { readonly done: number; readonly seconds: number; readonly failed?: readonly number[] } {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as ReturnType<RunProgress['read']>;
    } catch {
      return { done: 0, seconds: 0 };
    }
  }

  write(done: number, seconds: number, failed: readonly number[] = []): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ done, seconds, failed }));
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}
