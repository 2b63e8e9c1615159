import { expect, test } from 'vitest';
import { parsedYaml, yamlSaying } from './yaml-model.ts';

const TEXT = `# Orders, as the shop has them
connector.class: PostgresSource
tasks.max: 1 # one slot, one task
# Nobody else may write there
topic.prefix: shop
`;

test('values are the texts that are written', () => {
  expect(parsedYaml('a: 007\nb: true\nc: "x: y"\nd: 12345678901234567890\n')).toEqual({
    config: { a: '007', b: 'true', c: 'x: y', d: '12345678901234567890' },
  });
  expect(parsedYaml('')).toEqual({ config: {} });
});

test.each([
  ['a: [1, 2]\n', 'a is no text'],
  ['- a\n', 'A config is a map'],
  ['a: "open\n', 'Missing closing'],
  ['a: 1\na: 2\n', 'unique'],
])('%j is refused with a reason', (text, reason) => {
  expect(parsedYaml(text)).toEqual({ problem: expect.stringContaining(reason) });
});

test('comments stay where a value changes, a key comes, and another goes', () => {
  const config = { 'connector.class': 'PostgresSource', 'tasks.max': '2', 'slot.name': 'shop' };
  const changed = yamlSaying(TEXT, config);
  expect(changed).toContain('# Orders, as the shop has them');
  expect(changed).toContain('# one slot, one task');
  expect(parsedYaml(changed)).toEqual({ config });
});

test('what already says so is not touched', () => {
  const said = parsedYaml(TEXT);
  expect(yamlSaying(TEXT, 'config' in said ? said.config : {})).toBe(TEXT);
});

test('a config that is written anew reads the same for others: numbers and words of YAML stay texts', () => {
  const config = { 'tasks.max': '2', flag: 'true', nothing: 'null', empty: '', many: 'a\nb' };
  const text = yamlSaying('', config);
  expect(parsedYaml(text)).toEqual({ config });
  expect(text).toContain('tasks.max: "2"');
});
