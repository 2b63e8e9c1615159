// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configs, not of templates.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConfigSecrets } from './config-secrets.ts';
import { readKeyRing } from './key-ring.ts';
import { unseal } from './sealed-value.ts';
import type { SealedSecrets } from './secret-store.ts';

let folder: string;
let keyFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-secrets-'));
  keyFile = join(folder, 'keys');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const newKey = () => randomBytes(32).toString('base64');

class MemoryStore {
  readonly #secrets = new Map<string, SealedSecrets>();
  puts = 0;
  connectors = () => [...this.#secrets.keys()];
  of = (connector: string) => this.#secrets.get(connector) ?? { revision: 0, values: {} };
  refresh = async () => undefined;
  put = async (connector: string, secrets: SealedSecrets | null) => {
    this.puts++;
    if (secrets) this.#secrets.set(connector, secrets);
    else this.#secrets.delete(connector);
  };
}

let store: MemoryStore;
let secrets: ConfigSecrets;
beforeEach(async () => {
  await writeFile(keyFile, newKey());
  store = new MemoryStore();
  secrets = new ConfigSecrets({ keyFile, store, providers: ['env'] });
});

const protect = (config: Record<string, string>, inUse: Record<string, string>[] = []) =>
  secrets.protect('c', config, ['password', 'token'], inUse);
const opened = async (key: string) =>
  unseal(await readKeyRing(keyFile), { connector: 'c', key }, store.of('c').values[key] ?? '');

describe('a config with an inlined secret', () => {
  test('is stored with its placeholder, the value apart and sealed', async () => {
    const stored = await protect({ name: 'c', user: 'u', password: 'hunter2' });
    expect(stored).toEqual({
      name: 'c',
      user: 'u',
      password: '${secrets:c:password}',
      'secrets.revision': '1',
    });
    expect(JSON.stringify(store.of('c'))).not.toContain('hunter2');
    expect(await opened('password')).toBe('hunter2');
  });

  test('given again with placeholder or the same value, is the same; with a new value, is another', async () => {
    const first = await protect({ password: 'hunter2' });
    expect(await protect({ password: '${secrets:c:password}' })).toEqual(first);
    expect(await protect({ password: 'hunter2' })).toEqual(first);
    expect(store.puts).toBe(1);
    const rotated = await protect({ password: 'hunter3' });
    expect(rotated).toEqual({ ...first, 'secrets.revision': '2' });
    expect(await opened('password')).toBe('hunter3');
  });

  test('leaves alone what is empty, or what a provider stands for', async () => {
    const config = { password: '${env:PASSWORD}', token: '', other: 'x' };
    expect(await protect(config)).toEqual(config);
    expect(store.puts).toBe(0);
    // Nobody stands for these: what looks like a placeholder is the secret itself.
    expect(await protect({ password: '${vault:x}' })).toMatchObject({ password: '${secrets:c:password}' });
    expect(await protect({ password: 'a${env:X}' })).toMatchObject({ password: '${secrets:c:password}' });
  });

  test('keeps what a config in use refers to, and drops the rest with the next change', async () => {
    const first = await protect({ password: 'p', token: 't' });
    await protect({ token: 't2' }, [first]);
    expect(Object.keys(store.of('c').values)).toEqual(['password', 'token']);
    await protect({ token: 't3' }, [{ token: '${secrets:c:token}' }]);
    expect(Object.keys(store.of('c').values)).toEqual(['token']);
  });

  test('does not bring a revision along that somebody wrote', async () => {
    expect(await protect({ user: 'u', 'secrets.revision': '9' })).toEqual({ user: 'u' });
  });

  test('is refused by a worker without a key file, with the key and never the value', async () => {
    const bare = new ConfigSecrets({ keyFile: null, store: null, providers: ['env'] });
    const refused = bare.protect('c', { password: 'hunter2' }, ['password'], []);
    await expect(refused).rejects.toMatchObject({
      code: 'SECRETS_WITHOUT_KEY_FILE',
      details: { path: 'password', hint: expect.stringContaining('secrets.key.file') },
    });
    await expect(refused).rejects.not.toThrow(/hunter2/);
    const plain = { user: 'u', password: '${env:P}' };
    expect(await bare.protect('c', plain, ['password'], [])).toEqual(plain);
  });
});

test('a removed connector leaves no secret behind', async () => {
  await protect({ password: 'p' });
  await secrets.forget('c');
  expect(store.connectors()).toEqual([]);
  await secrets.forget('never-there');
  expect(store.puts).toBe(2);
});

describe('a key that was put above the others', () => {
  test('seals everything anew, without a new revision', async () => {
    await protect({ password: 'hunter2' });
    const [older] = await readKeyRing(keyFile);
    const newer = newKey();
    await writeFile(keyFile, `${newer}\n${older.key.export().toString('base64')}\n`);
    expect(await secrets.renew()).toEqual({ renewed: 1, unreadable: [] });
    expect(store.of('c').revision).toBe(1);
    await writeFile(keyFile, newer);
    expect(await opened('password')).toBe('hunter2');
    const { puts } = store;
    await secrets.renew();
    expect(store.puts).toBe(puts);
  });

  test('without the older ones, takes values anew', async () => {
    await protect({ password: 'hunter2' });
    await writeFile(keyFile, newKey());
    expect(await secrets.renew()).toEqual({ renewed: 1, unreadable: ['c'] });
    expect(await protect({ password: 'hunter2' })).toMatchObject({ 'secrets.revision': '2' });
    expect(await opened('password')).toBe('hunter2');
  });
});
