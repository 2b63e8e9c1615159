import { setTimeout as passed } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
const TIMEOUT_MS = 300_000;

/** @throws {Error} where it takes too long */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const startedMs = performance.now();
  while (!(await check())) {
    if (performance.now() - startedMs > TIMEOUT_MS) throw new Error(`waited too long for ${what}`);
    await passed(LOOK_EVERY_MS);
  }
}
