import { describe, expect, it } from 'vitest';
import manifest from './index.ts';
import { numberConverters } from './number-converters.ts';

const made = (name: string) => {
  const plugin = numberConverters.find((one) => one.class === name);
  if (plugin === undefined) throw new Error(`no ${name}`);
  return plugin.create({}, false);
};

describe('number converters', () => {
  // The bytes of Kafka's serializers: big-endian.
  it.each<[string, unknown, string, string]>([
    ['BooleanConverter', true, '01', 'boolean'],
    ['BooleanConverter', false, '00', 'boolean'],
    ['ShortConverter', -2, 'fffe', 'int16'],
    ['IntegerConverter', 258, '00000102', 'int32'],
    ['LongConverter', -1, 'ffffffffffffffff', 'int64'],
    ['LongConverter', 2n ** 62n, '4000000000000000', 'int64'],
    ['FloatConverter', 1.5, '3fc00000', 'float'],
    ['DoubleConverter', -2.25, 'c002000000000000', 'double'],
  ])('%s writes and reads %s as %s', (name, value, hex, type) => {
    const converter = made(name);
    expect(converter.fromConnect('t', undefined, value)?.toString('hex')).toBe(hex);
    expect(converter.toConnect('t', Buffer.from(hex, 'hex'))).toEqual({
      value,
      schema: { type, optional: true },
    });
  });

  it.each(numberConverters.map((plugin) => plugin.class))('%s passes nulls', (name) => {
    expect(made(name).fromConnect('t', undefined, null)).toBeNull();
    expect(made(name).toConnect('t', null).value).toBeNull();
  });

  it.each<[string, unknown]>([
    ['BooleanConverter', 1],
    ['ShortConverter', 40_000],
    ['IntegerConverter', 1.5],
    ['IntegerConverter', '1'],
    ['LongConverter', 2n ** 63n],
    ['LongConverter', 2 ** 60],
    ['FloatConverter', '1'],
    ['DoubleConverter', 1n],
  ])('%s refuses %s', (name, value) => {
    expect(() => made(name).fromConnect('t', undefined, value)).toThrow(
      expect.objectContaining({ class: 'poison', code: 'VALUE_NOT_OF_TYPE' }),
    );
  });

  it.each([
    ['BooleanConverter', '02'],
    ['BooleanConverter', '0000'],
    ['ShortConverter', '00'],
    ['IntegerConverter', '0000000000'],
    ['LongConverter', ''],
    ['DoubleConverter', '00000000'],
  ])('%s refuses the bytes %s', (name, hex) => {
    expect(() => made(name).toConnect('t', Buffer.from(hex, 'hex'))).toThrow(
      expect.objectContaining({ class: 'poison' }),
    );
  });

  it("are in the manifest, by Kafka's class names too", () => {
    const names = manifest.plugins.flatMap((plugin) =>
      plugin.type === 'converter' ? (plugin.aliases ?? []) : [],
    );
    for (const name of ['Boolean', 'Short', 'Integer', 'Long', 'Float', 'Double'])
      expect(names).toContain(`org.apache.kafka.connect.converters.${name}Converter`);
    expect(names).toContain('org.apache.kafka.connect.storage.SimpleHeaderConverter');
  });
});
