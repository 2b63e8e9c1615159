import { expect, test } from 'vitest';
import {
  type Config,
  type Entry,
  formGroups,
  parsedConfig,
  problemsOf,
  type Validation,
  withKey,
  withoutStep,
  withStepMoved,
} from './form-model.ts';

const entry = (
  name: string,
  more: Partial<Entry['definition']> = {},
  errors: string[] = [],
  visible = true,
): Entry => ({
  definition: {
    name,
    type: 'STRING',
    required: false,
    default_value: null,
    importance: 'LOW',
    documentation: '',
    group: 'Connection',
    order_in_group: 0,
    width: 'NONE',
    display_name: name,
    dependents: [],
    ...more,
  },
  value: { name, value: null, recommended_values: [], errors, visible },
});

const validation: Validation = {
  name: 'X',
  error_count: 1,
  groups: ['Common', 'Transforms', 'Connection'],
  configs: [
    entry('name', { group: 'Common' }),
    entry('tasks.max', { group: 'Common', importance: 'HIGH' }),
    entry('transforms', { group: 'Transforms' }),
    entry('host', { importance: 'HIGH', order_in_group: 2 }),
    entry('port', { order_in_group: 1 }),
    entry('user', { required: true, order_in_group: 3 }, ['"user" is required and has no value.']),
    entry('ghost', {}, [], false),
  ],
};

const keys = (entries: readonly Entry[]) => entries.map(({ definition }) => definition.name);

test("the plugin's own groups come first, important keys are shown, the rest is folded", () => {
  const groups = formGroups(validation, {});
  expect(
    groups.map(({ name, shown, folded, wrong, needed }) => [name, keys(shown), keys(folded), wrong, needed]),
  ).toEqual([
    ['Connection', ['host', 'user'], ['port'], 0, 1],
    ['Common', [], ['tasks.max'], 0, 0],
  ]);
});

test('what a person has set is shown', () => {
  const [connection] = formGroups(validation, { port: '1' });
  expect(keys(connection?.shown ?? [])).toEqual(['port', 'host', 'user']);
});

test('a value that is not there yet is needed; one that is refused is wrong', () => {
  const problem = { key: 'user', message: '"user" is required and has no value.' };
  expect(problemsOf(validation, {})).toEqual({ wrong: [], needed: [problem] });
  expect(problemsOf(validation, { user: '?' })).toEqual({ wrong: [problem], needed: [] });
});

test('an empty value takes its key away', () => {
  expect(withKey({ a: '1', b: '2' }, 'a', '')).toEqual({ b: '2' });
});

test('steps move and go with their keys', () => {
  const config: Config = {
    transforms: 'a,b',
    'transforms.a.type': 'Filter',
    'transforms.b.type': 'Cast',
    x: '1',
  };
  expect(withStepMoved(config, 'b', -1).transforms).toBe('b,a');
  expect(withStepMoved(config, 'a', -1)).toEqual(config);
  expect(withoutStep(config, 'transforms', 'a')).toEqual({
    transforms: 'b',
    'transforms.b.type': 'Cast',
    x: '1',
  });
});

test('a config is read from JSON, as it is or as the REST API takes it', () => {
  expect(parsedConfig('{"a": 1, "b": true, "c": null}')).toEqual({ config: { a: '1', b: 'true' } });
  expect(parsedConfig('{"name": "x", "config": {"a": "1"}}')).toEqual({ config: { a: '1' } });
  expect(parsedConfig('{"a": {}}')).toEqual({ problem: 'a is no text, number or boolean.' });
  expect(parsedConfig('[]')).toEqual({ problem: 'A config is an object of keys and texts.' });
  expect(parsedConfig('{')).toHaveProperty('problem');
});
