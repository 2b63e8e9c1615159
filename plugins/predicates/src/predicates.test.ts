import { type AnyPlugin, type ConnectRecord, type PredicatePlugin, parseConfig } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import manifest from './index.ts';

const record: ConnectRecord = {
  topic: 'shop.orders',
  partition: 0,
  key: null,
  value: 1,
  headers: [{ key: 'h', value: null }],
  timestamp: null,
};

const pluginOf = (name: string) =>
  manifest.plugins.find((plugin: AnyPlugin) => plugin.class === name) as PredicatePlugin;

function made(name: string, config: Readonly<Record<string, string>>) {
  const plugin = pluginOf(name);
  const { values, problems } = parseConfig(plugin.config, config);
  return {
    problems: problems.map(({ key }) => key),
    predicate: problems.length > 0 ? null : plugin.create(values),
  };
}

describe('TopicNameMatches', () => {
  it.each([
    ['shop\\..*', true],
    ['orders', false],
    ['(?i)SHOP\\.ORDERS', true],
    ['[\\p{Alpha}.]+', true],
    ['shop', false],
  ])('%s is %s for shop.orders', (pattern, expected) => {
    const { predicate } = made('TopicNameMatches', { pattern });
    expect([predicate?.test(record), predicate?.test(record)]).toEqual([expected, expected]);
  });

  it.each(['', '(', 'a++'])('refuses the pattern "%s" by its key', (pattern) => {
    expect(made('TopicNameMatches', { pattern }).problems).toEqual(['pattern']);
  });
});

describe('HasHeaderKey', () => {
  it('finds a header by its name, also one without a value', () => {
    expect(made('HasHeaderKey', { name: 'h' }).predicate?.test(record)).toBe(true);
    expect(made('HasHeaderKey', { name: 'g' }).predicate?.test(record)).toBe(false);
  });

  it('needs a name', () => {
    expect(made('HasHeaderKey', { name: ' ' }).problems).toEqual(['name']);
  });
});

describe('RecordIsTombstone', () => {
  it('holds for null and for nothing else', () => {
    const { predicate } = made('RecordIsTombstone', {});
    const values = [null, 0, '', false, {}];
    expect(values.map((value) => predicate?.test({ ...record, value }))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the manifest', () => {
  it("answers to Kafka's class names", () => {
    expect(manifest.plugins.map((plugin) => (plugin.type === 'predicate' ? plugin.aliases : []))).toEqual(
      ['TopicNameMatches', 'HasHeaderKey', 'RecordIsTombstone'].map((name) => [
        `org.apache.kafka.connect.transforms.predicates.${name}`,
      ]),
    );
  });
});
