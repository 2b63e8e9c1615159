import { type ConfigKey, parseConfig } from '@millrace/foundation';
import { expect } from 'vitest';
import { type AnyPlugin, SDK_VERSION } from '../plugin.ts';
import type { AcceptanceDriver } from './driver.ts';
import type { Suite } from './promise.ts';

/** What a host, the REST API, the UI's form and the docs read of a package before any of its code runs. */
export function manifestPromises(suite: Suite, { manifest }: AcceptanceDriver): void {
  suite.group('the manifest', () => {
    suite.test('is tagged and names the version of the SDK it is written to', () => {
      expect(manifest).toMatchObject({ tag: 'millrace-plugin', sdk: SDK_VERSION });
      expect(manifest.name).not.toBe('');
    });

    // A class name is how configs find a plugin: two of one name could not be told apart.
    suite.test('gives each plugin a name of its own, a version and a sentence', () => {
      const names = manifest.plugins.map((plugin) => plugin.class);
      expect(new Set(names).size).toBe(names.length);
      for (const plugin of manifest.plugins) {
        expect(plugin.class).toMatch(/^[A-Za-z][\w.$]*$/);
        expect(plugin.version).toMatch(/^\d+\.\d+\.\d+/);
        expect(plugin.docs).toMatch(/^[\s\S]{10,}\.$/);
      }
    });

    // Configs come from another product as they are: with options that nobody foresaw, and without those that were expected.
    suite.test('translates any config of the classes that it stands in for', () => {
      for (const plugin of manifest.plugins) {
        if (plugin.type !== 'source' && plugin.type !== 'sink') continue;
        for (const alias of plugin.aliases ?? []) {
          expect(alias.class).toMatch(/^[a-z][\w]*(?:\.[a-z]\w*)*\.[A-Z]\w*$/);
          const config = { name: 'c', 'connector.class': alias.class, 'made.up': 'x' };
          expect(alias.translate(config).config).toMatchObject({ name: 'c', 'made.up': 'x' });
        }
      }
    });

    for (const plugin of manifest.plugins) optionPromises(suite, plugin);
  });
}

function optionPromises(suite: Suite, plugin: AnyPlugin): void {
  const options: readonly (readonly [string, ConfigKey])[] = Object.entries(plugin.config);

  suite.test(`documents every option of ${plugin.class}`, () => {
    const undocumented = options.filter(([, option]) => !/^[\s\S]{10,}\.$/.test(option.docs));
    expect(undocumented.map(([key]) => key)).toEqual([]);
  });

  suite.test(
    `names the options of ${plugin.class} in lower case with dots, so that they look like Kafka's`,
    () => {
      expect(options.map(([key]) => key).filter((key) => !/^[a-z0-9]+([._][a-z0-9]+)*$/.test(key))).toEqual(
        [],
      );
    },
  );

  // A default that its own check refuses would fail every config that says nothing.
  suite.test(`accepts its own defaults in ${plugin.class}, and asks by name for what has none`, () => {
    const required = options.filter(([, option]) => option.default === undefined).map(([key]) => key);
    const { problems } = parseConfig(plugin.config, {});
    expect(problems.map(({ key }) => key).sort()).toEqual([...required].sort());
    for (const { key, message } of problems) expect(message).toContain(`"${key}"`);
  });

  suite.test(`refers in ${plugin.class} only to options that exist`, () => {
    const known = new Set(options.map(([key]) => key));
    const dangling = options
      .flatMap(([, option]) => option.dependents ?? [])
      .filter((key) => !known.has(key));
    expect(dangling).toEqual([]);
  });
}
