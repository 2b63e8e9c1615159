import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyPlugin, type ConfigProvider, type ConfigProviderPlugin, parseConfig } from '@millrace/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FILE_MAX_BYTES } from './file-config-provider.ts';
import manifest from './index.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-providers-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const pluginOf = (name: string) =>
  manifest.plugins.find((plugin: AnyPlugin) => plugin.class === name) as ConfigProviderPlugin;

function provider(name: string, config: Readonly<Record<string, string>> = {}): ConfigProvider {
  const plugin = pluginOf(name);
  const { values, problems } = parseConfig(plugin.config, config);
  expect(problems).toEqual([]);
  return plugin.create(values);
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

const refusal = (reason: RegExp) =>
  expect.objectContaining({
    message: expect.stringMatching(reason),
    details: expect.objectContaining({
      class: 'config',
      code: 'CONFIG_PROVIDER_FAILED',
      hint: expect.any(String),
    }),
  });

describe('EnvVarConfigProvider', () => {
  it('gives the variables that there are, and leaves out the others', async () => {
    vi.stubEnv('MILLRACE_TEST_A', 'one');
    vi.stubEnv('MILLRACE_TEST_EMPTY', '');
    const { values } = await provider('EnvVarConfigProvider').get('', [
      'MILLRACE_TEST_A',
      'MILLRACE_TEST_EMPTY',
      'MILLRACE_TEST_B',
    ]);
    expect(values).toEqual({ MILLRACE_TEST_A: 'one', MILLRACE_TEST_EMPTY: '' });
  });

  it('keeps to its allowlist, which must match the whole name', async () => {
    vi.stubEnv('MILLRACE_TEST_A', 'one');
    vi.stubEnv('X_MILLRACE_TEST_A', 'two');
    const env = provider('EnvVarConfigProvider', { 'allowlist.pattern': 'MILLRACE_.*' });
    expect((await env.get('', ['MILLRACE_TEST_A', 'X_MILLRACE_TEST_A'])).values).toEqual({
      MILLRACE_TEST_A: 'one',
    });
  });

  it('takes no path', async () => {
    await expect(provider('EnvVarConfigProvider').get('/etc', ['A'])).rejects.toEqual(
      refusal(/takes no path/),
    );
  });

  it('names a wrong allowlist', () => {
    expect(
      parseConfig(pluginOf('EnvVarConfigProvider').config, { 'allowlist.pattern': '(' }).problems[0]?.key,
    ).toBe('allowlist.pattern');
  });
});

describe('FileConfigProvider', () => {
  it('gives the keys of a properties file that there are', async () => {
    const path = await file('a.properties', 'user=me\npassword = s=cr:t # no comment\n');
    expect(await provider('FileConfigProvider').get(path, ['user', 'password', 'other'])).toEqual({
      values: { user: 'me', password: 's=cr:t # no comment' },
    });
  });

  it('reads the file anew each time', async () => {
    const path = await file('a.properties', 'a=1');
    const files = provider('FileConfigProvider');
    expect((await files.get(path, ['a'])).values).toEqual({ a: '1' });
    await writeFile(path, 'a=2');
    expect((await files.get(path, ['a'])).values).toEqual({ a: '2' });
  });

  it('refuses a key of the prototype', async () => {
    const path = await file('a.properties', 'a=1');
    expect((await provider('FileConfigProvider').get(path, ['constructor', '__proto__'])).values).toEqual({});
  });

  it.each([
    ['a file that is not there', 'nothing.properties', /does not exist/],
    ['a directory', '.', /it is a directory|is a directory/],
  ])('refuses %s', async (_what, name, reason) => {
    await expect(provider('FileConfigProvider').get(join(folder, name), ['a'])).rejects.toEqual(
      refusal(reason),
    );
  });

  it('refuses a relative path', async () => {
    await expect(provider('FileConfigProvider').get('a.properties', ['a'])).rejects.toEqual(
      refusal(/absolute/),
    );
  });

  it('refuses a file that is too large', async () => {
    const path = await file('a.properties', `a=${'x'.repeat(FILE_MAX_BYTES)}`);
    await expect(provider('FileConfigProvider').get(path, ['a'])).rejects.toEqual(refusal(/more than/));
  });

  it('says nothing of what is in a broken file', async () => {
    const path = await file('a.properties', 'a=s3cret\\u12');
    const failure = await provider('FileConfigProvider')
      .get(path, ['a'])
      .catch((error: Error) => error);
    expect(failure).toEqual(refusal(/line 1/));
    expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain('s3cret');
  });

  describe('with allowed.paths', () => {
    const allowed = () =>
      provider('FileConfigProvider', { 'allowed.paths': `${folder}/in, ${folder}/one.properties` });

    it('reads what is in them', async () => {
      const inside = await file('in/deep/a.properties', 'a=1');
      const one = await file('one.properties', 'a=2');
      expect((await allowed().get(inside, ['a'])).values).toEqual({ a: '1' });
      expect((await allowed().get(one, ['a'])).values).toEqual({ a: '2' });
    });

    it.each([
      ['beside them', 'out/a.properties'],
      ['by ..', 'in/../out/a.properties'],
      ['where the name only begins so', 'in2/a.properties'],
      ['by a link', 'in/link.properties'],
      ['by a linked directory', 'in/folder/a.properties'],
    ])('refuses what is %s', async (_what, name) => {
      await file('in/there', '');
      await file('in2/a.properties', 'a=1');
      const out = await file('out/a.properties', 'a=1');
      await symlink(out, join(folder, 'in/link.properties'));
      await symlink(join(folder, 'out'), join(folder, 'in/folder'));
      await expect(allowed().get(`${folder}/${name}`, ['a'])).rejects.toEqual(refusal(/allowed\.paths/));
    });

    it('must be absolute', () => {
      expect(
        parseConfig(pluginOf('FileConfigProvider').config, { 'allowed.paths': 'a' }).problems[0]?.key,
      ).toBe('allowed.paths');
    });
  });
});

describe('DirectoryConfigProvider', () => {
  it('gives files whole and as they are', async () => {
    await file('secrets/user', 'me');
    await file('secrets/password', ' s3cret\n');
    expect(
      await provider('DirectoryConfigProvider').get(join(folder, 'secrets'), ['user', 'password', 'no']),
    ).toEqual({
      values: { user: 'me', password: ' s3cret\n' },
    });
  });

  it('follows links that stay below it, as Kubernetes lays secrets', async () => {
    await file('secrets/..data_1/token', 't');
    await symlink('..data_1', join(folder, 'secrets/..data'));
    await symlink('..data/token', join(folder, 'secrets/token'));
    expect(
      (await provider('DirectoryConfigProvider').get(join(folder, 'secrets'), ['token'])).values,
    ).toEqual({ token: 't' });
  });

  it('gives nothing beyond it', async () => {
    const out = await file('out', 'x');
    await file('secrets/user', 'me');
    await symlink(out, join(folder, 'secrets/link'));
    const secrets = provider('DirectoryConfigProvider');
    expect((await secrets.get(join(folder, 'secrets'), ['../out', 'sub/../user'])).values).toEqual({});
    await expect(secrets.get(join(folder, 'secrets'), ['link'])).rejects.toEqual(refusal(/allowed\.paths/));
  });

  it('refuses a file, and a directory that is not allowed', async () => {
    const path = await file('a', 'x');
    await expect(provider('DirectoryConfigProvider').get(path, ['a'])).rejects.toEqual(
      refusal(/no directory/),
    );
    const bound = provider('DirectoryConfigProvider', { 'allowed.paths': '/nowhere' });
    await expect(bound.get(folder, ['a'])).rejects.toEqual(refusal(/allowed\.paths/));
  });
});
