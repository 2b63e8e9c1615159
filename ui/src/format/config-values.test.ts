import { expect, test } from 'vitest';
import { valueInWords } from './config-values.ts';

test.each([
  ['retention.ms', '604800000', '7 d'],
  ['delete.retention.ms', '86400000', '1 d'],
  ['max.message.bytes', '1048588', '1 MB'],
  ['flush.messages', '9223372036854775807', 'no bound'],
  ['retention.ms', '-1', null],
  ['num.partitions', '4096', null],
  ['poll.ms', '500', null],
  ['cleanup.policy', 'delete', null],
  ['ssl.key', null, null],
])('%s=%s reads %s', (key, value, words) => {
  expect(valueInWords(key, value)).toBe(words);
});
