import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MILLRACE = join(ROOT, 'cli/bin/millrace.mjs');
let folder: string;

const create = (...args: string[]) =>
  run(process.execPath, [MILLRACE, 'create-connector', ...args], { cwd: folder, timeout: 60_000 });

/** What `npm install` would do, without a registry: what the package asks for stands in the checkout. */
async function install(at: string): Promise<void> {
  const { devDependencies } = JSON.parse(await readFile(join(at, 'package.json'), 'utf8'));
  expect(devDependencies['@millrace/sdk']).toMatch(/^file:.*plugins\/sdk$/);
  for (const name of Object.keys(devDependencies)) {
    const link = join(at, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(await realpath(join(ROOT, 'node_modules', name)), link);
  }
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'millrace-create-')));
});
afterAll(() => rm(folder, { recursive: true }));

test('a new connector passes its tests and its types before anybody has changed it', async () => {
  const { stdout } = await create('city-bikes');
  expect(stdout).toContain('CityBikesSource');
  const made = join(folder, 'city-bikes');
  await install(made);
  const tests = await run(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'], {
    cwd: made,
    timeout: 120_000,
    env: { ...process.env, VITEST: undefined, NO_COLOR: '1' },
  });
  expect(tests.stdout).toMatch(/Tests +\d+ passed/);
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit'], {
    cwd: made,
    timeout: 120_000,
  });
  const readme = await readFile(join(made, 'README.md'), 'utf8');
  expect(readme).toContain('millrace-connector-city-bikes');
  expect(readme).not.toMatch(/template/i);
});

test('nothing is written over, and a name must be one', async () => {
  await create('once', '--dir', 'there');
  await expect(create('twice', '--dir', 'there')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is not empty'),
  });
  await expect(create('No Name')).rejects.toMatchObject({ code: 2 });
  await expect(create()).rejects.toMatchObject({ code: 2 });
});
