import { parseConfig } from '@millrace/sdk';
import { expect, it } from 'vitest';
import { sinkConfig, sourceConfig } from './config.ts';

const errorsOf = (topic: string) => JSON.stringify(parseConfig(sourceConfig, { file: '/f', topic }).problems);

it.each(['no such/topic name', '', '.', '..', 'ä', 'a'.repeat(250)])('the topic %j is refused', (topic) => {
  expect(errorsOf(topic)).toContain('topic');
});

it.each(['a', 'a.b_c-1', '...', 'a'.repeat(249)])('the topic %j is taken', (topic) => {
  expect(errorsOf(topic)).toBe('[]');
});

it.each([
  ['yyyy/MM/dd-HH', true],
  ['yyyy-MM-ddTHH:mm', true],
  ['YYYY-MM-dd', false],
  ['yyyy-ww', false],
])('a path by time %s is taken: %s', (format, isTaken) => {
  const { problems } = parseConfig(sinkConfig, { file: `/f/\${time:${format}}.jsonl` });
  expect(problems.map(({ key }) => key)).toEqual(isTaken ? [] : ['file']);
});
