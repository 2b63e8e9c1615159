import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const SOURCES = ['connect-runtime/src/core/**/*.ts', 'test/simulation/connect/*.ts'];

/** How far a long run has come, so that one that was cut off goes on there: for the same sources and the same seeds alone. */
export class Progress {
  readonly #file: string;

  constructor(from: number, count: number) {
    const hash = createHash('sha256').update(`${from} ${count}`);
    for (const pattern of SOURCES)
      for (const file of globSync(pattern, { cwd: ROOT }).sort()) hash.update(readFileSync(join(ROOT, file)));
    const name = `${hash.digest('hex').slice(0, 16)}.json`;
    this.#file = join(ROOT, 'node_modules/.cache/millrace-simulate', name);
  }

  /** Seeds that are played already, and how long they took, s. */
  read(): { readonly played: number; readonly seconds: number } {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as { played: number; seconds: number };
    } catch {
      return { played: 0, seconds: 0 };
    }
  }

  write(played: number, seconds: number): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ played, seconds }));
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}
