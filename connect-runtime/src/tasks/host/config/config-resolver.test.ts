// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of configs, not of templates.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig, defineConfigProvider, MillraceError, type ProvidedValues } from '@millrace/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secretPlaceholder } from '../../../core/config/placeholders.ts';
import type { PluginLoader } from '../../../plugins/plugin-loader.ts';
import { readKeyRing } from '../../../secrets/key-ring.ts';
import { seal } from '../../../secrets/sealed-value.ts';
import type { ConfigSources } from '../../host-protocol.ts';
import { ConfigResolver } from './config-resolver.ts';
import { withPlaceholders } from './placeholder-form.ts';
import { Redactor } from './redactor.ts';

let folder: string;
let keyFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolver-'));
  keyFile = join(folder, 'keys');
  await writeFile(keyFile, randomBytes(32).toString('base64'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A provider `vault` that answers from here. */
function resolverOf(
  get: (path: string, keys: readonly string[]) => ProvidedValues | Promise<ProvidedValues>,
) {
  const asked: [string, readonly string[]][] = [];
  let created = 0;
  const plugin = defineConfigProvider({
    class: 'Vault',
    version: '1',
    docs: '',
    config: defineConfig({ url: { type: 'string', importance: 'high', docs: '' } }),
    create: ({ url }) => {
      created++;
      expect(url).toBe('http://vault');
      return {
        async get(path, keys) {
          asked.push([path, keys]);
          return get(path, keys);
        },
      };
    },
  });
  const loader = { find: async () => plugin } as unknown as PluginLoader;
  const redactor = new Redactor();
  const resolver = new ConfigResolver(loader, redactor);
  const sources = (secrets: ConfigSources['secrets'] = null): ConfigSources => ({
    providers: [{ name: 'vault', class: 'Vault', params: { url: 'http://vault' } }],
    plugins: [],
    secrets,
  });
  return { resolver, redactor, sources, asked, created: () => created };
}

async function sealed(values: Record<string, string>): Promise<NonNullable<ConfigSources['secrets']>> {
  const keys = await readKeyRing(keyFile);
  const entries = Object.entries(values).map(
    ([key, value]) => [key, seal(keys, { connector: 'c', key }, value)] as const,
  );
  return { keyFile, sealed: Object.fromEntries(entries) };
}

const place = { connector: 'c' };
const password = secretPlaceholder('c', 'password');

describe('a resolved config', () => {
  test('has the values of its providers, asked once for each path', async () => {
    const vault = resolverOf((path, keys) => ({
      values: Object.fromEntries(keys.map((key) => [key, `${path}.${key}`])),
      ttlMs: path === 'b' ? 5_000 : 60_000,
    }));
    const config = { a: '${vault:p:x}-${vault:p:y}', b: '${vault:b:x}', c: '${other:p:x}', d: '${table}' };
    const resolved = await vault.resolver.resolve(place, config, vault.sources());
    expect(resolved.config).toEqual({ a: 'p.x-p.y', b: 'b.x', c: '${other:p:x}', d: '${table}' });
    expect(resolved.ttlMs).toBe(5_000);
    expect(vault.asked).toEqual([
      ['p', ['x', 'y']],
      ['b', ['x']],
    ]);
    await vault.resolver.resolve(place, config, vault.sources());
    expect(vault.created(), 'providers are kept').toBe(1);
    expect(vault.redactor.text('found p.x and b.x')).toBe('found [hidden] and [hidden]');
  });

  test('has its secrets opened, and what they refer to', async () => {
    const vault = resolverOf(() => ({ values: { x: 'X1' } }));
    const sources = vault.sources(await sealed({ password: 'hunter2', token: 'a-${vault:p:x}' }));
    const config = { password, token: secretPlaceholder('c', 'token'), user: 'u' };
    const resolved = await vault.resolver.resolve(place, config, sources);
    expect(resolved.config).toEqual({ password: 'hunter2', token: 'a-X1', user: 'u' });
    expect(vault.redactor.text('hunter2 a-X1')).toBe('[hidden] [hidden]');
  });

  test.each([
    ['at another key', { topic: password }, 'topic', 'SECRET_OF_ANOTHER_PLACE'],
    ['inside of a text', { password: `x${password}` }, 'password', 'SECRET_OF_ANOTHER_PLACE'],
    ['of another connector', { password: '${secrets:d:password}' }, 'password', 'SECRET_OF_ANOTHER_PLACE'],
    ['that is not stored', { token: '${secrets:c:token}' }, 'token', 'SECRET_NOT_STORED'],
  ])('refuses a secret %s', async (_what, config, path, code) => {
    const vault = resolverOf(() => ({ values: {} }));
    const sources = vault.sources(await sealed({ password: 'hunter2' }));
    await expect(vault.resolver.resolve(place, config, sources)).rejects.toMatchObject({
      code,
      class: 'config',
      details: { path },
    });
  });

  test('names the key whose value is not provided, and says what the provider said', async () => {
    const empty = resolverOf(() => ({ values: {} }));
    await expect(
      empty.resolver.resolve(place, { a: 'x${vault:p:y}' }, empty.sources()),
    ).rejects.toMatchObject({
      code: 'CONFIG_VALUE_NOT_PROVIDED',
      message: '"a" could not be resolved: config provider "vault" has no "y" at p.',
      details: { path: 'a' },
    });
    const failing = resolverOf(() => {
      throw new MillraceError('The vault is sealed.', { code: 'SEALED', class: 'transient', hint: 'Wait.' });
    });
    await expect(
      failing.resolver.resolve(place, { a: '${vault:p:y}' }, failing.sources()),
    ).rejects.toMatchObject({
      code: 'SEALED',
      class: 'transient',
      message: '"a" could not be resolved: The vault is sealed.',
      details: { path: 'a', hint: 'Wait.' },
    });
  });
});

describe('what a plugin makes of a resolved config', () => {
  const secret = 'p"ss w%rd';
  const original = { name: 'c', password, user: 'u' };

  async function published(make: (config: Record<string, string>) => Record<string, string>) {
    const vault = resolverOf(() => ({ values: {} }));
    const sources = vault.sources(await sealed({ password: secret }));
    const resolved = await vault.resolver.resolve(place, original, sources);
    const made = make({ ...resolved.config });
    const task = withPlaceholders(made, original, resolved, ['password']);
    const again = await vault.resolver.resolve({ connector: 'c', isTask: true }, task, sources);
    return { made, task, again: again.config };
  }

  test.each([
    ['copied', (config: Record<string, string>) => config],
    ['renamed', ({ password: p = '' }: Record<string, string>) => ({ secret: p })],
    [
      'written into a URL',
      ({ password: p = '' }: Record<string, string>) => ({ url: `db://u:${encodeURIComponent(p)}@h/${p}` }),
    ],
    [
      'written into JSON',
      ({ password: p = '' }: Record<string, string>) => ({ json: JSON.stringify({ p, n: 1 }) }),
    ],
    [
      'encoded',
      ({ password: p = '' }: Record<string, string>) => ({
        auth: `Basic ${Buffer.from(p).toString('base64')}`,
      }),
    ],
  ])('is published without the secret and resolved to the same, %s', async (_how, make) => {
    const { made, task, again } = await published(make);
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
      expect(JSON.stringify(Object.values(task))).not.toContain(form);
    expect(again).toEqual(made);
  });
});
