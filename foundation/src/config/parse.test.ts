import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigType, type ConfigValue, defineConfig } from './definition.ts';
import { parseConfig, requireConfig } from './parse.ts';
import { matches, nonEmpty, oneOf, range } from './validators.ts';

const one = (type: ConfigType, more: object = {}) =>
  defineConfig({ key: { type, importance: 'high', docs: 'A key.', ...more } });

/** What a single value of a type parses to: the value, or its problem. */
function parsed(type: ConfigType, given: unknown): ConfigValue | string {
  const { values, problems } = parseConfig(one(type), { key: given });
  return problems[0] ? `! ${problems[0].message}` : (values.key as ConfigValue);
}

describe('a value', () => {
  it.each<[ConfigType, unknown, ConfigValue]>([
    ['string', '  text ', 'text'],
    ['string', 5, '5'],
    ['string', '', ''],
    ['class', ' a.B ', 'a.B'],
    ['password', '  kept as it is ', '  kept as it is '],
    ['boolean', 'TRUE', true],
    ['boolean', ' false ', false],
    ['boolean', true, true],
    ['int', ' 42 ', 42],
    ['int', '+7', 7],
    ['int', -2_147_483_648, -2_147_483_648],
    ['int', '2147483647', 2_147_483_647],
    ['long', '9007199254740991', 9_007_199_254_740_991],
    ['double', '1e3', 1000],
    ['double', '-.5', -0.5],
    ['double', 2, 2],
    ['list', 'a, b,,c ', ['a', 'b', 'c']],
    ['list', '', []],
    ['list', ['a', 1], ['a', '1']],
  ])('of type %s given as %j is %j', (type, given, expected) => {
    expect(parsed(type, given)).toEqual(expected);
  });

  it.each<[ConfigType, unknown, string]>([
    ['string', {}, 'must be a string'],
    ['password', ['secret'], 'must be a string'],
    ['boolean', 'yes', 'must be true or false'],
    ['boolean', ['true'], 'must be true or false'],
    ['boolean', 1, 'must be true or false'],
    ['int', '', 'must be a whole number'],
    ['int', '1.5', 'must be a whole number'],
    ['int', '1e3', 'must be a whole number'],
    ['int', true, 'must be a whole number'],
    ['int', ['5'], 'must be a whole number'],
    ['int', '2147483648', 'is out of range for an int'],
    ['long', '9007199254740992', 'is out of range for a long'],
    ['double', 'Infinity', 'must be a number'],
    ['double', '', 'must be a number'],
    ['double', '0x10', 'must be a number'],
    ['double', true, 'must be a number'],
    ['double', [], 'must be a number'],
    ['list', { a: 1 }, 'must be a list'],
  ])('of type %s given as %j %s', (type, given, problem) => {
    expect(parsed(type, given)).toBe(`! "key" ${problem}.`);
  });

  it('of any kind never throws, and is a value of its type or a problem', () => {
    const kinds: Record<ConfigType, (value: unknown) => boolean> = {
      string: (value) => typeof value === 'string',
      class: (value) => typeof value === 'string',
      password: (value) => typeof value === 'string',
      boolean: (value) => typeof value === 'boolean',
      int: (value) => Number.isInteger(value),
      long: (value) => Number.isSafeInteger(value),
      double: (value) => Number.isFinite(value),
      list: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    };
    const types = Object.keys(kinds) as ConfigType[];
    const given = fc.oneof(fc.anything(), fc.string(), fc.integer().map(String));
    fc.assert(
      fc.property(fc.constantFrom(...types), given, (type, value) => {
        const { values, problems } = parseConfig(one(type), { key: value });
        expect(problems.length === 1 || kinds[type](values.key)).toBe(true);
      }),
    );
  });
});

describe('a key', () => {
  it('without a default is required, by null and undefined too', () => {
    for (const raw of [{}, { key: null }, { key: undefined }]) {
      expect(parseConfig(one('string'), raw).problems).toEqual([
        { key: 'key', message: '"key" is required and has no value.' },
      ]);
    }
  });

  it('with a default has it where nothing is given, and where what is given is at fault', () => {
    const definition = one('int', { default: 5 });
    expect(parseConfig(definition, {})).toEqual({ values: { key: 5 }, problems: [], unknown: [] });
    expect(parseConfig(definition, { key: 'x' }).values.key).toBe(5);
    expect(parseConfig(one('int', { default: null }), {}).values.key).toBeNull();
  });

  it('that is unknown is named, and does not hide in the prototype', () => {
    expect(parseConfig(one('string', { default: '' }), { other: 1 }).unknown).toEqual(['other']);
    const inherited = Object.create({ key: 'inherited' });
    expect(parseConfig(one('string', { default: 'own' }), inherited).values.key).toBe('own');
  });

  it('is validated together with the others, once its own value is right', () => {
    const seen: unknown[] = [];
    const definition = defineConfig({
      a: {
        ...{ type: 'int', default: 1, importance: 'low', docs: 'A.' },
        validate: (value, all) => {
          seen.push([value, all.b]);
          return value === all.b ? null : 'must equal b';
        },
      },
      b: { type: 'int', default: 1, importance: 'low', docs: 'B.' },
    });
    expect(parseConfig(definition, { a: '2', b: '3' }).problems).toEqual([
      { key: 'a', message: '"a" must equal b, not 2.' },
    ]);
    expect(parseConfig(definition, { a: 'x' }).problems).toHaveLength(1);
    expect(seen).toEqual([[2, 3]]);
  });

  it('shows a wrong value cut short, and never a password', () => {
    const never = Object.assign(() => 'is wrong', {});
    const text = parseConfig(one('string', { validate: never }), { key: 'x'.repeat(200) }).problems[0]
      ?.message;
    expect(text).toBe(`"key" is wrong, not ${'x'.repeat(80)}....`);
    const secret = parseConfig(one('password', { validate: never }), { key: 'hunter2' }).problems[0]?.message;
    expect(secret).toBe('"key" is wrong.');
  });
});

describe('requireConfig', () => {
  const definition = defineConfig({
    a: { type: 'int', importance: 'high', docs: 'A.' },
    b: { type: 'string', importance: 'high', docs: 'B.', validate: nonEmpty },
  });

  it('gives the values', () => {
    expect(requireConfig(definition, { a: '1', b: 'x', c: 'unknown' })).toEqual({ a: 1, b: 'x' });
  });

  it('throws one error that lists all problems and points to the first key', () => {
    expect(() => requireConfig(definition, { b: ' ' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        class: 'config',
        message: '"a" is required and has no value. "b" must not be empty.',
        details: expect.objectContaining({ path: 'a', hint: expect.stringContaining('"a"') }),
      }),
    );
  });
});

describe('validators', () => {
  it.each([
    ['range', range(1, 5), [1, 5], [0, 6, 'x'], '[1,...,5]'],
    ['open range', range(1), [1, Number.MAX_SAFE_INTEGER], [0], '[1,...]'],
    ['oneOf', oneOf('a', 'b'), ['a', 'b'], ['A', ''], 'one of a, b'],
    ['nonEmpty', nonEmpty, ['x', ['x', 'y']], ['', ' ', [], ['x', ' ']], 'non-empty'],
    ['matches', matches(/^\d+$/, 'digits'), ['1'], ['x', ''], 'digits'],
  ] as const)('%s', (_name, validate, good, bad, allows) => {
    for (const value of good) expect(validate(value, {})).toBeNull();
    for (const value of bad) expect(validate(value, {})).toMatch(/^must /);
    expect(validate.allows).toBe(allows);
    expect(validate(null, {}), 'an unset value').toBeNull();
  });

  it('gives the same answer each time, also with a global pattern', () => {
    const validate = matches(/a/g, 'an a');
    expect([validate('a', {}), validate('a', {}), validate('a', {})]).toEqual([null, null, null]);
  });
});
