import { expect, it } from 'vitest';
import { settledText } from './settled-text.ts';

it.each([
  ['int', '+5', '5'],
  ['int', ' 007 ', '7'],
  ['long', '9223372036854775807', '9223372036854775807'],
  ['long', '-1', '-1'],
  ['boolean', ' TRUE', 'true'],
  ['double', '0', '0.0'],
  ['double', '.5', '0.5'],
  ['double', '1e3', '1000.0'],
  ['double', '12345678', '1.2345678E7'],
  ['double', '0.0001', '1.0E-4'],
  ['list', ' delete , compact,delete', 'delete,compact'],
  ['list', ' ', ''],
  ['string', ' gzip', 'gzip'],
  ['password', ' x ', ' x '],
] as const)('shows the %s "%s" as "%s", as Kafka does', (type, text, shown) => {
  expect(settledText(type, text)).toBe(shown);
});
