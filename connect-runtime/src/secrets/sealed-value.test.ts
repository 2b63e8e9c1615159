import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureKeyFile, isOpenToOthers, readKeyRing } from './key-ring.ts';
import { isSealedWithNewest, seal, unseal } from './sealed-value.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const newKey = () => randomBytes(32).toString('base64');
let files = 0;
async function ring(...keys: string[]) {
  const file = join(folder, `keys-${files++}`);
  await writeFile(file, keys.join('\n'));
  return readKeyRing(file);
}
const place = { connector: 'orders', key: 'database.password' };

describe('a sealed value', () => {
  test('opens with its key at its place, and shows nothing of itself', async () => {
    const keys = await ring(newKey());
    const sealed = seal(keys, place, 'gehéim "☃"');
    expect(unseal(keys, place, sealed)).toBe('gehéim "☃"');
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
    expect(seal(keys, place, 'gehéim "☃"')).not.toBe(sealed);
    expect(unseal(keys, place, seal(keys, place, ''))).toBe('');
  });

  test('does not open at another place, or changed', async () => {
    const keys = await ring(newKey());
    const sealed = seal(keys, place, 'secret');
    const refusal = expect.objectContaining({ code: 'SECRET_NOT_OPENED', class: 'config' });
    expect(() => unseal(keys, { ...place, connector: 'other' }, sealed)).toThrow(refusal);
    expect(() => unseal(keys, { ...place, key: 'user' }, sealed)).toThrow(refusal);
    for (const index of [0, 12, -1]) {
      const [version, id, text] = sealed.split('.') as [string, string, string];
      const bytes = Buffer.from(text, 'base64url');
      const at = index < 0 ? bytes.length + index : index;
      bytes[at] = bytes[at]! ^ 1;
      expect(() => unseal(keys, place, [version, id, bytes.toString('base64url')].join('.'))).toThrow(
        refusal,
      );
    }
    expect(() => unseal(keys, place, 'v1.x.')).toThrow(refusal);
    expect(() => unseal(keys, place, 'rubbish')).toThrow(refusal);
  });

  test('opens while its key is in the file, wherever it stands', async () => {
    const [older, newer] = [newKey(), newKey()];
    const sealed = seal(await ring(older), place, 'secret');
    const both = await ring('# rotated', newer, '', older);
    expect(unseal(both, place, sealed)).toBe('secret');
    expect(isSealedWithNewest(both, sealed)).toBe(false);
    expect(isSealedWithNewest(both, seal(both, place, 'secret'))).toBe(true);
    expect(() => unseal([both[0]], place, sealed)).toThrow(
      expect.objectContaining({
        code: 'SECRET_KEY_MISSING',
        details: expect.objectContaining({ path: place.key }),
      }),
    );
  });
});

describe('a key file', () => {
  test('is made once, for its owner alone', async () => {
    const file = join(folder, 'made', 'secrets.key');
    await ensureKeyFile(file);
    const [first] = await readKeyRing(file);
    await ensureKeyFile(file);
    expect((await readKeyRing(file))[0].id).toBe(first.id);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await isOpenToOthers(file)).toBe(false);
  });

  test.each([
    ['is empty', '\n# nothing\n', 'holds no key'],
    ['has a short key', 'c2hvcnQ=', 'Line 1'],
    ['has what is no base64', `${newKey()}\n${'!'.repeat(44)}`, 'Line 2'],
  ])('that %s is refused, without its content', async (_what, text, message) => {
    await expect(ring(text)).rejects.toMatchObject({
      code: 'SECRET_KEYS_UNREADABLE',
      message: expect.stringContaining(message),
      details: { path: 'secrets.key.file' },
    });
    await expect(ring(text)).rejects.not.toThrow(/!!!|c2hvcnQ/);
  });

  test('that is not there is named', async () => {
    await expect(readKeyRing(join(folder, 'absent'))).rejects.toThrow(/absent, cannot be read \(ENOENT\)/);
  });
});
