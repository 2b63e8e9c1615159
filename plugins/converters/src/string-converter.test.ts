import { isMillraceError, type Schema } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { byteArrayConverter } from './byte-array-converter.ts';
import { stringConverter } from './string-converter.ts';
import golden from './testdata/kafka-4.3-json-converter.json' with { type: 'json' };

const create = (encoding = 'UTF-8') => stringConverter.create({ 'converter.encoding': encoding }, false);
const kafka: Record<string, string> = golden.strings;

const row: Schema = {
  type: 'struct',
  fields: [
    { type: 'int64', field: 'id' },
    { type: 'string', optional: true, field: 'name' },
    { type: 'array', items: { type: 'string' }, optional: true, field: 'tags' },
  ],
};
const double: Schema = { type: 'double' };
const cases: Record<string, readonly [Schema | undefined, unknown]> = {
  string: [undefined, 'x é'],
  null: [undefined, null],
  int: [undefined, 5],
  double: [double, 3],
  bool: [undefined, true],
  list: [undefined, [1, null, 'x']],
  map: [undefined, { a: 1, b: 2 }],
  struct: [row, { id: 1, name: null, tags: ['x', 'y'] }],
  decimal: [undefined, '1.50'],
  'double big': [double, 1e21],
  'double mid': [double, 12345678.5],
};

describe('StringConverter', () => {
  for (const [name, text] of Object.entries(kafka)) {
    it(`writes as Kafka does: ${name}`, () => {
      const [schema, value] = cases[name]!;
      expect(create().fromConnect('t', schema, value)?.toString() ?? '<null>').toBe(text);
    });
  }

  it('writes dates as ISO 8601', () => {
    expect(create().fromConnect('t', undefined, new Date(0))?.toString()).toBe('1970-01-01T00:00:00.000Z');
  });

  it('reads text with the schema of an optional string', () => {
    expect(create().toConnect('t', Buffer.from('é'))).toEqual({
      value: 'é',
      schema: { type: 'string', optional: true },
    });
    expect(create().toConnect('t', null).value).toBeNull();
  });

  it.each([
    ['UTF-8', 'é€', 'c3a9e282ac'],
    ['utf8', 'é', 'c3a9'],
    ['UTF-16LE', 'é€', 'e900ac20'],
    ['UTF-16BE', 'é€', '00e920ac'],
    ['ISO-8859-1', 'é€', 'e93f'],
    ['US-ASCII', 'aé', '613f'],
  ])('writes and reads %s', (encoding, text, hex) => {
    const bytes = create(encoding).fromConnect('t', undefined, text);
    expect(bytes?.toString('hex')).toBe(hex);
    expect(create(encoding).toConnect('t', bytes).value).toBe(
      text.replaceAll(hex.includes('3f') ? /[€é](?=$)/g : /$^/g, '?'),
    );
  });

  it('refuses bytes, which Kafka writes as an address, as poison with a hint', () => {
    try {
      create().fromConnect('t', undefined, Buffer.from('x'));
      expect.unreachable();
    } catch (error) {
      expect(isMillraceError(error) && error.report()).toMatchObject({
        code: 'VALUE_NOT_TEXT',
        class: 'poison',
        hint: expect.stringContaining('ByteArrayConverter'),
      });
    }
  });

  it('refuses an unknown charset by name', () => {
    const { validate } = stringConverter.config['converter.encoding'];
    expect(validate('EBCDIC')).toMatch(/UTF-8/);
    expect(validate('latin1')).toBeNull();
  });
});

describe('ByteArrayConverter', () => {
  const converter = byteArrayConverter.create({}, false);

  it('passes bytes and null', () => {
    const bytes = Buffer.from([0, 255]);
    expect(converter.fromConnect('t', undefined, bytes)).toBe(bytes);
    expect(converter.fromConnect('t', { type: 'bytes' }, new Uint8Array([1]))).toEqual(Buffer.from([1]));
    expect(converter.fromConnect('t', undefined, null)).toBeNull();
    expect(converter.toConnect('t', bytes)).toEqual({
      value: bytes,
      schema: { type: 'bytes', optional: true },
    });
    expect(converter.toConnect('t', null).value).toBeNull();
  });

  it.each([
    [undefined, 'text', 'a string'],
    [undefined, { a: 1 }, 'an object'],
    [{ type: 'string' } as const, Buffer.from('x'), 'its schema is string'],
  ])('refuses what is not bytes: %s %s', (schema, value, reason) => {
    try {
      converter.fromConnect('t', schema, value);
      expect.unreachable();
    } catch (error) {
      expect(isMillraceError(error) && error.class).toBe('poison');
      expect(String(error)).toContain(reason);
    }
  });
});
