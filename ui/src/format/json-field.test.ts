import { expect, test } from 'vitest';
import { fieldOf } from './json-field.ts';

test.each([
  ['{"a": {"b": "x"}}', 'a.b', 'x'],
  ['{"a": {"b": 1}}', 'a', '{"b":1}'],
  ['{"a": null}', 'a', 'null'],
  ['{"a": null}', 'a.b', undefined],
  ['{"a": 1}', 'b', undefined],
  ['no JSON', 'a', undefined],
])('%s, %s: %s', (text, path, field) => {
  expect(fieldOf(text, path)).toBe(field);
});
