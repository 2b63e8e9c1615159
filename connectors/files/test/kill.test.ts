import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';

const WRITER = fileURLToPath(new URL('./rolled-writer.ts', import.meta.url));
const COUNT = 2_000;

let folder: string;
let running: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
});

afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Runs the writer until it says that it has written so many; then it is killed, where it is not done. */
async function writeUntil(written: number, compression: string): Promise<void> {
  const file = join(folder, `\${topic}-\${partition}-\${offset}`);
  const child = spawn(process.execPath, [WRITER, file, String(COUNT), compression], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (written < COUNT && Number(line) >= written) child.kill('SIGKILL');
  }
  const [code] = await ended;
  if (written >= COUNT) expect(code).toBe(0);
}

it.each([
  ['none', (bytes: Buffer) => bytes],
  ['zstd', (bytes: Buffer) => zstdDecompressSync(bytes)],
])(
  'a sink that is killed again and again writes each record once, in whole lines (%s)',
  async (compression, unpack) => {
    for (const written of [1, 130, 700, 1_201, COUNT]) await writeUntil(written, compression);
    const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
    const text = names.toSorted().map((name) => unpack(readFileSync(join(folder, name))).toString());
    for (const each of text) expect(each.trim().split('\n')).toHaveLength(40);
    expect(text.join('').trim().split('\n').map(Number)).toEqual(
      Array.from({ length: COUNT }, (_, index) => index),
    );
  },
);
