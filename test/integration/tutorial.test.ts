import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, type Millrace, startMillrace } from '../support/index.ts';

const TUTORIAL = fileURLToPath(new URL('../../docs/tutorial.md', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const BLOCK = /^```(sh|text)\n([\s\S]*?)^```$/gm;

/** A command of the page, and what it prints in the end. */
interface Step {
  readonly script: string;
  readonly prints: readonly string[];
}

const steps = stepsOf(readFileSync(TUTORIAL, 'utf8'));

function stepsOf(page: string): readonly Step[] {
  const found: { script: string; prints: string[] }[] = [];
  for (const [, kind, text = ''] of page.matchAll(BLOCK)) {
    if (kind === 'sh') found.push({ script: text, prints: [] });
    else found.at(-1)?.prints.push(...text.trim().split('\n'));
  }
  return found;
}

let millrace: Millrace;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-tutorial-test-'));
  millrace = await startMillrace();
}, 60_000);
afterAll(async () => {
  await millrace?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As a shell runs it, here with addresses and folders of this test. */
async function run(script: string): Promise<string> {
  const here = script
    .replaceAll('npx millrace', `${process.execPath} ${LAUNCHER}`)
    .replaceAll('http://127.0.0.1:8083', millrace.rest)
    .replaceAll('/tmp/millrace-tutorial', join(folder, 'shop'));
  const env = { ...process.env, MILLRACE_URL: millrace.rest };
  const { stdout } = await promisify(execFile)('bash', ['-ec', here], { env, timeout: 60_000 });
  return stdout;
}

/** Commands that only look are asked again until they show what the page says; all others run once. */
const LOOKS = /^(?:cat \S+\s*$|npx millrace (?:consume|dead-letters list)|curl \S* ?-X POST \S+previews)/;

test('the tutorial can be typed as it stands', { timeout: 240_000 }, async () => {
  expect(steps.length).toBeGreaterThan(8);
  for (const { script, prints } of steps) {
    if (!LOOKS.test(script)) {
      const printed = await run(script);
      for (const line of prints) expect(printed).toContain(line);
      continue;
    }
    let printed = '';
    const shows = async () => {
      printed = await run(script).catch((error: Error) => error.message);
      return prints.every((line) => printed.includes(line));
    };
    await eventually(shows, { timeoutMs: 60_000, what: script }).catch((error: Error) => {
      throw new Error(`${error.message}\nIt printed: ${printed}`);
    });
  }
});
